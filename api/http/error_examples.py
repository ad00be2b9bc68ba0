"""An example of each error that the description names, in the shape of its section."""

from typing import Any, Final

import msgspec

from api.http.described_schemas import Described
from api.http.error_shapes import SHAPES

EXAMPLES: Final[dict[int, tuple[str, str]]] = {
    400: ("Some fields are missing or wrong.", "invalid"),
    401: ("Sign in first: send `Authorization: Bearer <access token>`.", "not_signed_in"),
    403: ("This needs the role admin.", "wrong_role"),
    404: ("There is no such thing.", "not_found"),
    409: ("Delivery already assigned", "already_assigned"),
    410: ("This link is not good any more.", "gone"),
    413: ("The body is too large.", "too_large"),
    415: ("The body must say that it is JSON.", "unsupported_media_type"),
    422: ("This Idempotency-Key was used for another request.", "idempotency_key_reused"),
    429: ("Too many for now.", "too_many_requests"),
    500: ("Something went wrong on our side. It has been written down.", "internal_error"),
    503: ("A part of the service is restarting. Nothing was changed; try again.", "unavailable"),
}
"""Words and code, by status."""
FIELDS: Final = {"delivery_info.phone_number": "is required"}
OF_SECTIONS: Final[dict[tuple[str, int], dict[str, Any]]] = {
    ("PaymentError", 400): {"status": "error", "message": "Cart is empty", "error_code": "EMPTY_CART"},
    ("AssignmentError", 409): {
        "success": False,
        "error": "No available transporters found for this delivery",
        "suggestions": [
            "Raise the radius to 22.4 km: 3 more",
            "2 are verified and available but offline: ask one of them to open the app",
        ],
        "code": "no_transporter",
    },
}
"""Those that only one section has."""


def example_of(shape: str, status: int) -> Described:
    """An error of this status, told in the shape of this name."""
    if (shape, status) in OF_SECTIONS:
        return OF_SECTIONS[shape, status]
    kind = next(one for one in SHAPES if one.__name__ == shape)
    told: Described = msgspec.to_builtins(kind.of(*EXAMPLES[status]))
    return told | ({"errors": FIELDS} if status == 400 else {})  # noqa: PLR2004  named as in the keys above

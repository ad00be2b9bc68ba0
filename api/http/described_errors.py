"""What the framework cannot know of the routes, added to the description of the API.

The errors with their statuses and shapes, which routes ask for no token, what bodies may hold, and answers that
are no JSON.
"""

from typing import Any, Final

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.http.described_bodies import describe_body

JSON = "application/json"
RAW_BODY: Final = "raw_body"
"""Key of ``opt``: what stands in a body that its route reads byte by byte."""
Described = dict[str, Any]

_FIELDS: Final[Described] = {
    "type": "object",
    "description": "What is wrong with which field, by its path.",
    "additionalProperties": {"type": "string"},
}
SHAPES: Final[Described] = {
    "PaymentError": {
        "type": "object",
        "required": ["status", "message", "error_code"],
        "properties": {
            "status": {"type": "string", "enum": ["error", "failed"]},
            "message": {"type": "string"},
            "error_code": {"type": "string"},
            "errors": _FIELDS,
        },
    },
    "AssignmentError": {
        "type": "object",
        "required": ["success", "error", "suggestions"],
        "properties": {
            "success": {"type": "boolean", "enum": [False]},
            "error": {"type": "string"},
            "suggestions": {"type": "array", "items": {"type": "string"}},
            "code": {"type": "string"},
            "errors": _FIELDS,
        },
    },
    "Error": {
        "type": "object",
        "required": ["detail", "code"],
        "properties": {"detail": {"type": "string"}, "code": {"type": "string"}, "errors": _FIELDS},
    },
}
ALWAYS: Final = {
    400: "Some fields or parameters are missing, wrong or unknown; `errors` names each.",
    404: "There is no such thing, or not for this user.",
    429: "Too many for now; `Retry-After` says when to come back.",
    500: "A defect on our side.",
    503: "A part of the service does not answer now; `Retry-After` says when to try again.",
}
SIGNED_IN: Final = {401: "Not signed in, or no longer.", 403: "Not for this user."}
CHANGES: Final = {409: "Not as things stand.", 422: "The Idempotency-Key was used for another request."}
WITH_BODY: Final = {413: "The body is too large.", 415: "The body does not say that it is JSON."}


ELSE: Final[dict[str, tuple[int, str, list[str]]]] = {
    "/api/v1/payments/callback": (303, "On to the client's return address.", []),
    "/api/v1/payments/{transaction_id}/invoice": (200, "The invoice.", [JSON, "text/html", "application/pdf"]),
    "/api/marketplace/sales/report": (200, "The report.", [JSON, "text/csv"]),
    "/api/deliveries/{delivery_id}/path.geojson": (200, "The way.", ["application/geo+json"]),
    "/api/deliveries/{delivery_id}/path.gpx": (200, "The way.", ["application/gpx+xml"]),
    "/api/deliveries/{tracking_number}/events": (204, "Nothing comes any more.", []),
}
"""Answers to a GET beside the first, or of other types than JSON."""


def describe_errors(app: Litestar, description: Described) -> None:
    """Add them to a description as it is sent."""
    description.setdefault("components", {}).setdefault("schemas", {}).update(SHAPES)
    for route in app.routes:
        operations = description["paths"].get(route.path_format) if isinstance(route, HTTPRoute) else None
        if operations is None or not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            operation = operations.get(method.lower())
            if operation is not None:
                _describe(operation, route.path_format, method, handler)
                wanted = (
                    handler.parsed_data_field.annotation if handler.parsed_data_field else handler.opt.get(RAW_BODY)
                )
                if wanted is not None:
                    describe_body(operation, wanted, description["components"]["schemas"])


def _describe(operation: Described, path: str, method: str, handler: HTTPRouteHandler) -> None:
    wanted = dict(ALWAYS)
    if handler.opt.get("public"):
        operation["security"] = []
        if method != "GET" or handler.opt.get("open_query"):  # a password or a token of another kind
            wanted[401] = SIGNED_IN[401]
    else:
        wanted |= SIGNED_IN
    if method != "GET":
        wanted |= CHANGES
        wanted |= WITH_BODY if "requestBody" in operation or handler.opt.get("open_query") else {}
    if path.endswith("/invoice"):
        wanted[409] = CHANGES[409]
    responses = operation.setdefault("responses", {})
    if method == "GET" and path in ELSE:
        status, words, types = ELSE[path]
        responses[str(status)] = {"description": words, "content": {kind: {} for kind in types}}
    shape = {"schema": {"$ref": f"#/components/schemas/{_shape_of(path)}"}}
    for status, words in wanted.items():
        responses[str(status)] = {"description": words, "content": {JSON: shape}}


def _shape_of(path: str) -> str:
    if path.startswith("/api/v1/payments"):
        return "PaymentError"
    return "AssignmentError" if path.startswith("/api/auto-assign") else "Error"

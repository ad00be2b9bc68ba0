"""Examples of what proves a step: required, uploaded in parts, shown, checked; and of codes."""

from typing import Any, Final

from api.http.described_examples import Example
from api.routes.deliveries.examples import DOOR, FARM

UPLOAD_ID: Final = "0b8c7c1e-2f53-4a8e-9b43-1d0c1f6f2a77"
PICTURES: Final = "https://dispatch.example/api/proof-pictures/550e8400e29b41d4a716446655440000"
SIGNED: Final = "until=1730118600&signature=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _upload(offset: int) -> dict[str, Any]:
    return {
        "id": UPLOAD_ID,
        "offset": offset,
        "length": 183_500,
        "part_bytes": 1_048_576,
        "picture": f"upload:{UPLOAD_ID}",
        "expires_at": "2024-10-29T16:20:00Z",
    }


def _picture(what: str) -> dict[str, Any]:
    return {"url": f"{PICTURES}-{what}-1f3a9c20.webp?{SIGNED}", "until": "2024-10-28T16:50:00Z", "sha256": HASH}


def _handover(number: int, end: str, at: str, location: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "number": number,
        "end": end,
        "happened_at": at,
        "noticed_at": at,
        "location": location,
        "distance_m": 12.4,
        "fix_age_s": 8.0,
        "photo": None,
        "signature": None,
        "signed_by": "",
        "relation": None,
        "checked": [],
        "hash": HASH,
    } | more


PROOF: Final[dict[str, Any]] = {
    "delivery_id": 101,
    "tracking_number": "TRK1234567890",
    "has_code": True,
    "handovers": [
        _handover(1, "pickup", "2024-10-28T09:30:00Z", FARM, photo=_picture("pickup")),
        _handover(
            3,
            "drop_off",
            "2024-10-28T16:25:00Z",
            DOOR,
            photo=_picture("delivery"),
            signature=_picture("signature"),
            signed_by="Maya Tamang",
            relation="family",
            checked=["code"],
        ),
    ],
    "attempts": [
        {
            "number": 2,
            "attempt": 1,
            "reason": "nobody_there",
            "happened_at": "2024-10-28T11:00:00Z",
            "noticed_at": "2024-10-28T11:04:00Z",
            "location": DOOR,
            "distance_m": 9.1,
            "fix_age_s": 4.0,
            "photo": _picture("attempt1"),
            "hash": HASH,
        }
    ],
}
REFUSED: Final[dict[str, Any]] = {
    "number": 1,
    "step": "deliver",
    "transporter_id": 5,
    "transporter_name": "Ram Bahadur",
    "refusal": "code_locked",
    "delivery_status": "in_transit",
    "happened_at": "2024-10-28T15:58:00Z",
    "noticed_at": "2024-10-28T16:02:00Z",
    "location": DOOR,
    "distance_m": 11.0,
    "fix_age_s": 5.0,
    "photo": _picture("refused1"),
    "signature": None,
    "signed_by": "",
    "relation": None,
    "scanned": "",
    "reason": "",
    "notes": "She does not find the message",
}
REQUIRED: Final[dict[str, Any]] = {"pickup": [], "drop_off": ["photo", "code"], "return": ["signature"]}
STATE: Final[dict[str, Any]] = {"tries_left": 3, "locked": False, "waived": False}
CHOSEN: Final = Example({"A photo and the code": REQUIRED}, {"Required": REQUIRED | {"age_minimum": None}})
OF_PROOFS: Final = {
    "deliveries_begin_upload": Example({"A photo": {"length": 183_500}}, {"Begun": _upload(0)}),
    "deliveries_send_part": Example(answers={"More is to come": _upload(65_536), "All is there": _upload(183_500)}),
    "deliveries_show_upload": Example(answers={"Go on here": _upload(65_536)}),
    "deliveries_show_proof": Example(
        answers={"Tried once, then handed over": PROOF, "For admins": PROOF | {"refused": [REFUSED]}}
    ),
    "deliveries_verify_proof": Example(
        answers={
            "All is as it was": {
                "is_whole": True,
                "handovers": 2,
                "attempts": 1,
                "last_hash": HASH,
                "problems": [],
            },
            "A photo was changed": {
                "is_whole": False,
                "handovers": 2,
                "attempts": 1,
                "last_hash": HASH,
                "problems": [{"fault": "photo_changed", "number": 3, "place_in_all": 4711}],
            },
        }
    ),
    "deliveries_show_own_proof": Example(answers=CHOSEN.answers),
    "deliveries_change_own_proof": CHOSEN,
    "deliveries_show_seller_proof": Example(answers=CHOSEN.answers),
    "deliveries_change_seller_proof": CHOSEN,
    "deliveries_show_code": Example(
        answers={
            "The code": {
                "tracking_number": "TRK1234567890",
                "digits": "4711",
                "made_at": "2024-10-27T10:30:00Z",
                "state": STATE,
            }
        }
    ),
    "deliveries_reset_code": Example({"Read wrong": {"reason": "She read it wrong"}}, {"A new one": STATE}),
    "deliveries_waive_code": Example(
        {"Phone lost": {"reason": "The phone is lost"}}, {"Not needed": STATE | {"waived": True}}
    ),
}

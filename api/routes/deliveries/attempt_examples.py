"""Examples of attempts and of when they are tried again."""

from typing import Any, Final

from api.http.described_examples import Example
from api.routes.deliveries.examples import DOOR, PHOTO

NEXT_TRY: Final[dict[str, Any]] = {
    "starts_at": "2024-10-29T04:00:00Z",
    "ends_at": "2024-10-29T06:00:00Z",
    "asked_by": "buyer",
}
ATTEMPTED: Final[dict[str, Any]] = {
    "status": "in_transit",
    "attempt": {
        "number": 1,
        "reason": "nobody_there",
        "message": "Delivery attempted: nobody was there",
        "timestamp": "2024-10-28T11:00:00Z",
        "noticed_at": "2024-10-28T11:04:00Z",
        "transporter_id": 5,
        "note": "Rang twice, the neighbour does not know",
        "location": DOOR,
        "has_photo": True,
        "photo": {
            "url": "https://dispatch.example/api/proof-pictures/550e8400e29b41d4a716446655440000-attempt1.jpg"
            "?until=1730118600&signature=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "until": "2024-10-28T12:30:00Z",
        },
        "next_try_at": "2024-10-29T04:00:00Z",
        "happened_at": "2024-10-28T11:00:00Z",
    },
    "attempts_left": 2,
    "next_try": {"starts_at": "2024-10-29T04:00:00Z", "ends_at": None, "asked_by": "transporter"},
}
RESCHEDULED: Final[dict[str, Any]] = {
    "delivery_id": 101,
    "delivery_uuid": "550e8400-e29b-41d4-a716-446655440000",
    "status": "in_transit",
    "next_try": NEXT_TRY,
}
OF_ATTEMPTS: Final = {
    "deliveries_attempt": Example(
        {
            "Nobody there": DOOR
            | {
                "reason": "nobody_there",
                "note": "Rang twice, the neighbour does not know",
                "photo": PHOTO,
                "next_try_at": "2024-10-29T04:00:00Z",
                "happened_at": "2024-10-28T11:00:00Z",
            }
        },
        {"Tried": ATTEMPTED},
    ),
    "deliveries_reschedule": Example(
        {
            "Tomorrow morning": {
                "starts_at": "2024-10-29T04:00:00Z",
                "ends_at": "2024-10-29T06:00:00Z",
                "note": "Ring at the blue gate",
            }
        },
        {"Asked for": RESCHEDULED},
    ),
}

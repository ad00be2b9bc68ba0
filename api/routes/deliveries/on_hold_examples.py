"""Examples of deliveries that people let wait."""

from typing import Final

from api.http.described_examples import Example

NAMES: Final = {
    "delivery_id": 101,
    "delivery_uuid": "550e8400-e29b-41d4-a716-446655440000",
    "tracking_number": "TRK20241028ABC",
    "status": "available",
}
ON_HOLD: Final = {
    "since": "2024-10-28T09:00:00Z",
    "until": "2024-10-29T03:15:00Z",
    "reason": "The customer asked to wait for the rest of the order",
    "by": 3,
    "by_name": "Admin User",
}
OF_HOLDS: Final = {
    "deliveries_hold": Example(
        {
            "Until a time": {"reason": ON_HOLD["reason"], "until": ON_HOLD["until"]},
            "Until it is resumed": {"reason": "The address is being checked"},
        },
        {"On hold": NAMES | {"on_hold": ON_HOLD}},
    ),
    "deliveries_resume": Example({}, {"Resumed": NAMES | {"on_hold": None}}),
}

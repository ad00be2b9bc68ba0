"""Examples of a delivery that goes to another door."""

from typing import Final

from api.http.described_examples import Example
from api.routes.marketplace.examples import OTHER_ADDRESS

INSTRUCTED: Final = {
    "delivery_id": 101,
    "delivery_uuid": "550e8400-e29b-41d4-a716-446655440000",
    "tracking_number": "TRK1234567890",
    "status": "in_transit",
    "delivery_instructions": "Leave it with the guard at the gate",
    "changed": True,
}
OF_DOORS: Final = {
    "deliveries_change_address": Example(
        {"At work": OTHER_ADDRESS},
        {
            "Goes there": {
                "delivery_id": 101,
                "delivery_uuid": "550e8400-e29b-41d4-a716-446655440000",
                "tracking_number": "TRK1234567890",
                "status": "assigned",
                "changed": True,
                "delivery_address": "Jhamsikhel Road 12, Opposite the bakery, Lalitpur, Bagmati",
                "delivery_latitude": 27.6781,
                "delivery_longitude": 85.3119,
                "distance_km": 5.8,
                "estimated_delivery_time": "2024-10-28T15:10:00Z",
            }
        },
    ),
    "deliveries_read_instructions": Example(
        {},
        {"What the courier reads": INSTRUCTED | {"changed": False}},
    ),
    "deliveries_change_instructions": Example(
        {"Somebody else takes it": {"instructions": "Leave it with the guard at the gate"}},
        {"The courier reads it": INSTRUCTED},
    ),
}

"""Examples of what was lost, damaged or brought back."""

from typing import Final

from api.http.described_examples import Example
from api.routes.deliveries.examples import CREATED

CHANGED: Final = {
    "delivery_id": 101,
    "delivery_uuid": "550e8400-e29b-41d4-a716-446655440000",
    "tracking_number": "TRK20241028ABC",
    "status": "cancelled",
    "priority": "normal",
    "transporter_id": None,
    "pinned": False,
}
REFUND: Final = {
    "refund_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "status": "requested",
    "amount": 2925.0,
    "sale_id": 789,
}
OF_LOSSES: Final = {
    "deliveries_report": Example(
        {
            "Lost": {"ending": "lost", "reason": "The courier's bag was stolen at Kalanki"},
            "Damaged": {"ending": "damaged", "reason": "Two of five bottles broke", "amount": 500.0},
        },
        {"Ended": {"delivery": CHANGED, "ending": "lost", "refund": REFUND}},
    ),
    "deliveries_read_loss": Example(answers={"Under way": {"delivery_id": 101, "ending": None, "left": 2925.0}}),
    "deliveries_bring_back": Example(
        {"Refused": {"reason": "The customer does not want it", "restock": True}},
        {
            "Aboard": {
                "return_of": 101,
                "restocks": True,
                "delivery": CREATED
                | {
                    "status": "picked_up",
                    "status_display": "Picked Up",
                    "pickup_address": "Thamel, Kathmandu",
                    "delivery_address": "Farm Location, Bhaktapur",
                },
            }
        },
    ),
}

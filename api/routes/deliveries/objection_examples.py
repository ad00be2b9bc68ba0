"""Examples of objections to deliveries."""

from typing import Final

from api.http.described_examples import Example
from api.routes.deliveries.loss_examples import REFUND

TOLD: Final = {
    "reason": "not_received",
    "note": "I was at home all day and nobody came",
    "made_at": "2024-10-28T17:00:00Z",
    "status": "open",
    "decided_at": None,
    "answer": "",
}
OBJECTION: Final = TOLD | {
    "id": 5,
    "delivery_id": 101,
    "tracking_number": "TRK20241028ABC",
    "sale_id": 789,
    "order_number": "ORD-2024-000789",
    "product_name": "Basmati rice",
    "quantity": 2,
    "buyer_name": "Maya Gurung",
    "transporter": "Quick Transport",
    "delivered_at": "2024-10-28T16:00:00Z",
    "made_by": "buyer",
}
DECIDED: Final = {"decided_at": "2024-10-29T09:00:00Z"}
LOST: Final = "The photo shows another door"
STANDS: Final = "Your neighbour signed for it and has it"
OF_OBJECTIONS: Final = {
    "deliveries_object_to": Example(
        {"Not received": {"reason": "not_received", "note": "I was at home all day and nobody came"}}, {"Made": TOLD}
    ),
    "deliveries_object_unlocked": Example({"Damaged": {"reason": "damaged"}}, {"Made": TOLD | {"reason": "damaged"}}),
    "deliveries_list_objections": Example(
        answers={"Open": {"count": 1, "next": None, "previous": None, "results": [OBJECTION]}}
    ),
    "deliveries_uphold": Example(
        {"Lost": {"ending": "lost", "reason": LOST}},
        {"Upheld": {"objection": OBJECTION | DECIDED | {"status": "upheld", "answer": LOST}, "refund": REFUND}},
    ),
    "deliveries_reject": Example(
        {"It was there": {"reason": STANDS}},
        {"Rejected": OBJECTION | DECIDED | {"status": "rejected", "answer": STANDS}},
    ),
}

"""The life of an order: which way its status goes; how its payment stands follows the money (docs/payments.md).

``Orders.advance`` is the only way to a status in Python; settling a payment confirms by a statement, whose status is
that of the table. ``tests/docs/test_lifecycles.py`` looks for code that goes past it.
"""

from enum import StrEnum

from dispatch.lifecycles import Lifecycle, Move
from dispatch.orders.models import OrderStatus

PENDING, CONFIRMED, PROCESSING = OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PROCESSING
SHIPPED, DELIVERED, COMPLETED = OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED
CANCELLED = OrderStatus.CANCELLED


class OrderAct(StrEnum):
    """What happens to an order."""

    PAY = "pay"
    PREPARE = "prepare"
    SHIP = "ship"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    CANCEL = "cancel"
    FAIL = "fail"


LIFE = Lifecycle(
    "an order",
    first=(PENDING, CONFIRMED),
    ends=(COMPLETED, CANCELLED),
    moves=(
        Move(OrderAct.PAY, (PENDING,), CONFIRMED, "its payment", "the money is here"),
        Move(OrderAct.PREPARE, (CONFIRMED,), PROCESSING, "the seller", "its first delivery was made"),
        Move(OrderAct.SHIP, (CONFIRMED, PROCESSING), SHIPPED, "a transporter", "its first parcel was picked up"),
        Move(
            OrderAct.ARRIVE,
            (CONFIRMED, PROCESSING, SHIPPED),
            DELIVERED,
            "a transporter, the seller",
            "its last sale has arrived",
        ),
        Move(OrderAct.COMPLETE, (DELIVERED,), COMPLETED, "time", "nobody objected"),
        Move(
            OrderAct.CANCEL,
            (PENDING, CONFIRMED, PROCESSING),
            CANCELLED,
            "its customer, an admin, time (unpaid), the seller (of its last sale)",
            "it is called off, what was paid goes back",
        ),
        Move(
            OrderAct.FAIL,
            (CONFIRMED, PROCESSING, SHIPPED, DELIVERED),
            CANCELLED,
            "an admin, a transporter",
            "nothing of it arrives: its last parcel was lost, damaged or brought back",
        ),
    ),
)

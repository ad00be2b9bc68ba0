"""The life of a sale: its status goes with the parcel, or with the seller's word. ``move`` is the only way to one."""

from enum import StrEnum

from dispatch.lifecycles import Lifecycle, Move
from dispatch.sales.models import Sale, SaleStatus

PROCESSING, SHIPPED = SaleStatus.PROCESSING, SaleStatus.SHIPPED
DELIVERED, CANCELLED = SaleStatus.DELIVERED, SaleStatus.CANCELLED


class SaleAct(StrEnum):
    """What happens to a sale."""

    SHIP = "ship"
    ARRIVE = "arrive"
    CANCEL = "cancel"
    LOSE = "lose"


LIFE = Lifecycle(
    "a sale",
    first=(PROCESSING,),
    ends=(DELIVERED, CANCELLED),
    moves=(
        Move(SaleAct.SHIP, (PROCESSING,), SHIPPED, "a transporter", "its parcel was picked up"),
        Move(SaleAct.ARRIVE, (PROCESSING, SHIPPED), DELIVERED, "a transporter, the seller", "it is with its recipient"),
        Move(
            SaleAct.CANCEL,
            (PROCESSING, SHIPPED, DELIVERED),
            CANCELLED,
            "its order's customer, the seller, an admin, a transporter who brings it back",
            "it or its order was called off, or its goods came back and are on sale again",
        ),
        Move(
            SaleAct.LOSE,
            (PROCESSING, SHIPPED, DELIVERED),
            CANCELLED,
            "an admin",
            "its parcel was lost or damaged: what was paid goes back, the goods are not on sale again",
        ),
    ),
)


def move(sale: Sale, act: SaleAct) -> None:
    """Let a held sale undergo an act. Raises IllegalMove, which is a mistake of ours."""
    sale.status = LIFE.after(act, sale.status)

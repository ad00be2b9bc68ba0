"""As what somebody changes where a delivery goes, or what is told of its door."""

from enum import StrEnum

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict, NotFound

MOST_CHANGES = 20
"""Of one kind to one delivery, by buyer and seller: each is a step that everybody who follows it reads."""


class Changer(StrEnum):
    """Who changed it."""

    BUYER = "buyer"
    SELLER = "seller"
    DISPATCHER = "dispatcher"


def changer_of(delivery: Delivery, user: User) -> Changer:
    """As what somebody asks. What comes back goes to its seller, which is nothing of the buyer's. Raises NotFound."""
    if user.has(Role.ADMIN):
        return Changer.DISPATCHER
    if delivery.sale.seller_id == user.id:
        return Changer.SELLER
    if delivery.sale.buyer_id == user.id and delivery.return_of is None:
        return Changer.BUYER
    raise NotFound("There is no such delivery.", code="delivery_not_found")


def why_too_often(delivery: Delivery, changer: Changer, message: str) -> Conflict | None:
    """Why buyer or seller do not say the same kind of thing again; None while they may. Its steps are loaded."""
    changes = sum(step.message == message for step in delivery.tracking_history)
    if changer is Changer.DISPATCHER or changes < MOST_CHANGES:
        return None
    return Conflict(
        f"That was changed {MOST_CHANGES} times: ask a dispatcher.",
        code="too_many_changes",
        delivery_status=delivery.status.value,
        most=MOST_CHANGES,
    )


def check_not_too_often(delivery: Delivery, changer: Changer, message: str) -> None:
    """Raises Conflict where buyer or seller said the same kind of thing often enough. Its steps are loaded."""
    refused = why_too_often(delivery, changer, message)
    if refused is not None:
        raise refused

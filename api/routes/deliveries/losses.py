"""A parcel that was lost or damaged: an admin ends its delivery, and its buyer has the money back."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from litestar import Controller, Request, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.field_rules import Rule, absent
from api.http.injected import GivenWork
from api.http.schemas import MANY_LINES, NO_NUL, Body, Moment
from api.http.security import needs
from api.routes.deliveries.changes_answers import ChangedDelivery, changed_delivery
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.cancellations.losses import LossReport
from dispatch.deliveries.models import Ending
from dispatch.errors import Invalid
from dispatch.money import from_paisa, to_paisa
from dispatch.payments.refunds.models import Refund, RefundStatus

Why = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NUL, extra=MANY_LINES)]


class LossBody(Body, frozen=True, kw_only=True):
    """What became of the parcel, and why.

    ``amount``: so much goes back for a damaged one, NPR; where it is not named, all that is left. ``happened_at``: when
    it was lost, or the damage found, where that was not just now.
    """

    ending: Literal["lost", "damaged"]
    reason: Why
    amount: Decimal | None = None
    happened_at: Moment | None = None

    described: ClassVar[Rule] = {"anyOf": [absent("amount"), {"properties": {"ending": {"const": "damaged"}}}]}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ending == "lost" and self.amount is not None:
            raise ValueError("`amount` goes with a damaged parcel: for a lost one all that was paid goes back")


class SaleRefund(Struct, frozen=True):
    """What goes back for the sale of a delivery, NPR."""

    refund_id: str
    status: RefundStatus
    amount: float
    sale_id: int


class LossAnswer(Struct, frozen=True, kw_only=True):
    """How a delivery ended, and what its buyer has back; no ``refund`` where nothing was left to give back."""

    delivery: ChangedDelivery
    ending: Ending
    refund: SaleRefund | None


class LossOutlook(Struct, frozen=True, kw_only=True):
    """What would go back to the buyer were a delivery lost now, NPR: also the most for a damaged one."""

    delivery_id: int
    ending: Ending | None
    left: float


def sale_refund(refund: Refund | None) -> SaleRefund | None:
    """A refund of a sale."""
    if refund is None or refund.sale_id is None:
        return None
    return SaleRefund(str(refund.refund_id), refund.status, float(from_paisa(refund.amount_paisa)), refund.sale_id)


def paisa_of(amount: Decimal | None) -> int | None:
    """Raises Invalid for fractions of a paisa."""
    try:
        return None if amount is None else to_paisa(amount)
    except ValueError:
        raise Invalid("This is no amount.", fields={"amount": "must have at most two decimals"}) from None


class LossController(Controller):
    """``/api/deliveries/{id}/loss``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{delivery_id:str}/loss/", guards=[needs(Role.ADMIN)])
    async def read_loss(self, delivery_id: KeyPath, work: GivenWork, services: GivenServices) -> LossOutlook:
        """What would go back to its buyer were the delivery lost now, before anybody says so; nothing changes.

        `left` is 0 where it has an `ending` already, or nothing of what was paid for its sale is left.
        """
        delivery, left = await services.losses(work).left(delivery_key(delivery_id))
        return LossOutlook(delivery_id=delivery.id, ending=delivery.ending, left=float(from_paisa(left)))

    @post("/{delivery_id:str}/loss/", guards=[needs(Role.ADMIN)], status_code=200)
    async def report(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[LossBody],
        work: GivenWork,
        services: GivenServices,
    ) -> LossAnswer:
        """End a delivery as lost or damaged, in whatever state: its buyer has the money back, its courier is free.

        For a lost parcel all that is left of what was paid for its sale goes back, with its part of tax and shipping;
        for a damaged one `amount` where it is named (400 `refund_too_large` beyond what is left). What had arrived
        stays `delivered`, everything else is `cancelled`; the goods are not on sale again. The same again changes
        nothing. `happened_at` is judged as at the drop-off; the money goes by when we were told. 409: `ended_otherwise`
        with `ending`, `refund_exists` where another amount was named before.
        """
        told = LossReport(Ending(data.ending), data.reason, paisa_of(data.amount), data.happened_at)
        lost = await services.losses(work).report(delivery_key(delivery_id), request.user, told)
        refund = sale_refund(lost.refund)
        if lost.is_new:
            details = {"reason": data.reason, "refunded": None if refund is None else refund.amount}
            await record(
                work.session, actor_of(request), f"delivery.{data.ending}", "delivery", lost.delivery.id, details
            )
        return LossAnswer(delivery=changed_delivery(lost.delivery), ending=told.ending, refund=refund)

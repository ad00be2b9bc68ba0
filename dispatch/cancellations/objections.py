"""What a buyer objects to of what a courier told as delivered: looked into by an admin, and settled as a loss is.

Lock order: delivery, transporter, order, sale, objection, product, payment, refund.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.cancellations.losses import Losses, LossReport, Lost
from dispatch.cancellations.objection_messages import tell_buyer, tell_seller
from dispatch.database.search import contains, folded_text
from dispatch.database.work import Work
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import Deliveries
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.deliveries import DeliveryObjected, DeliveryObjectionRejected
from dispatch.ports import Clock
from dispatch.sales.models import Sale
from dispatch.sales.objections import DeliveryObjection, ObjectionReason, ObjectionStatus, Objector
from dispatch.sales.progress import OrderProgress

OBJECTED = "Recipient objects: it is looked into"
REJECTED = "Objection looked into: the delivery stands"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody says was not as it was told."""

    reason: ObjectionReason
    note: str = ""


class Objections:
    """The objections of one unit of work."""

    def __init__(
        self, work: Work, clock: Clock, deliveries: Deliveries, losses: Losses, *, open_for: timedelta
    ) -> None:
        """``open_for``: so long after the server was told of the delivery it may be objected to."""
        self._work = work
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._losses = losses
        self._open_for = open_for
        self._progress = OrderProgress(work, clock)

    def until(self, delivery: Delivery, made: DeliveryObjection | None) -> datetime | None:
        """Until when it may still be objected to; None where it may not. It has its sale; ``made``: its objection."""
        return None if self._why_not(delivery, made) is not None else self._over_at(delivery)

    def _over_at(self, delivery: Delivery) -> datetime | None:
        """When the time for it is over; None where that is nothing that anybody objects to."""
        arrived = delivery.sale.delivered_at
        objects = LIFE.allows(DeliveryAct.OBJECT, delivery.status) and delivery.return_of is None
        return arrived + self._open_for if objects and arrived is not None and delivery.ending is None else None

    def _why_not(self, delivery: Delivery, made: DeliveryObjection | None) -> Conflict | None:
        if made is not None:
            return _refused(delivery, "It was objected to already.", "objected_already")
        over_at = self._over_at(delivery)
        if over_at is None:
            words = "Only what was delivered, and is with nobody else, is objected to."
            return _refused(delivery, words, "not_delivered")
        if self._clock.now() > over_at:
            return _refused(delivery, "The time in which it could be objected to is over.", "objection_over")
        return None

    async def find(self, delivery_id: int) -> DeliveryObjection | None:
        """The one of a delivery, if there is one."""
        query = select(DeliveryObjection).where(DeliveryObjection.delivery_id == delivery_id)
        found: DeliveryObjection | None = await self._session.scalar(query.execution_options(populate_existing=True))
        return found

    async def make(self, delivery_id: int, objector: Objector, wish: Wish) -> DeliveryObjection:
        """Object to a delivery; the same again is the same one. Whoever calls knows that it is their business.

        Its order is held, so that it is not completed meanwhile. Raises Conflict where it did not arrive, ended in
        another way, was objected to otherwise, or the time is over.
        """
        delivery = await self._deliveries.get(delivery_id, lock=True)
        before = await self.find(delivery.id)
        if before is not None and (before.reason, before.note) == (wish.reason, wish.note):
            return before
        await self._progress.lock(delivery.sale)
        refused, now = self._why_not(delivery, before), self._clock.now()
        if refused is not None:
            raise refused
        made = DeliveryObjection(
            delivery_id=delivery.id,
            sale_id=delivery.sale_id,
            made_by=objector,
            reason=wish.reason,
            note=wish.note,
            made_at=now,
            status=ObjectionStatus.OPEN,
        )
        self._session.add(made)
        await self._session.flush()
        happened = DeliveryObjected(**identity(delivery), reason=wish.reason.value, made_by=objector.value)
        self._deliveries.record(delivery, DeliveryAct.OBJECT, OBJECTED, happened=[happened])
        await tell_seller(self._work, delivery, made, now)
        await tell_buyer(self._work, delivery, made, now)
        return made

    async def uphold(self, number: int, user: User, told: LossReport) -> tuple[DeliveryObjection, Lost]:
        """The objection is right: the delivery is lost or damaged, with all that follows; the same again is the same.

        Raises NotFound, and Conflict as ``Losses.report``, or where it was rejected.
        """
        objection = await self._held(number)
        if objection.status is ObjectionStatus.REJECTED:
            raise self._decided(objection)
        lost = await self._losses.report(objection.delivery_id, user, told)  # which upholds what is open
        await self._session.flush()
        return objection, lost

    async def reject(self, number: int, user: User, answer: str) -> tuple[DeliveryObjection, bool]:
        """The delivery stands, and why; whether that is new. Raises NotFound, Conflict (it was upheld)."""
        objection = await self._held(number)
        if objection.status is ObjectionStatus.UPHELD:
            raise self._decided(objection)
        if objection.status is ObjectionStatus.REJECTED:
            return objection, False
        now = self._clock.now()
        objection.decide(ObjectionStatus.REJECTED, user.id, answer, now)
        delivery = await self._deliveries.get(objection.delivery_id)
        happened = DeliveryObjectionRejected(**identity(delivery))
        self._deliveries.record(delivery, DeliveryAct.REJECT_OBJECTION, REJECTED, happened=[happened])
        await self._session.flush()
        await tell_seller(self._work, delivery, objection, now)
        await tell_buyer(self._work, delivery, objection, now)
        return objection, True

    async def _held(self, number: int) -> DeliveryObjection:
        """One with its delivery, order and sale held first, as everywhere. Raises NotFound."""
        delivery_id = await self._session.scalar(
            select(DeliveryObjection.delivery_id).where(DeliveryObjection.id == number)
        )
        if delivery_id is None:
            raise NotFound("There is no such objection.", code="objection_not_found")
        await self._deliveries.get(delivery_id, lock=True)
        query = select(DeliveryObjection).where(DeliveryObjection.id == number)
        objection: DeliveryObjection = (
            await self._session.scalars(query.execution_options(populate_existing=True))
        ).one()
        return objection

    def _decided(self, objection: DeliveryObjection) -> Conflict:
        status = objection.status.value
        return Conflict(f"This objection was {status} already.", code="objection_decided", objection_status=status)


def objections_query(
    user: User, *, status: ObjectionStatus | None = None, search: str | None = None
) -> Select[DeliveryObjection]:
    """Those against a seller's sales, or all for an admin, newest first, with their sales."""
    query = (
        select(DeliveryObjection)
        .join(Sale, Sale.id == DeliveryObjection.sale_id)
        .order_by(DeliveryObjection.id.desc())
        .options(selectinload(DeliveryObjection.sale))
    )
    if not user.has(Role.ADMIN):
        query = query.where(Sale.seller_id == user.id)
    if status is not None:
        query = query.where(DeliveryObjection.status == status)
    if search and folded_text(search):
        query = query.join(Delivery, Delivery.id == DeliveryObjection.delivery_id)
        texts = (Sale.order_number, Sale.buyer_name, Sale.product_name, Delivery.tracking_number)
        query = query.where(or_(*(contains(one, search) for one in texts)))
    return query


async def deliveries_of(session: AsyncSession, objections: list[DeliveryObjection]) -> dict[int, Delivery]:
    """Their deliveries with who brought them, by number."""
    query = select(Delivery).where(Delivery.id.in_([one.delivery_id for one in objections]))
    rows = await session.scalars(query.options(selectinload(Delivery.transporter)))
    return {row.id: row for row in rows}


def _refused(delivery: Delivery, detail: str, code: str) -> Conflict:
    return Conflict(detail, code=code, delivery_status=delivery.status.value)

"""Whoever ends or brings back what was objected to has answered the objection."""

from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.cancellations.objection_messages import tell_seller
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.ports import Clock
from dispatch.sales.objections import DeliveryObjection, ObjectionStatus


async def uphold_open(work: Work, clock: Clock, delivery: Delivery, user: User, answer: str) -> None:
    """Uphold what is open against a locked delivery, and tell its seller; its buyer hears what becomes of it anyway."""
    mine = DeliveryObjection.delivery_id == delivery.id
    objection: DeliveryObjection | None = await work.session.scalar(select(DeliveryObjection).where(mine))
    if objection is not None and objection.status is ObjectionStatus.OPEN:
        objection.decide(ObjectionStatus.UPHELD, user.id, answer, clock.now())
        await tell_seller(work, delivery, objection, clock.now())

"""Mails about an objection: its buyer hears that it is looked into and what came of it, and so does the seller."""

from datetime import datetime

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.sales.objections import DeliveryObjection, ObjectionStatus


async def tell_buyer(work: Work, delivery: Delivery, objection: DeliveryObjection, now: datetime) -> None:
    """That it is looked into, or was rejected. That money goes back is told as of every loss."""
    if objection.status is not ObjectionStatus.UPHELD:
        await _tell(work, "buyer", delivery.sale.buyer_id, delivery, objection, now)


async def tell_seller(work: Work, delivery: Delivery, objection: DeliveryObjection, now: datetime) -> None:
    """Each of them; what the buyer wrote is read where one signs in."""
    await _tell(work, "seller", delivery.sale.seller_id, delivery, objection, now)


async def _tell(
    work: Work, who: str, user_id: int, delivery: Delivery, objection: DeliveryObjection, now: datetime
) -> None:
    user = await work.session.get(User, user_id)
    if user is None or not user.is_active:
        return
    status = objection.status.value
    content = {
        "who": who,
        "status": status,
        "language": user.language,
        "name": user.name,
        "product_name": delivery.sale.product_name,
        "order_number": delivery.sale.order_number,
        "tracking_number": delivery.tracking_number,
        "answer": objection.answer,
    }
    key = f"objection:{delivery.id}:{status}:{who}"
    message = NewMessage(key, Channel.MAIL, "objection", user.email, content)
    await write_messages(await work.driver(), [message], now)

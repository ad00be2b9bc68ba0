"""Telling a customer the code: a mail and an SMS, which are rendered with it when they are sent."""

from datetime import datetime

from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.orders.models import FIRST_VERSION, DeliveryInfo, Order
from dispatch.proofs.models import DeliveryCode


async def tell_code(work: Work, delivery: Delivery, code: DeliveryCode, now: datetime) -> None:
    """Put both into the outbox, once for each code. They hold the salt, so that the outbox does not tell the code."""
    email = await work.session.scalar(select(User.email).where(User.id == delivery.sale.buyer_id))
    phone = await _phone(work, delivery)
    content = {
        "tracking_number": delivery.tracking_number,
        "product": delivery.sale.product_name,
        "salt": str(code.salt),
    }
    messages = [
        NewMessage(
            f"delivery-code:{code.salt}:{channel.value}",
            channel,
            "delivery_code",
            recipient or "",
            content,
            delivery.sale.buyer_id,
        )
        for channel, recipient in ((Channel.MAIL, email), (Channel.SMS, phone))
    ]
    await write_messages(await work.driver(), messages, now)


async def _phone(work: Work, delivery: Delivery) -> str:
    """The phone that the buyer ordered with: that of the parcel is its seller's word, who must not learn the code.

    Empty where the rest of the order goes to somebody else by now, who has nothing to do with this parcel.
    """
    ordered: DeliveryInfo | None = await work.session.scalar(
        select(DeliveryInfo)
        .join(Order, Order.delivery_info_id == DeliveryInfo.id)
        .where(Order.id == delivery.sale.order_id)
        .execution_options(populate_existing=True)
    )
    if ordered is None:
        return ""
    is_theirs = ordered.version == FIRST_VERSION or ordered.phone_number == delivery.delivery_contact_phone
    return ordered.phone_number if is_theirs else ""

"""Telling a customer the code: a mail and an SMS, which are rendered with it when they are sent."""

from datetime import datetime

from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.proofs.models import DeliveryCode


async def tell_code(work: Work, delivery: Delivery, code: DeliveryCode, now: datetime) -> None:
    """Put both into the outbox, once for each code: to the buyer, and to the phone at the parcel's door.

    They hold the salt, so that the outbox does not tell the code.
    """
    email = await work.session.scalar(select(User.email).where(User.id == delivery.sale.buyer_id))
    content = {
        "tracking_number": delivery.tracking_number,
        "product": delivery.sale.product_name,
        "salt": str(code.salt),
    }
    messages = [
        NewMessage(f"delivery-code:{code.salt}:{channel.value}", channel, "delivery_code", recipient or "", content)
        for channel, recipient in ((Channel.MAIL, email), (Channel.SMS, delivery.delivery_contact_phone))
    ]
    await write_messages(await work.driver(), messages, now)

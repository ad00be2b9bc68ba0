"""What sellers are told of what they have sold and not yet packed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.orders.models import DeliveryInfo, Order
from dispatch.sales.models import Sale


async def tell_other_address(
    work: Work, order: Order, info: DeliveryInfo, sales: Iterable[Sale], now: datetime
) -> None:
    """Tell the sellers of these sales, a mail each, that what they have to send goes elsewhere.

    Who brings goods by themselves makes no parcel, and would not be stopped by ``destination_version``. The address is
    not in the mail: it may change again before somebody reads that, and mails are kept longer than an address.
    """
    goods: dict[int, list[str]] = defaultdict(list)
    for sale in sales:
        goods[sale.seller_id].append(f"{sale.quantity} × {sale.product_name}")
    sellers = await work.session.scalars(select(User).where(User.id.in_(goods), User.is_active).order_by(User.id))
    messages = [
        NewMessage(
            f"sale-address:{order.order_number}:{info.version}:{seller.id}",
            Channel.MAIL,
            "sale_address",
            seller.email,
            {"seller_name": seller.name, "order_number": order.order_number, "goods": goods[seller.id]},
            seller.id,
        )
        for seller in sellers
    ]
    await write_messages(await work.driver(), messages, now)

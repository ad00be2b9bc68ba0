"""Which messages are a person's.

A message about an order goes to the phone and the address that were given for it, and who has proved neither may have
written the same ones into an account: so what it is about says whose it is.
"""

from typing import Final

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import User
from dispatch.deliveries.models import Delivery
from dispatch.notifications.models import OutboxMessage
from dispatch.orders.models import Order
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter

OF_ORDERS: Final = ("order_status",)
OF_PAYMENTS: Final = ("order_confirmation", "receipt", "payment")
OF_REFUNDS: Final = ("refund",)
OF_PARCELS: Final = ("parcel", "delivery_code")
OF_PAPERS: Final = ("document_expiring",)
OF_ADDRESSES: Final = ("change_email", "email_change_asked", "email_changed")
"""Of an account that changes its address: these go to another one than it has."""
OF_THINGS: Final = (*OF_ORDERS, *OF_PAYMENTS, *OF_REFUNDS, *OF_PARCELS, *OF_PAPERS, *OF_ADDRESSES)


def about_own(user: User) -> ColumnElement[bool]:
    """About orders, payments, refunds, parcels and papers of the person, whatever phone or address those named."""
    paid, bought = PaymentTransaction.user_id == user.id, Sale.buyer_id == user.id
    refunds = select(cast(Refund.refund_id, String)).join(
        PaymentTransaction, PaymentTransaction.id == Refund.payment_id
    )
    parcels = select(Delivery.tracking_number).join(Sale, Sale.id == Delivery.sale_id)
    named, tracking_number = func.split_part(OutboxMessage.key, ":", 2), OutboxMessage.content["tracking_number"].astext
    orders = select(cast(Order.id, String)).where(Order.customer_id == user.id)
    payments = select(cast(PaymentTransaction.transaction_id, String)).where(paid)
    profiles = select(cast(Transporter.id, String)).where(Transporter.user_id == user.id)
    return or_(
        and_(OutboxMessage.template.in_(OF_ORDERS), named.in_(orders)),
        and_(OutboxMessage.template.in_(OF_PAYMENTS), named.in_(payments)),
        and_(OutboxMessage.template.in_(OF_REFUNDS), named.in_(refunds.where(paid))),
        and_(OutboxMessage.template.in_(OF_PARCELS), tracking_number.in_(parcels.where(bought))),
        and_(OutboxMessage.template.in_(OF_PAPERS), named.in_(profiles)),
        and_(OutboxMessage.template.in_(OF_ADDRESSES), named == str(user.id)),
    )


def told_to(user: User) -> ColumnElement[bool]:
    """The same, and what was written to the account's address about nobody's orders."""
    to_account = and_(OutboxMessage.recipient == user.email, OutboxMessage.template.not_in(OF_THINGS))
    return or_(to_account, about_own(user))


async def move_to_new_address(session: AsyncSession, user: User, former: str) -> None:
    """What was written to the former address of an account stays the account's, and what waits goes to the new one.

    What is being sent at this moment is left alone.
    """
    written = select(OutboxMessage.id).where(
        OutboxMessage.recipient == former, OutboxMessage.template.not_in(OF_THINGS)
    )
    free = written.with_for_update(skip_locked=True)
    await session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(free)).values(recipient=user.email))

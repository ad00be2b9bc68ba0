"""What a payment that got its money leaves behind: ledger, messages, invoice; or a refund where nothing can be sold.

All of it is written in the transaction that settles the payment, whose row the callers hold.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from dispatch.database.engine import DriverConnection
from dispatch.events.payloads.orders import OrderPaid, OrderPlaced
from dispatch.events.recording import record_all
from dispatch.money import to_paisa
from dispatch.notifications.outbox import write_messages
from dispatch.payments.invoices.issuing import Issuer, issue_invoice
from dispatch.payments.ledger.entries import enter, entries_of_owed, entries_of_sale
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.settling.messages import Seller, messages_of_sale
from dispatch.payments.settling.statements import REQUEST_LATE_REFUND


async def enter_sale(
    connection: DriverConnection,
    payment: PaymentTransaction,
    order_number: str,
    sellers: Mapping[int, Seller],
    issuer: Issuer,
    now: datetime,
) -> None:
    """The payment's lines became the sales of an order; ``issuer`` stands on its invoice."""
    await enter(connection, payment.id, entries_of_sale(payment), now)
    invoice_number = await issue_invoice(connection, payment, issuer, now)
    await write_messages(connection, messages_of_sale(payment, order_number, sellers, invoice_number), now)


async def record_paid(
    connection: DriverConnection, payment: PaymentTransaction, order_number: str, now: datetime, *, is_new: bool
) -> None:
    """For whoever follows events; an order that ``is_new`` was placed by being paid."""
    if payment.order_id is None:  # a purchase becomes an order when it is paid, if it was none before
        return
    amount_paisa = to_paisa(payment.total_amount)
    placed = OrderPlaced(order_id=payment.order_id, order_number=order_number, total_paisa=amount_paisa)
    paid = OrderPaid(
        order_id=payment.order_id,
        order_number=order_number,
        amount_paisa=amount_paisa,
        payment_number=payment.order_number,
        gateway=payment.gateway.value,
    )
    await record_all(connection, [placed, paid] if is_new else [paid], at=now)


async def enter_owed(connection: DriverConnection, payment: PaymentTransaction, reason: str, now: datetime) -> None:
    """The money came too late: all of it goes back, and the refund is on record at once."""
    await enter(connection, payment.id, entries_of_owed(payment), now)
    await connection.execute(
        REQUEST_LATE_REFUND, uuid4(), payment.id, to_paisa(payment.total_amount), reason[:300], now
    )

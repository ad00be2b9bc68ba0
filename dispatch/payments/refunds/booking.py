"""Entering a refund that happened: ledger, statuses, credit note, messages, in one transaction."""

from sqlalchemy import select, update

from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.events.payloads.orders import OrderRefunded
from dispatch.events.recording import record
from dispatch.money import display_amount, from_paisa
from dispatch.notifications.outbox import write_messages
from dispatch.orders.models import Order, PaymentStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.invoices.issuing import CREDIT_NOTE_SERIES, next_number
from dispatch.payments.ledger.entries import Entry, enter, entries_of_refund, list_balances
from dispatch.payments.ledger.models import LedgerAccount
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.refunds.messages import messages_of_refund
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.refunds.shares import share_of_sale
from dispatch.payments.rows import lock_payment, save_outcome
from dispatch.ports import Clock
from dispatch.sales.models import Sale


async def book_refund(work: Work, clock: Clock, refund_id: int) -> None:
    """Enter a refund once; a repeat changes nothing. Locks in the order of settling: order, payment, refund."""
    session = work.session
    payment_id = (await session.execute(select(Refund.payment_id).where(Refund.id == refund_id))).scalar_one()
    order_id = await session.scalar(select(PaymentTransaction.order_id).where(PaymentTransaction.id == payment_id))
    order = await lock_order(work, order_id) if order_id is not None else None
    payment = await lock_payment(await work.driver(), payment_id)
    refund = await session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.status is RefundStatus.SUCCEEDED:
        return
    now = clock.now()
    entries = entries_of_refund(await list_balances(work, payment.id), refund.amount_paisa, _of_sale(payment, refund))
    await enter(await work.driver(), payment.id, entries, now, refund_id=refund.id)
    refund.status, refund.completed_at, refund.last_error = RefundStatus.SUCCEEDED, now, None
    await session.flush()
    standing = await Refunds(work, clock).refundable(payment)
    if standing.refunded == standing.paid:
        payment.status = TransactionStatus.REFUNDED
        await save_outcome(await work.driver(), payment, now)
    was_sold = any(item.sale_id is not None for item in payment.items)
    if was_sold:
        await _tell_order(work, clock, payment, order, refund)
        if order is not None:
            refunded = OrderRefunded(
                order_id=order.id,
                order_number=order.order_number,
                amount_paisa=refund.amount_paisa,
                refunded_paisa=standing.refunded,
                is_whole=standing.refunded == standing.paid,
                sale_id=refund.sale_id,
            )
            record(session, refunded, at=now)
        refund.credit_note_number = (await next_number(await work.driver(), CREDIT_NOTE_SERIES, now)).text
    await write_messages(await work.driver(), messages_of_refund(payment, order, refund), now)


def _of_sale(payment: PaymentTransaction, refund: Refund) -> list[Entry]:
    """What of the payment's income the refund's own sale made, where it is for one."""
    if refund.sale_id is None:
        return []
    share = share_of_sale(payment, refund.sale_id)
    return [
        Entry(LedgerAccount.SALES, refund.sale_id, share.goods),
        Entry(LedgerAccount.VAT, None, share.tax),
        Entry(LedgerAccount.SHIPPING, None, 0 if refund.goods_alone else share.shipping),
    ]


async def _tell_order(
    work: Work, clock: Clock, payment: PaymentTransaction, order: Order | None, refund: Refund
) -> None:
    """The order and its sales follow the money that paid them, and only that."""
    if payment.status is TransactionStatus.REFUNDED:
        sale_ids = [item.sale_id for item in payment.items if item.sale_id is not None]
        await work.session.execute(
            update(Sale).where(among(Sale.id, sale_ids)).values(payment_status=PaymentStatus.REFUNDED)
        )
        if order is not None:
            order.payment_status = PaymentStatus.REFUNDED
    elif refund.sale_id is not None and await Refunds(work, clock).is_back(payment, refund.sale_id):
        gone = update(Sale).where(Sale.id == refund.sale_id)
        await work.session.execute(gone.values(payment_status=PaymentStatus.REFUNDED))
    if order is not None:
        names = [item.product_name for item in payment.items if item.sale_id == refund.sale_id]
        told = f"Refunded {display_amount(from_paisa(refund.amount_paisa))}" + "".join(f" for {name}" for name in names)
        Orders(work, clock).add_event(order, order.order_status, told)

"""What corrects an invoice: the refunds that happened, each of which has a number of its own."""

from typing import Literal, TypeAlias

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.money import to_paisa
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund, RefundStatus

InvoiceStatus: TypeAlias = Literal["paid", "partially_refunded", "refunded"]


async def list_credit_notes(work: Work, payment_id: int) -> list[Refund]:
    """The refunds that corrected a payment's invoice, oldest first."""
    rows = await work.session.scalars(
        select(Refund)
        .where(Refund.payment_id == payment_id, Refund.status == RefundStatus.SUCCEEDED)
        .order_by(Refund.completed_at, Refund.id)
    )
    return list(rows)


def status_of(payment: PaymentTransaction, credit_notes: list[Refund]) -> InvoiceStatus:
    """By what went back of it."""
    refunded_paisa = sum(note.amount_paisa for note in credit_notes)
    if refunded_paisa >= to_paisa(payment.total_amount):
        return "refunded"
    return "partially_refunded" if refunded_paisa else "paid"

"""The part of an invoice that one sale is: what its seller may show of it, and nothing of the other sales."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.payments.invoices.issuing import Issuer, get_invoice
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.refunds.credit_notes import InvoiceStatus, list_credit_notes
from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.shares import SaleShare, portions, share_of_sale
from dispatch.payments.rows import get_payment

Part: TypeAlias = tuple[Refund, int]
"""A refund, and what of it is the sale's, paisa."""


@dataclass(frozen=True, slots=True)
class SaleInvoice:
    """A sale's line, its share of goods, tax and shipping, and of each credit note the part that is its own."""

    payment: PaymentTransaction
    invoice: Invoice
    item: PaymentTransactionItem
    share: SaleShare
    credit_notes: list[Part]

    @property
    def status(self) -> InvoiceStatus:
        """By what went back of it."""
        refunded = sum(paisa for _, paisa in self.credit_notes)
        if refunded >= self.share.total:
            return "refunded"
        return "partially_refunded" if refunded else "paid"


async def get_sale_invoice(work: Work, sale_id: int, issuer: Issuer, now: datetime) -> SaleInvoice:
    """The part of a sale that is there. Raises Conflict where no payment is known that made it."""
    item = PaymentTransactionItem
    payment_id = await work.session.scalar(select(item.payment_id).where(item.sale_id == sale_id))
    if payment_id is None:
        raise Conflict("There is no invoice: no payment of this sale is known.", code="not_paid")
    payment = await get_payment(await work.driver(writes=False), payment_id)
    invoice = await get_invoice(work, payment, issuer, now)
    return SaleInvoice(
        payment,
        invoice,
        next(item for item in payment.items if item.sale_id == sale_id),
        share_of_sale(payment, sale_id),
        parts_of_sale(payment, sale_id, await list_credit_notes(work, payment_id)),
    )


def parts_of_sale(payment: PaymentTransaction, sale_id: int, refunds: Sequence[Refund]) -> list[Part]:
    """What of each refund, oldest first, is one sale's: all of what was for it alone, and of what was for the whole
    order a portion by what was left of each sale. Together with the others' they are the refunds, to the paisa.
    """
    sales = [item.sale_id for item in payment.items if item.sale_id is not None]
    left = {one: share_of_sale(payment, one).total for one in sales}
    found: list[Part] = []
    for refund in refunds:
        if refund.sale_id is not None:
            parts = {refund.sale_id: refund.amount_paisa}
        else:
            parts = dict(zip(sales, portions(refund.amount_paisa, [left[one] for one in sales]), strict=True))
        for one, paisa in parts.items():
            left[one] = max(0, left[one] - paisa)
        if parts.get(sale_id):
            found.append((refund, parts[sale_id]))
    return found

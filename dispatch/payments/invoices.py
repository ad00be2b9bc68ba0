"""Invoices: numbered without gaps per fiscal year, frozen when issued, corrected only by credit notes."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.money import to_paisa
from dispatch.payments.fiscal import fiscal_year, nepal_date
from dispatch.payments.invoice_models import Invoice, InvoiceCounter
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refund_models import Refund, RefundStatus

INVOICE_SERIES = "INV"
CREDIT_NOTE_SERIES = "CN"


class Invoices:
    """The invoices of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    async def issue(self, payment: PaymentTransaction, now: datetime) -> Invoice:
        """Give a paid payment its number. Do this last: the counter's row is held until the commit."""
        year, number, text = await self._next(INVOICE_SERIES, now)
        invoice = Invoice(
            payment_id=payment.id,
            invoice_number=text,
            fiscal_year=year,
            number=number,
            issued_at=now,
            content=_content(payment),
        )
        self._session.add(invoice)
        return invoice

    async def next_credit_note(self, now: datetime) -> str:
        """The number of a refund's credit note, from a series of its own. Do this last, too."""
        return (await self._next(CREDIT_NOTE_SERIES, now))[2]

    async def get(self, payment: PaymentTransaction, now: datetime) -> Invoice:
        """The invoice of a payment; one that was paid before there were invoices gets its own now.

        Raises Conflict where nothing was paid.
        """
        if all(item.sale_id is None for item in payment.items):
            raise Conflict(
                "There is no invoice: this payment was not completed.",
                code="NOT_PAID",
                payment_status=payment.status.value,
            )
        invoice = await self._find(payment.id)
        if invoice is None:
            # Two readers at once must not take two numbers for one payment.
            await self._session.execute(
                select(PaymentTransaction.id).where(PaymentTransaction.id == payment.id).with_for_update()
            )
            invoice = await self._find(payment.id) or await self.issue(payment, now)
        return invoice

    async def credit_notes(self, payment_id: int) -> list[Refund]:
        """The refunds that corrected a payment's invoice, oldest first."""
        rows = await self._session.scalars(
            select(Refund)
            .where(Refund.payment_id == payment_id, Refund.status == RefundStatus.SUCCEEDED)
            .order_by(Refund.completed_at, Refund.id)
        )
        return list(rows)

    async def _find(self, payment_id: int) -> Invoice | None:
        found: Invoice | None = await self._session.scalar(select(Invoice).where(Invoice.payment_id == payment_id))
        return found

    async def _next(self, series: str, now: datetime) -> tuple[int, int, str]:
        year = fiscal_year(now)
        row = insert(InvoiceCounter).values(series=series, fiscal_year=year, last_number=1)
        number = await self._session.scalar(
            row.on_conflict_do_update(
                index_elements=["series", "fiscal_year"], set_={"last_number": InvoiceCounter.last_number + 1}
            ).returning(InvoiceCounter.last_number)
        )
        if number is None:
            raise RuntimeError("the invoice counter gave no number")
        return year, number, f"{series}-{nepal_date(now):%Y%m%d}-{number:03d}"


def status_of(payment: PaymentTransaction, credit_notes: list[Refund]) -> str:
    """``paid``, ``partially_refunded`` or ``refunded``."""
    refunded_paisa = sum(note.amount_paisa for note in credit_notes)
    if refunded_paisa >= to_paisa(payment.total_amount):
        return "refunded"
    return "partially_refunded" if refunded_paisa else "paid"


def _content(payment: PaymentTransaction) -> dict[str, Any]:
    """What the invoice says for good; amounts as text, so that no paisa is lost in JSON."""
    return {
        "customer": {
            "name": payment.customer_name,
            "email": payment.customer_email,
            "phone": payment.customer_phone,
        },
        "items": [
            {
                "product_name": item.product_name,
                "quantity": item.quantity,
                "unit_price": str(item.unit_price),
                "total": str(item.total_amount),
                "seller": item.seller_name,
            }
            for item in payment.items
        ],
        "subtotal": str(payment.subtotal),
        "tax_amount": str(payment.tax_amount),
        "shipping_cost": str(payment.shipping_cost),
        "total_amount": str(payment.total_amount),
    }

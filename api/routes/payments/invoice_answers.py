"""Invoices as the contract writes them. Amounts in NPR as numbers."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct

from dispatch.money import from_paisa
from dispatch.payments.invoices.fiscal_year import fiscal_year_name
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.models import PaymentMode, PaymentTransaction
from dispatch.payments.refunds.credit_notes import InvoiceStatus, status_of
from dispatch.payments.refunds.models import Refund


class IssuerAnswer(Struct, frozen=True):
    """Who sells; ``tax_number`` is the PAN or VAT number. Empty where the shop has not said."""

    name: str
    address: str
    tax_number: str


class InvoicedCustomer(Struct, frozen=True):
    """Who bought."""

    name: str
    email: str
    phone: str


class InvoiceItem(Struct, frozen=True):
    """A line of an invoice."""

    product_name: str
    quantity: int
    unit_price: float
    total: float
    seller: str


class CreditNote(Struct, frozen=True):
    """What was given back of an invoice."""

    credit_note_number: str | None
    amount: float
    reason: str
    issued_at: datetime | None


class InvoiceAnswer(Struct, frozen=True, kw_only=True):
    """An invoice with what corrected it since.

    ``total_amount`` and ``total_to_pay`` are the same. ``vat_rate`` is a share (0.13) of ``taxable_amount``; both are
    None on invoices from before they were written down. ``fiscal_year`` is Nepal's, in Bikram Sambat.
    """

    invoice_number: str
    transaction_id: UUID
    order_number: str
    issuer: IssuerAnswer
    customer: InvoicedCustomer
    customer_address: str
    items: list[InvoiceItem]
    subtotal: float
    tax_amount: float
    shipping_cost: float
    total_amount: float
    total_to_pay: float
    vat_rate: float | None
    taxable_amount: float | None
    payment_method: PaymentMode
    payment_date: datetime | None
    status: InvoiceStatus
    fiscal_year: str
    issued_at: datetime
    credit_notes: list[CreditNote]


def invoice_answer(payment: PaymentTransaction, invoice: Invoice, credit_notes: list[Refund]) -> InvoiceAnswer:
    """An invoice from what it said when it was issued."""
    content = invoice.content
    issuer, customer = content.get("issuer") or {}, content["customer"]
    total = _amount(content["total_amount"])
    return InvoiceAnswer(
        invoice_number=invoice.invoice_number,
        transaction_id=payment.transaction_id,
        order_number=payment.order_number,
        issuer=IssuerAnswer(issuer.get("name", ""), issuer.get("address", ""), issuer.get("tax_number", "")),
        customer=InvoicedCustomer(customer["name"], customer["email"], customer["phone"]),
        customer_address=content.get("customer_address", ""),
        items=[_item(item) for item in content["items"]],
        subtotal=_amount(content["subtotal"]),
        tax_amount=_amount(content["tax_amount"]),
        shipping_cost=_amount(content["shipping_cost"]),
        total_amount=total,
        total_to_pay=total,
        vat_rate=_known_amount(content.get("vat_rate")),
        taxable_amount=_known_amount(content.get("taxable_amount")),
        payment_method=payment.gateway,
        payment_date=payment.completed_at,
        status=status_of(payment, credit_notes),
        fiscal_year=fiscal_year_name(invoice.fiscal_year),
        issued_at=invoice.issued_at,
        credit_notes=[
            CreditNote(note.credit_note_number, float(from_paisa(note.amount_paisa)), note.reason, note.completed_at)
            for note in credit_notes
        ],
    )


def _item(line: Mapping[str, Any]) -> InvoiceItem:
    return InvoiceItem(
        line["product_name"], line["quantity"], _amount(line["unit_price"]), _amount(line["total"]), line["seller"]
    )


def _amount(text: str) -> float:
    return float(Decimal(text))


def _known_amount(text: str | None) -> float | None:
    return None if text is None else _amount(text)

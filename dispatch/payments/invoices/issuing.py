"""Invoices: numbered without gaps per fiscal year, frozen when issued, corrected only by credit notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select

from dispatch.database.engine import DriverConnection
from dispatch.database.records import to_json, unsaved
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.orders.models import DeliveryInfo
from dispatch.payments.invoices.fiscal_year import fiscal_year, nepal_date
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.invoices.statements import ISSUE, NEXT_NUMBER, PLACE
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.rows import lock_payment

INVOICE_SERIES = "INV"
CREDIT_NOTE_SERIES = "CN"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The seller of record, as invoices name it; ``tax_number`` is its PAN or VAT number. Empty where not set."""

    name: str = ""
    address: str = ""
    tax_number: str = ""


NO_ISSUER = Issuer()


class NumberGiven(NamedTuple):
    """A number of a series; ``text`` is how people read it."""

    fiscal_year: int
    number: int
    text: str


async def next_number(connection: DriverConnection, series: str, now: datetime) -> NumberGiven:
    """The next number of a series in its fiscal year; a transaction that rolls back gives it back."""
    year = fiscal_year(now)
    number: int = await connection.fetchval(NEXT_NUMBER, series, year)
    return NumberGiven(year, number, f"{series}-{nepal_date(now):%Y%m%d}-{number:03d}")


async def issue_invoice(
    connection: DriverConnection, payment: PaymentTransaction, issuer: Issuer, now: datetime
) -> str:
    """Give a paid payment its number and freeze what its invoice says. The number as people read it."""
    place = await connection.fetchrow(PLACE, payment.order_id)
    content = to_json(_content(payment, issuer, _address(place)))
    given = await next_number(connection, INVOICE_SERIES, now)
    await connection.execute(ISSUE, payment.id, given.text, given.fiscal_year, given.number, now, content)
    return given.text


async def get_invoice(work: Work, payment: PaymentTransaction, issuer: Issuer, now: datetime) -> Invoice:
    """The invoice of a payment; one that was paid before there were invoices gets its own now.

    Raises Conflict where nothing was paid.
    """
    if all(item.sale_id is None for item in payment.items):
        raise Conflict(
            "There is no invoice: this payment was not completed.",
            code="NOT_PAID",
            payment_status=payment.status.value,
        )
    query = select(Invoice).where(Invoice.payment_id == payment.id)
    invoice = await work.session.scalar(query)
    if invoice is None:
        # Two readers at once must not take two numbers for one payment.
        await lock_payment(await work.driver(), payment.id)
        if await work.session.scalar(query) is None:
            await issue_invoice(await work.driver(), payment, issuer, now)
        invoice = (await work.session.execute(query)).scalar_one()
    return invoice


def _address(place: Mapping[str, str] | None) -> str:
    return "" if place is None else unsaved(DeliveryInfo, **place).full_address


def _content(payment: PaymentTransaction, issuer: Issuer, address: str) -> dict[str, Any]:
    """What the invoice says for good; amounts as text, so that no paisa is lost in JSON."""
    taxed = [item.total_amount for item in payment.items if item.is_taxed]
    known = payment.vat_rate is not None and all(item.is_taxed is not None for item in payment.items)
    return {
        "issuer": {"name": issuer.name, "address": issuer.address, "tax_number": issuer.tax_number},
        "vat_rate": str(payment.vat_rate) if known else None,
        "taxable_amount": str(sum(taxed, Decimal("0.00"))) if known else None,
        "customer": {
            "name": payment.customer_name,
            "email": payment.customer_email,
            "phone": payment.customer_phone,
        },
        "customer_address": address,
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

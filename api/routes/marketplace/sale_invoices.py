"""A seller's paper of a sale: its own line of the invoice, as JSON and as PDF."""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery
from msgspec import Struct

from api.adapters.invoice_pages import invoice_pdf
from api.http.described_answers import OtherAnswer, also
from api.http.described_errors import MAY_CONFLICT
from api.http.injected import GivenWork
from api.http.schemas import PathId
from api.http.security import needs
from api.routes.marketplace.services import GivenServices
from api.routes.payments.invoice_answers import InvoiceItem, IssuerAnswer
from api.routes.payments.services import issuer_of
from dispatch.accounts.models import Role, User
from dispatch.money import from_paisa
from dispatch.payments.invoices.fiscal_year import fiscal_year_name
from dispatch.payments.models import PaymentMode
from dispatch.payments.refunds.credit_notes import InvoiceStatus
from dispatch.payments.refunds.sale_invoices import SaleInvoice, get_sale_invoice
from dispatch.sales.models import Sale
from dispatch.sales.service import Sales


class InvoicedBuyer(Struct, frozen=True):
    """Who bought, as far as a seller's paper says it."""

    name: str


class SaleCreditNote(Struct, frozen=True):
    """What was given back of this sale; the note may give back more, of other sales."""

    credit_note_number: str | None
    amount: float
    issued_at: datetime | None


class SaleInvoiceAnswer(Struct, frozen=True, kw_only=True):
    """The part of an invoice that one sale is: its line, and the tax and shipping that go with it.

    The parts of all sales of an order are together its invoice, to the paisa. `order_number` is the sale's.
    `total_amount` and `total_to_pay` are the same. `vat_rate` is a share (0.13) of `taxable_amount`; both are None on
    invoices from before they were written down.
    """

    sale_id: int
    invoice_number: str
    order_number: str
    issuer: IssuerAnswer
    customer: InvoicedBuyer
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
    credit_notes: list[SaleCreditNote]


PAGES = also(OtherAnswer(200, "The paper.", ("application/pdf",))) | {MAY_CONFLICT: True}


class SaleInvoiceController(Controller):
    """``/api/marketplace/sales/{sale_id}/invoice``."""

    path = "/api/marketplace/sales/{sale_id:int}/invoice"
    tags = ("sales",)

    @get(
        "/",
        guards=[needs(Role.SELLER, Role.ADMIN)],
        opt=PAGES,
        responses={200: ResponseSpec(SaleInvoiceAnswer, generate_examples=False)},
    )
    async def sale_invoice(
        self,
        request: Request[User, Any, Any],
        sale_id: PathId,
        work: GivenWork,
        services: GivenServices,
        format: FromQuery[Literal["json", "pdf"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[SaleInvoiceAnswer | bytes]:
        """What a sale is of its order's invoice, for its seller and admins, as JSON or as PDF.

        Nothing of what the buyer bought of others; the whole invoice is the buyer's
        (`/api/v1/payments/{transaction_id}/invoice/`).
        """
        view = await Sales(work).get_to_sell(sale_id, request.user)
        found = await get_sale_invoice(work, sale_id, issuer_of(services.settings), services.clock.now())
        answer = sale_invoice_answer(view.sale, found)
        if format == "pdf":
            told: dict[str, Any] = msgspec.to_builtins(answer, builtin_types=(datetime,))
            content = await asyncio.to_thread(invoice_pdf, told, f"Sale {answer.order_number}")
            headers = {"content-disposition": f'attachment; filename="{answer.order_number}.pdf"'}
            return Response(content, media_type="application/pdf", headers=headers)
        return Response(answer, media_type="application/json")


def sale_invoice_answer(sale: Sale, found: SaleInvoice) -> SaleInvoiceAnswer:
    """From what the invoice said when it was issued."""
    content, item, share = found.invoice.content, found.item, found.share
    issuer, rate = content.get("issuer") or {}, content.get("vat_rate")
    return SaleInvoiceAnswer(
        sale_id=sale.id,
        invoice_number=found.invoice.invoice_number,
        order_number=sale.order_number,
        issuer=IssuerAnswer(issuer.get("name", ""), issuer.get("address", ""), issuer.get("tax_number", "")),
        customer=InvoicedBuyer(content["customer"]["name"]),
        customer_address=content.get("customer_address", ""),
        items=[
            InvoiceItem(
                item.product_name, item.quantity, float(item.unit_price), float(item.total_amount), item.seller_name
            )
        ],
        subtotal=_npr(share.goods),
        tax_amount=_npr(share.tax),
        shipping_cost=_npr(share.shipping),
        total_amount=_npr(share.total),
        total_to_pay=_npr(share.total),
        vat_rate=None if rate is None else float(Decimal(rate)),
        taxable_amount=None if rate is None else _npr(share.goods if item.is_taxed else 0),
        payment_method=found.payment.gateway,
        payment_date=found.payment.completed_at,
        status=found.status,
        fiscal_year=fiscal_year_name(found.invoice.fiscal_year),
        issued_at=found.invoice.issued_at,
        credit_notes=[
            SaleCreditNote(note.credit_note_number, _npr(paisa), note.completed_at)
            for note, paisa in found.credit_notes
        ],
    )


def _npr(paisa: int) -> float:
    return float(from_paisa(paisa))

"""Invoices as JSON, as a page and as PDF."""

import asyncio
from decimal import Decimal
from typing import Any, Literal

from litestar import Controller, Request, Response, get
from litestar.params import FromPath, FromQuery

from api.adapters.invoice_pages import invoice_html, invoice_pdf
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.payments.refunds import parsed_uuid
from api.routes.payments.services import GivenServices, PaymentServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.money import from_paisa
from dispatch.payments.invoices.fiscal_year import fiscal_year_name
from dispatch.payments.invoices.issuing import get_invoice, list_credit_notes, status_of
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from dispatch.payments.rows import get_by_transaction_id

CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def invoice_answer(payment: PaymentTransaction, invoice: Invoice, credit_notes: list[Refund]) -> dict[str, Any]:
    """The invoice as the contract writes it, with what corrected it since."""
    content = invoice.content

    def amount(value: str) -> float:
        return float(Decimal(value))

    vat_rate, taxable = content.get("vat_rate"), content.get("taxable_amount")

    return {
        "invoice_number": invoice.invoice_number,
        "transaction_id": payment.transaction_id,
        "order_number": payment.order_number,
        "issuer": content.get("issuer") or {"name": "", "address": "", "tax_number": ""},
        "customer": content["customer"],
        "customer_address": content.get("customer_address", ""),
        "items": [
            item | {"unit_price": amount(item["unit_price"]), "total": amount(item["total"])}
            for item in content["items"]
        ],
        "subtotal": amount(content["subtotal"]),
        "tax_amount": amount(content["tax_amount"]),
        "shipping_cost": amount(content["shipping_cost"]),
        "total_amount": amount(content["total_amount"]),
        "total_to_pay": amount(content["total_amount"]),
        "vat_rate": None if vat_rate is None else amount(vat_rate),
        "taxable_amount": None if taxable is None else amount(taxable),
        "payment_method": payment.gateway,
        "payment_date": payment.completed_at,
        "status": status_of(payment, credit_notes),
        "fiscal_year": fiscal_year_name(invoice.fiscal_year),
        "issued_at": invoice.issued_at,
        "credit_notes": [
            {
                "credit_note_number": note.credit_note_number,
                "amount": float(from_paisa(note.amount_paisa)),
                "reason": note.reason,
                "issued_at": note.completed_at,
            }
            for note in credit_notes
        ],
    }


async def invoice_of(transaction_id: str, user: User, work: Work, services: PaymentServices) -> dict[str, Any]:
    """One's own invoice, any for an admin. Raises NotFound and Conflict (not paid)."""
    payment = await get_by_transaction_id(services.database, parsed_uuid(transaction_id, "payment"))
    if payment.user_id != user.id and not user.has(Role.ADMIN):
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    invoice = await get_invoice(work, payment, services.issuer, services.clock.now())
    return invoice_answer(payment, invoice, await list_credit_notes(work, payment.id))


class InvoiceController(Controller):
    """``/api/v1/payments/{transaction_id}/invoice…``."""

    path = "/api/v1/payments"
    tags = ("payments",)

    @get("/{transaction_id:str}/invoice/", guards=[needs(Role.CUSTOMER, Role.ADMIN)])
    async def show(
        self,
        request: Request[User, Any, Any],
        transaction_id: FromPath[str],
        work: GivenWork,
        services: GivenServices,
        format: FromQuery[Literal["json", "html", "pdf"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[Any]:
        """The invoice of a completed payment, as JSON, as a page, or as PDF."""
        invoice = await invoice_of(transaction_id, request.user, work, services)
        if format == "html":
            page = invoice_html(services.templates, invoice)
            return Response(page, media_type="text/html", headers={"content-security-policy": CSP})
        if format == "pdf":
            headers = {"content-disposition": f'attachment; filename="{invoice["invoice_number"]}.pdf"'}
            return Response(
                await asyncio.to_thread(invoice_pdf, invoice), media_type="application/pdf", headers=headers
            )
        return Response(invoice, media_type="application/json")

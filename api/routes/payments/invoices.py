"""Invoices as JSON, as a page and as PDF."""

import asyncio
from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery

from api.adapters.invoice_pages import invoice_html, invoice_pdf
from api.http.described_answers import OtherAnswer, also
from api.http.described_errors import MAY_CONFLICT
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.payments.invoice_answers import InvoiceAnswer, invoice_answer
from api.routes.payments.refunds import parsed_uuid
from api.routes.payments.services import GivenServices, PaymentServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.payments.invoices.issuing import get_invoice
from dispatch.payments.refunds.credit_notes import list_credit_notes
from dispatch.payments.rows import get_by_transaction_id

CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


async def invoice_of(transaction_id: str, user: User, work: Work, services: PaymentServices) -> InvoiceAnswer:
    """One's own invoice, any for an admin. Raises NotFound and Conflict (not paid)."""
    payment = await get_by_transaction_id(services.database, parsed_uuid(transaction_id, "payment"))
    if payment.user_id != user.id and not user.has(Role.ADMIN):
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    invoice = await get_invoice(work, payment, services.issuer, services.clock.now())
    return invoice_answer(payment, invoice, await list_credit_notes(work, payment.id))


PAGES = also(OtherAnswer(200, "The invoice.", ("text/html", "application/pdf"))) | {MAY_CONFLICT: True}


class InvoiceController(Controller):
    """``/api/v1/payments/{transaction_id}/invoice…``."""

    tags = ("invoices",)

    @get(
        "/{transaction_id:str}/invoice/",
        guards=[needs(Role.CUSTOMER, Role.ADMIN)],
        opt=PAGES,
        responses={200: ResponseSpec(InvoiceAnswer, generate_examples=False)},
    )
    async def show(
        self,
        request: Request[User, Any, Any],
        transaction_id: FromPath[str],
        work: GivenWork,
        services: GivenServices,
        format: FromQuery[Literal["json", "html", "pdf"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[InvoiceAnswer | str | bytes]:
        """The invoice of a completed payment, as JSON, as a page, or as PDF."""
        invoice = await invoice_of(transaction_id, request.user, work, services)
        if format == "html":
            page = invoice_html(services.templates, _told(invoice))
            return Response(page, media_type="text/html", headers={"content-security-policy": CSP})
        if format == "pdf":
            headers = {"content-disposition": f'attachment; filename="{invoice.invoice_number}.pdf"'}
            content = await asyncio.to_thread(invoice_pdf, _told(invoice))
            return Response(content, media_type="application/pdf", headers=headers)
        return Response(invoice, media_type="application/json")


def _told(invoice: InvoiceAnswer) -> dict[str, Any]:
    """For the pages, which know nothing of this API's types."""
    told: dict[str, Any] = msgspec.to_builtins(invoice, builtin_types=(datetime,))
    return told

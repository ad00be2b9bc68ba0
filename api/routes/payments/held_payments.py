"""Payments that wait for a person, for admins: held ones, and those that nobody could reconcile."""

from decimal import Decimal
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody

from api.http.injected import GivenWork
from api.http.schemas import Body, Page, PageNumber, PageSize, number, paginate
from api.http.security import needs
from api.routes.payments.refunds import carry_out_now, parsed_uuid, refund_answer
from api.routes.payments.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.money import from_paisa, to_paisa
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.rows import get_by_transaction_id
from dispatch.payments.settling.held_payments import give_back_rest
from dispatch.payments.settling.sweeper import left_to_a_person, look_again


class AlreadyRefunded(Body, frozen=True, kw_only=True):
    """What the gateway gave back already, NPR, as its dashboard says."""

    already_refunded: Decimal


def _row(payment: PaymentTransaction) -> dict[str, Any]:
    inquiry, paid = payment.inquiry_data or {}, payment.gateway_amount_paisa
    return {
        "transaction_id": payment.transaction_id,
        "order_number": payment.order_number,
        "order": payment.order_id,
        "payment_status": payment.status,
        "total_amount": number(payment.total_amount),
        "khalti_status": inquiry.get("status"),
        "khalti_amount": number(from_paisa(paid)) if paid is not None else None,
        "refunded": inquiry.get("refunded"),
        "reason": payment.check_error or payment.failure_reason,
        "tries": payment.check_failures,
        "checked_at": payment.checked_at,
        "created_at": payment.created_at,
    }


class HeldPaymentController(Controller):
    """``/api/v1/payments/held``."""

    path = "/api/v1/payments/held"
    tags = ("payments",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_held(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """Payments that wait for a person, newest first.

        ``payment_status`` ``held``: the gateway gave a part back before anything was sold, so nothing is provided.
        Others could not be reconciled ``tries`` times, for the ``reason``, and are no longer looked at by themselves.
        """
        rows = left_to_a_person()
        return await paginate(request, work.session, rows, page, page_size, lambda found: [_row(one) for one in found])

    @post("/{transaction_id:str}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def look_again(self, transaction_id: FromPath[str], services: GivenServices) -> dict[str, Any]:
        """Look a payment up now; one that was given up is looked at by itself again. 503 where there is no answer."""
        found = await get_by_transaction_id(services.database, parsed_uuid(transaction_id, "payment"))
        async with services.database.work() as work:
            await look_again(work, found.transaction_id)
        settled = await services.settlement.settle(found, look_up_again=True)
        return _row(settled.payment)

    @post("/{transaction_id:str}/refund/", guards=[needs(Role.ADMIN)], status_code=200)
    async def give_back(
        self,
        request: Request[User, Any, Any],
        transaction_id: FromPath[str],
        data: JSONBody[AlreadyRefunded],
        work: GivenWork,
        services: GivenServices,
    ) -> dict[str, Any]:
        """Enter what the gateway gave back of a held payment, and give the rest back too: ``refund`` is that one."""
        payment_id = parsed_uuid(transaction_id, "payment")
        rest = await give_back_rest(
            work,
            services.clock,
            payment_id,
            refunded_paisa=to_paisa(data.already_refunded),
            admin_id=request.user.id,
        )
        await work.commit()
        await carry_out_now(work, services.refunds, rest)
        answer = refund_answer(await Refunds(work, services.clock).get(rest.refund_id)) if rest is not None else None
        return _row(await get_by_transaction_id(services.database, payment_id)) | {"refund": answer}

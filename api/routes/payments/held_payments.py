"""Payments that wait for a person, for admins: held ones, and those that nobody could reconcile."""

from decimal import Decimal
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Body, Page, PageNumber, PageSize, paginate
from api.http.security import needs
from api.routes.payments.refund_answers import GivenBackAnswer, HeldPayment, given_back, held_payment, refund_answer
from api.routes.payments.refunds import carry_out_now, parsed_uuid
from api.routes.payments.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.money import to_paisa
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.rows import get_by_transaction_id
from dispatch.payments.settling.held_payments import give_back_rest
from dispatch.payments.settling.sweeper import left_to_a_person, look_again


class AlreadyRefunded(Body, frozen=True, kw_only=True):
    """What the gateway gave back already, NPR, as its dashboard says."""

    already_refunded: Decimal


class HeldPaymentController(Controller):
    """``/api/v1/payments/held``."""

    path = "/held"
    tags = ("held payments",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_held(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[HeldPayment]:
        """Payments that wait for a person, newest first.

        ``payment_status`` ``held``: the gateway gave a part back before anything was sold, so nothing is provided.
        Others could not be reconciled ``tries`` times, for the ``reason``, and are no longer looked at by themselves.
        """
        rows = left_to_a_person()
        return await paginate(request, work.session, rows, page, page_size, held_payment)

    @post("/{transaction_id:str}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def look_again(
        self, request: Request[User, Any, Any], transaction_id: FromPath[str], services: GivenServices
    ) -> HeldPayment:
        """Look a payment up now; one that was given up is looked at by itself again. 503 where there is no answer."""
        found = await get_by_transaction_id(services.database, parsed_uuid(transaction_id, "payment"))
        async with services.database.work() as work:
            await look_again(work, found.transaction_id)
            await record(work.session, actor_of(request), "payment.retried", "payment", found.transaction_id)
        settled = await services.settlement.settle(found, look_up_again=True)
        return held_payment(settled.payment)

    @post("/{transaction_id:str}/refund/", guards=[needs(Role.ADMIN)], status_code=200)
    async def give_back(
        self,
        request: Request[User, Any, Any],
        transaction_id: FromPath[str],
        data: JSONBody[AlreadyRefunded],
        work: GivenWork,
        services: GivenServices,
    ) -> GivenBackAnswer:
        """Enter what the gateway gave back of a held payment, and give the rest back too: ``refund`` is that one."""
        payment_id = parsed_uuid(transaction_id, "payment")
        rest = await give_back_rest(
            work,
            services.clock,
            payment_id,
            refunded_paisa=to_paisa(data.already_refunded),
            admin_id=request.user.id,
        )
        told = {"amount": str(data.already_refunded)} | ({} if rest is None else {"refund_id": str(rest.refund_id)})
        await record(work.session, actor_of(request), "payment.given_back", "payment", payment_id, told)
        if rest is None:
            await work.commit()
        await carry_out_now(work, services.refunds, rest)  # commits it: no round may see it before it is kept for us
        answer = refund_answer(await Refunds(work, services.clock).get(rest.refund_id)) if rest is not None else None
        return given_back(await get_by_transaction_id(services.database, payment_id), answer)

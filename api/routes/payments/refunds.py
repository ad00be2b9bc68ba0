"""Refunds: asking for them, and for admins seeing, repeating and deciding them."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from api.http.actors import actor_of
from api.http.idempotency import key_of
from api.http.injected import GivenWork
from api.http.path_numbers import uuid_of
from api.http.schemas import BIGINT_MAX, NO_NUL, ONE_LINE, Body, Page, PageNumber, PageSize, Phone, page_of_rows
from api.http.security import needs
from api.routes.payments.refund_answers import ListedRefund, RefundAnswer, listed_refunds, refund_answer
from api.routes.payments.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound
from dispatch.money import from_paisa, to_paisa
from dispatch.payments.refunds.booking import book_refund
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.requests import RefundRequest, Refunds
from dispatch.payments.refunds.sender import RefundSender
from dispatch.payments.rows import get_by_transaction_id, lock_payment

OrderQuery = Annotated[int | None, QueryParameter(ge=1, le=BIGINT_MAX, description="Of this order's payments.")]


class NewRefund(Body, frozen=True, kw_only=True):
    """What to give back: everything, or for admins ``amount``; ``restock`` puts returned goods on sale again."""

    amount: Decimal | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=300, pattern=NO_NUL, extra=ONE_LINE)] = "Refund requested"
    restock: bool = False
    mobile: Phone | None = None

    def wanted(self, request: Request[User, Any, Any]) -> RefundRequest:
        """The request to the business; the caller's Idempotency-Key makes a repeat of it the same refund."""
        key = key_of(request.scope)
        return RefundRequest(
            None if self.amount is None else to_paisa(self.amount),
            self.reason,
            request.user.id,
            f"{request.user.id}:{key}" if key else None,
            self.mobile or "",
        )


class RefundRetry(Body, frozen=True, kw_only=True):
    """Another wallet number for money that came from a bank."""

    mobile: Phone | None = None


class RefundGrant(Body, frozen=True, kw_only=True):
    """What of a disputed refund is given back: all that was asked for, or ``amount``."""

    amount: Decimal | None = None


class RefundDenial(Body, frozen=True, kw_only=True):
    """Why a disputed refund is not given."""

    note: Annotated[str, Meta(max_length=300, pattern=NO_NUL, extra=ONE_LINE)] = ""


class RefundDecision(Body, frozen=True, kw_only=True):
    """Whether the money of an unclear refund went back, as the gateway's own books say."""

    happened: bool


async def carry_out_now(work: Work, refunds: RefundSender, refund: Refund | None) -> None:
    """Commit the refund's record, then send it; what the gateway does not answer is tried again beside requests."""
    if refund is not None:
        refund_id = refund.id
        # Else a round that comes between would be at it, and the answer would not know how it ended.
        refunds.keep_for_request(refund)
        await work.commit()
        await refunds.try_one(refund_id)
        work.session.expunge_all()  # what was read before is old now


def parsed_uuid(text: str, what: str) -> UUID:
    """Raises NotFound for what cannot be an id."""
    found = uuid_of(text)
    if found is None:
        raise NotFound(f"There is no such {what}.", code=f"{what.upper()}_NOT_FOUND")
    return found


def _order_first() -> Conflict:
    return Conflict("Refund the order: POST /api/v1/marketplace/orders/{id}/refund/", code="REFUND_THE_ORDER")


class RefundController(Controller):
    """``/api/v1/payments/…refund…``."""

    tags = ("refunds",)

    @post("/{transaction_id:str}/refund/", guards=[needs(Role.ADMIN)], status_code=200)
    async def refund_payment(
        self,
        request: Request[User, Any, Any],
        transaction_id: FromPath[str],
        data: JSONBody[NewRefund],
        work: GivenWork,
        services: GivenServices,
    ) -> RefundAnswer:
        """Give back a payment that belongs to no order, or a part of any that leaves something."""
        found = await get_by_transaction_id(services.database, parsed_uuid(transaction_id, "payment"))
        if data.restock or (found.order_id is not None and data.amount is None):
            raise _order_first()
        payment = await lock_payment(await work.driver(), found.id)
        refunds, wanted = Refunds(work, services.clock), data.wanted(request)
        was_sold = found.order_id is not None and any(item.sale_id is not None for item in payment.items)
        takes_all = wanted.amount_paisa == (await refunds.refundable(payment)).left
        if was_sold and takes_all and await refunds.find_repeated(payment, wanted) is None:
            raise _order_first()  # whose goods stay then
        refund = await refunds.request(payment, wanted)
        told = {"transaction_id": transaction_id, "amount": str(from_paisa(refund.amount_paisa))}
        await record(work.session, actor_of(request), "refund.requested", "refund", refund.refund_id, told)
        await carry_out_now(work, services.refunds, refund)
        return refund_answer(await refunds.get(refund.refund_id))

    @get("/refunds/", guards=[needs(Role.ADMIN)])
    async def list_refunds(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        status: FromQuery[RefundStatus | None] = None,
        order: OrderQuery = None,
        refund: FromQuery[UUID | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ListedRefund]:
        """Every refund, newest first; ``failed``, ``unclear`` and ``disputed`` ones wait for a person.

        `refund`: that one alone, by its `refund_id`.
        """
        query = Refunds(work, services.clock).list_query(status, order, refund)
        found = await page_of_rows(request, work.session, query, page, page_size)
        return found.with_results(await listed_refunds(work.session, found.results))

    @post("/refunds/{refund_id:str}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def ask_again(
        self,
        request: Request[User, Any, Any],
        refund_id: FromPath[str],
        data: JSONBody[RefundRetry],
        work: GivenWork,
        services: GivenServices,
    ) -> RefundAnswer:
        """Send a failed refund again."""
        refunds = Refunds(work, services.clock)
        refund = await refunds.ask_again(parsed_uuid(refund_id, "refund"), data.mobile)
        await record(work.session, actor_of(request), "refund.retried", "refund", refund.refund_id)
        await carry_out_now(work, services.refunds, refund)
        return refund_answer(await refunds.get(refund.refund_id))

    @post("/refunds/{refund_id:str}/approve/", guards=[needs(Role.ADMIN)], status_code=200)
    async def approve(
        self,
        request: Request[User, Any, Any],
        refund_id: FromPath[str],
        data: JSONBody[RefundGrant],
        work: GivenWork,
        services: GivenServices,
    ) -> RefundAnswer:
        """The buyer is right: give a disputed refund, or a part of it."""
        refunds = Refunds(work, services.clock)
        amount_paisa = None if data.amount is None else to_paisa(data.amount)
        refund = await refunds.decide(parsed_uuid(refund_id, "refund"), amount_paisa=amount_paisa, denied_because=None)
        told = {"amount": str(from_paisa(refund.amount_paisa))}
        await record(work.session, actor_of(request), "refund.approved", "refund", refund.refund_id, told)
        await carry_out_now(work, services.refunds, refund)
        return refund_answer(await refunds.get(refund.refund_id))

    @post("/refunds/{refund_id:str}/deny/", guards=[needs(Role.ADMIN)], status_code=200)
    async def deny(
        self,
        request: Request[User, Any, Any],
        refund_id: FromPath[str],
        data: JSONBody[RefundDenial],
        work: GivenWork,
        services: GivenServices,
    ) -> RefundAnswer:
        """The seller is right: a disputed refund is not given."""
        refunds = Refunds(work, services.clock)
        refund = await refunds.decide(parsed_uuid(refund_id, "refund"), amount_paisa=None, denied_because=data.note)
        await record(work.session, actor_of(request), "refund.denied", "refund", refund.refund_id, {"note": data.note})
        return refund_answer(refund)

    @post("/refunds/{refund_id:str}/resolve/", guards=[needs(Role.ADMIN)], status_code=200)
    async def resolve(
        self,
        request: Request[User, Any, Any],
        refund_id: FromPath[str],
        data: JSONBody[RefundDecision],
        work: GivenWork,
        services: GivenServices,
    ) -> RefundAnswer:
        """Say what became of a refund that no lookup can tell."""
        refunds = Refunds(work, services.clock)
        refund = await refunds.get(parsed_uuid(refund_id, "refund"))
        told = {"happened": data.happened}
        await record(work.session, actor_of(request), "refund.resolved", "refund", refund.refund_id, told)
        if data.happened:
            if refund.status is RefundStatus.UNCLEAR:
                await book_refund(work, services.clock, refund.id)
        else:
            refund = await refunds.get(refund.refund_id, lock=True)
            if refund.status is RefundStatus.UNCLEAR:
                refund.status = RefundStatus.FAILED
        await work.session.flush()
        work.session.expunge_all()
        return refund_answer(await refunds.get(refund.refund_id))

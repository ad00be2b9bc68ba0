"""Payments through Khalti."""

from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from api.http.actors import client_address
from api.http.described_answers import OtherAnswer, also
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, given
from api.http.middleware.compression import KEPT
from api.http.path_numbers import uuid_of
from api.http.queries import OPEN_QUERY
from api.http.schemas import CODE, NO_NUL, ONE_LINE, PRINTABLE, Body, Email, Id, PersonName, Phone, Url
from api.http.security import PUBLIC, needs
from api.routes.payments.answers import (
    BankAnswer,
    GatewayMode,
    GatewaysAnswer,
    InitiationAnswer,
    PaymentStatusAnswer,
    SessionData,
    SettledAnswer,
    VerifiedAnswer,
    payment_status_answer,
    settled_answer,
    sums_in_numbers,
    verified_answer,
)
from api.routes.payments.return_addresses import check_return_url, ending_page, host_of, next_address
from api.routes.payments.services import GivenServices, PaymentServices
from dispatch.accounts.models import Role, User
from dispatch.errors import Invalid, NotFound, raise_together
from dispatch.payments.errors import PaymentNotSuccessful, TooManyPayments
from dispatch.payments.models import PaymentMode, PaymentTransaction
from dispatch.payments.opening.field_problems import PaymentFields
from dispatch.payments.opening.initiation import NewPayment
from dispatch.payments.refunds.requests import sum_refunded
from dispatch.payments.rows import get_by_pidx, get_by_transaction_id
from dispatch.payments.settling.failures import explain
from dispatch.payments.settling.settlement import Settlement
from dispatch.ports import GatewayError, PaymentGateway

LOGOS = "https://khalti-static.s3.ap-south-1.amazonaws.com/media/kpg"
MODES = {
    PaymentMode.KHALTI: ("Khalti Wallet", "wallet.svg", None),
    PaymentMode.SCT: ("SCT Card", "sct.svg", None),
    PaymentMode.CONNECT_IPS: ("Connect IPS", "connect-ips.svg", None),
    PaymentMode.MOBILE_BANKING: ("Mobile Banking", "mbanking.svg", "mobilecheckout"),
    PaymentMode.EBANKING: ("E-Banking", "ebanking.svg", "ebanking"),
}

WITHOUT_BANK = [mode.value for mode, (_, _, banks) in MODES.items() if banks is None]

Pidx = Annotated[str, Meta(min_length=1, max_length=100, pattern=PRINTABLE, extra=CODE)]


class Initiation(Body, frozen=True, kw_only=True):
    """What to pay and how. Tax and shipping may be left to the shop; so may the customer's data and return address."""

    cart_id: Id
    gateway: PaymentMode
    bank: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, extra=ONE_LINE)] | None = None
    return_url: Url | None = None
    customer_name: PersonName | None = None
    customer_email: Email | None = None
    customer_phone: Phone | None = None
    tax_amount: Decimal | None = None
    shipping_cost: Decimal | None = None

    described: ClassVar[Rule] = {"anyOf": [given("bank"), {"properties": {"gateway": {"enum": WITHOUT_BANK}}}]}


class CallbackBody(Body, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a gateway posts. Only ``pidx`` is read; the rest is looked up."""

    pidx: Pidx


class VerifyBody(Body, frozen=True, kw_only=True):
    """Which payment to look up; ``force_verify`` asks the gateway even where the payment is settled."""

    transaction_id: UUID
    force_verify: bool = False


async def list_gateways(gateway: PaymentGateway) -> list[GatewayMode]:
    """The five modes; a bank list that the gateway does not give is empty, not an error."""
    modes = []
    for mode, (name, logo, payment_type) in MODES.items():
        try:
            banks = await gateway.list_banks(payment_type) if payment_type else []
        except GatewayError:
            banks = []
        items = [BankAnswer(bank.idx, bank.name, bank.logo) for bank in banks]
        modes.append(GatewayMode(mode, name, f"{LOGOS}/{logo}", items))
    return modes


def _check_successful(settlement: Settlement) -> None:
    payment, lookup = settlement.payment, settlement.lookup
    failure = explain(payment)
    if failure is not None:
        inquiry = payment.inquiry_data or {}
        said = lookup.raw_status if lookup else str(inquiry.get("status") or payment.status.value)
        raise PaymentNotSuccessful(said, failure)


async def _check_fields(request: Request[User, Any, Any], given: Given) -> None:
    """Raises Invalid, naming all of the fields that cannot be."""
    services: PaymentServices = request.app.state.services.payments
    names = ("bank", "shipping_cost", "tax_amount", "cart_id")
    wanted = PaymentFields(given.get("gateway"), *(given.get(name) for name in names))
    problems = services.payment_problems
    found = await problems.of_choices(wanted)
    try:
        _check_return(request, services, given)
    except Invalid as error:
        found.append(error)
    if found:  # else opening the payment says it
        found += await problems.of_tax(request.user, wanted)
    raise_together(found)


def _check_return(request: Request[User, Any, Any], services: PaymentServices, given: Given) -> None:
    url = given.get("return_url")
    if url is None and services.settings.khalti_return_url is None:
        raise Invalid("Say where the buyer goes after paying.", fields={"return_url": "is required"})
    if url is not None:
        check_return_url(url, allowed=services.return_hosts, own_hosts=_own_hosts(request))


BROWSER = also(
    OtherAnswer(303, "On to the client's return address.", instead=True),
    OtherAnswer(200, "How it ended, as a page, where the browser may go nowhere else.", ("text/html",), instead=True),
)


class PaymentController(Controller):
    """``/api/v1/payments``."""

    tags = ("payments",)

    @get("/gateways/", opt=PUBLIC | KEPT)
    async def gateways(self, services: GivenServices) -> GatewaysAnswer:
        """The ways to pay and, for two of them, the banks; with Khalti's public key where the shop has set it."""
        modes = await list_gateways(services.gateway)
        return GatewaysAnswer("success", modes, services.settings.khalti_public_key)

    @post("/initiate/", guards=[needs(Role.CUSTOMER)], opt=also_checked(_check_fields), status_code=200)
    async def initiate(
        self, request: Request[User, Any, Any], data: JSONBody[Initiation], services: GivenServices
    ) -> InitiationAnswer:
        """Open a payment for the cart's unpaid order, or for its items.

        What the gateway does not take of the fields is 400 `INVALID_REQUEST`, and `errors` names them.
        What is paid is `total_to_pay`: the goods, their tax, and the shop's shipping. 400: an empty cart, a tax below
        what is due (`TAX_MISMATCH`), a shipping that the shop does not have (`SHIPPING_MISMATCH`), a `return_url` that
        browsers are not sent to (`INVALID_RETURN_URL`). 409: sold out (`OUT_OF_STOCK`), prices changed since the order
        (`PRICE_CHANGED` with `old` and `new` sums; the order shows the new ones, and paying again accepts them), too
        much held unpaid (`HOLD_LIMIT`, `TOO_MANY_OPEN_PAYMENTS`), or unusual (`PAYMENT_HELD`).
        """
        user = request.user
        wait_s = await services.limiter.take("initiate", user.id, per_minute=services.settings.payments_per_minute)
        if wait_s:
            raise TooManyPayments(wait_s)
        await _check_fields(request, {name: getattr(data, name) for name in data.__struct_fields__})
        payment = await services.initiation.initiate(
            user,
            NewPayment(
                cart_id=data.cart_id,
                gateway=data.gateway,
                bank=data.bank,
                return_url=data.return_url or services.settings.khalti_return_url or "",
                customer_name=data.customer_name or user.name,
                customer_email=data.customer_email or user.email,
                customer_phone=data.customer_phone or user.phone or "",
                tax_amount=data.tax_amount,
                shipping_cost=data.shipping_cost,
            ),
        )
        session = SessionData(
            pidx=payment.pidx or "",
            payment_url=payment.payment_url or "",
            expires_at=payment.expires_at,
            gateway=payment.gateway,
            amount=float(payment.total_amount),
            **sums_in_numbers(payment),
            held_until=min(payment.hold_ends_at or payment.expires_at, payment.expires_at)
            if payment.holds_stock
            else None,
        )
        return InitiationAnswer("success", session.payment_url, payment.transaction_id, payment.order_number, session)

    @get("/status/{transaction_id:str}/", guards=[needs(Role.CUSTOMER, Role.ADMIN)])
    async def status(
        self, request: Request[User, Any, Any], transaction_id: FromPath[str], services: GivenServices
    ) -> PaymentStatusAnswer:
        """How a payment stands, for its owner and admins."""
        payment = await _own_payment(services, _uuid(transaction_id), request.user)
        return payment_status_answer(payment, await sum_refunded(services.database, payment.id))

    @post("/callback/", opt=PUBLIC | OPEN_QUERY, status_code=200)
    async def callback(
        self, request: Request[Any, Any, Any], data: JSONBody[CallbackBody], services: GivenServices
    ) -> SettledAnswer:
        """A gateway says that something happened. Nothing in it is believed: the payment is looked up.

        400 where it brought no money, with a code that says why. ``data.pending`` is true where that is not the last
        word: with ``PAYMENT_PENDING`` the buyer may still pay, with ``PAYMENT_UNDER_REVIEW`` a person looks at it.
        A payment is looked up a few times in a row, then once every ten seconds: who asks more often is told how it
        stands.
        """
        settled = await services.callbacks.settle(await _called_back(request, services, data.pidx))
        _check_successful(settled)
        return settled_answer(settled)

    @get("/callback/", opt=PUBLIC | OPEN_QUERY | BROWSER)
    async def browser_return(
        self,
        request: Request[Any, Any, Any],
        services: GivenServices,
        pidx: Annotated[str, QueryParameter(min_length=1, max_length=100, pattern=PRINTABLE)],
    ) -> Response[str] | Redirect:
        """The buyer's browser comes back: settle, then send it on to the client's return address.

        Where that is no address that the shop allows, or this one again, the browser sees the result as a page.
        """
        payment = await _called_back(request, services, pidx)
        with suppress(GatewayError):  # the buyer goes on as "processing"; the sweeper settles it
            payment = (await services.callbacks.settle(payment)).payment
        address = next_address(payment, allowed=services.return_hosts, own_hosts=_own_hosts(request))
        if address is None:
            page_headers = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}
            return Response(ending_page(payment), media_type="text/html", headers=page_headers)
        return Redirect(address, status_code=303)

    @post("/verify/", guards=[needs(Role.CUSTOMER, Role.ADMIN)], status_code=200)
    async def verify(
        self, request: Request[User, Any, Any], data: JSONBody[VerifyBody], services: GivenServices
    ) -> VerifiedAnswer:
        """Look a payment up at the gateway and settle it."""
        payment = await _own_payment(services, data.transaction_id, request.user)
        return verified_answer(await services.callbacks.settle(payment, look_up_again=data.force_verify))


def _own_hosts(request: Request[Any, Any, Any]) -> set[str]:
    """Under which names this server is reached: its own, and the one that was called."""
    public = host_of(request.app.state.services.settings.public_url)
    return {host for host in (public, request.headers.get("host")) if host}


async def _called_back(request: Request[Any, Any, Any], services: PaymentServices, pidx: str) -> PaymentTransaction:
    """Only what we stored is looked up. Raises NotFound, and TooManyPayments for who tries one after the other."""
    try:
        return await get_by_pidx(services.database, pidx)
    except NotFound:
        per_minute = services.settings.unknown_payments_per_minute
        wait_s = await services.limiter.take("unknown-payments", client_address(request), per_minute=per_minute)
        if wait_s:
            raise TooManyPayments(wait_s, "payments were named that do not exist") from None
        raise


async def _own_payment(services: PaymentServices, transaction_id: UUID, user: User) -> PaymentTransaction:
    payment = await get_by_transaction_id(services.database, transaction_id)
    if payment.user_id != user.id and not user.has(Role.ADMIN):
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    return payment


def _uuid(text: str) -> UUID:
    found = uuid_of(text)
    if found is None:
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    return found

"""Payments through Khalti."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta, Struct

from api.http.actors import client_address
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, given
from api.http.middleware.compression import KEPT
from api.http.path_numbers import uuid_of
from api.http.queries import OPEN_QUERY
from api.http.schemas import CODE, NO_NUL, ONE_LINE, PRINTABLE, Body, Email, Id, PersonName, Phone, Url, number
from api.http.security import PUBLIC, needs
from api.routes.payments.return_addresses import check_return_url, ending_page, host_of, next_address
from api.routes.payments.services import GivenServices, PaymentServices
from dispatch.accounts.models import Role, User
from dispatch.errors import Invalid, NotFound, raise_together
from dispatch.money import from_paisa
from dispatch.payments.errors import PaymentNotSuccessful, TooManyPayments
from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
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


class SessionData(Struct, frozen=True):
    """The session at the gateway.

    ``amount`` is ``total_to_pay`` in NPR: ``subtotal``, ``tax_amount`` and ``shipping_cost`` together. The goods are
    held until ``held_until``, None where they are not: then they are sold if they are still there when the money
    comes, and the money goes back if not.
    """

    pidx: str
    payment_url: str
    expires_at: datetime
    gateway: PaymentMode
    amount: float
    subtotal: float
    tax_amount: float
    shipping_cost: float
    total_to_pay: float
    held_until: datetime | None


class InitiationAnswer(Struct, frozen=True):
    """Where to send the buyer."""

    status: str
    payment_url: str
    transaction_id: UUID
    order_number: str
    data: SessionData


async def list_gateways(gateway: PaymentGateway) -> list[dict[str, Any]]:
    """The five modes; a bank list that the gateway does not give is empty, not an error."""
    modes = []
    for mode, (name, logo, payment_type) in MODES.items():
        try:
            banks = await gateway.list_banks(payment_type) if payment_type else []
        except GatewayError:
            banks = []
        items = [{"idx": bank.idx, "name": bank.name, "logo": bank.logo} for bank in banks]
        modes.append({"slug": mode.value, "name": name, "logo": f"{LOGOS}/{logo}", "items": items})
    return modes


def _parts(payment: PaymentTransaction) -> dict[str, float]:
    """What is paid and its parts, by the names that cart and order give them, as numbers."""
    return {name: float(amount) for name, amount in payment.sums.parts().items()}


def _status_data(payment: PaymentTransaction, refunded_paisa: int) -> dict[str, Any]:
    inquiry = {key: (payment.inquiry_data or {}).get(key) for key in ("status", "total_amount", "fee", "refunded")}
    if refunded_paisa:  # what went back since the gateway was asked
        inquiry["refunded"] = True
    paid = payment.gateway_amount_paisa
    return {
        "transaction_id": payment.transaction_id,
        "gateway_transaction_id": payment.gateway_transaction_id,
        "order_number": payment.order_number,
        "payment_status": payment.status,
        "gateway": payment.gateway,
        "total_amount": number(payment.total_amount),
        **_parts(payment),
        "is_successful": payment.status is TransactionStatus.COMPLETED,
        "khalti_amount": number(from_paisa(paid)) if paid is not None else None,
        "created_at": payment.created_at,
        "completed_at": payment.completed_at,
        "failure_reason": payment.failure_reason,
        "failure": failure_of(payment),
        "refunded_amount": number(from_paisa(refunded_paisa)),
        "inquiry_data": inquiry,
    }


def failure_of(payment: PaymentTransaction) -> dict[str, Any] | None:
    """Why there are no goods for it, in the shape of 2.7; None while it can be paid and where it was sold."""
    failure = explain(payment)
    was_sold = payment.status is TransactionStatus.REFUNDED and payment.completed_at is not None
    if failure is None or was_sold or payment.status is TransactionStatus.PROCESSING:
        return None
    return {"status": "failed", "message": failure.message, "error_code": failure.code, "data": failure.data}


def _settled_data(settlement: Settlement) -> dict[str, Any]:
    payment = settlement.payment
    return {
        "transaction_id": payment.gateway_transaction_id,
        "payment_transaction_id": payment.transaction_id,
        "order_number": payment.order_number,
        "amount": number(payment.total_amount),
        **_parts(payment),
        "gateway": payment.gateway,
        "marketplace_sales": [
            {
                "id": sale.id,
                "order_number": sale.order_number,
                "product_name": sale.product_name,
                "quantity": sale.quantity,
                "total_amount": number(sale.total_amount),
                "seller": sale.seller_name,
            }
            for sale in settlement.sales
        ],
        "total_items": len(settlement.sales),
        "processing_time": payment.completed_at or datetime.now(UTC),
    }


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


class PaymentController(Controller):
    """``/api/v1/payments``."""

    path = "/api/v1/payments"
    tags = ("payments",)

    @get("/gateways/", opt=PUBLIC | KEPT)
    async def gateways(self, services: GivenServices) -> dict[str, Any]:
        """The ways to pay and, for two of them, the banks; with Khalti's public key where the shop has set it."""
        gateways = await list_gateways(services.gateway)
        return {"status": "success", "data": gateways, "public_key": services.settings.khalti_public_key}

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
            **_parts(payment),
            held_until=min(payment.hold_ends_at or payment.expires_at, payment.expires_at)
            if payment.holds_stock
            else None,
        )
        return InitiationAnswer("success", session.payment_url, payment.transaction_id, payment.order_number, session)

    @get("/status/{transaction_id:str}/", guards=[needs(Role.CUSTOMER, Role.ADMIN)])
    async def status(
        self, request: Request[User, Any, Any], transaction_id: FromPath[str], services: GivenServices
    ) -> dict[str, Any]:
        """How a payment stands, for its owner and admins."""
        payment = await _own_payment(services, _uuid(transaction_id), request.user)
        return {"status": "success", "data": _status_data(payment, await sum_refunded(services.database, payment.id))}

    @post("/callback/", opt=PUBLIC | OPEN_QUERY, status_code=200)
    async def callback(
        self, request: Request[Any, Any, Any], data: JSONBody[CallbackBody], services: GivenServices
    ) -> dict[str, Any]:
        """A gateway says that something happened. Nothing in it is believed: the payment is looked up.

        400 where it brought no money, with a code that says why. ``data.pending`` is true where that is not the last
        word: with ``PAYMENT_PENDING`` the buyer may still pay, with ``PAYMENT_UNDER_REVIEW`` a person looks at it.
        A payment is looked up a few times in a row, then once every ten seconds: who asks more often is told how it
        stands.
        """
        settled = await services.callbacks.settle(await _called_back(request, services, data.pidx))
        _check_successful(settled)
        return {
            "status": "success",
            "message": "Payment completed successfully",
            "data": _settled_data(settled),
        }

    @get("/callback/", opt=PUBLIC | OPEN_QUERY)
    async def browser_return(
        self,
        request: Request[Any, Any, Any],
        services: GivenServices,
        pidx: Annotated[str, QueryParameter(min_length=1, max_length=100, pattern=PRINTABLE)],
    ) -> Response[Any]:
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
    ) -> dict[str, Any]:
        """Look a payment up at the gateway and settle it."""
        payment = await _own_payment(services, data.transaction_id, request.user)
        settled = await services.callbacks.settle(payment, look_up_again=data.force_verify)
        payment = settled.payment
        completed = payment.status is TransactionStatus.COMPLETED
        inquiry = payment.inquiry_data or {}
        amount = inquiry.get("total_amount")
        return {
            "status": "success",
            "message": "Payment verification completed",
            "data": {
                "transaction_id": payment.transaction_id,
                "payment_status": payment.status,
                "failure": failure_of(payment),
                "verification_result": {
                    "gateway_status": inquiry.get("status"),
                    "amount_matches": amount == int(payment.total_amount * 100),
                    "transaction_valid": completed,
                },
                "sales_created": len(settled.sales),
                "inventory_updated": completed,
            },
        }


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

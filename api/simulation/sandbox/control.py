"""The machine's hand at the gateway: do what a person would do on the page, and order faults.

``POST /sandbox/payments/{pidx}/`` ends a session the way ``outcome`` says. KPG-2 has no status for a
failed payment, so there are two kinds of failing here:

- on the page, an attempt fails (declined card, wrong MPIN): the session stays ``Initiated`` with the
  reason shown, and the person may try again until it expires;
- by outcome ``failed``, the person's last attempt failed and they left: the session ends ``Expired`` at
  once, and the redirect carries the reason as ``message``.
"""

import logging
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath

from api.simulation.sandbox.banks import banks_of_mode
from api.simulation.sandbox.bodies import AnyRequest, read_object, refused
from api.simulation.sandbox.callbacks import call_back
from api.simulation.sandbox.faults import Fault
from api.simulation.sandbox.gateway import gateway_of
from api.simulation.sandbox.ledger import Ledger, StateError
from api.simulation.sandbox.payments import OPEN, Mode, Payment, Status, mask_mobile
from api.simulation.sandbox.replies import redirect_url
from api.simulation.sandbox.validation import is_url

_LOG = logging.getLogger("sandbox_gateway")
_TIMES: Final = {"never": 0, "once": 1, "twice": 2}
_Paisa = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall become of a payment; amounts in paisa.

    amount: what lookup reports instead of the true amount (null: null); leave it out for the truth.
    refund_amount: for ``partially_refunded``; half by default.
    mode, bank, mobile: how it was paid; by default the first way the merchant permits.
    force: also from a state that does not permit it, e.g. paid after it expired.
    callback_url, callback: call the merchant's server afterwards, never, once, or twice at the same time.
    """

    outcome: Literal["completed", "failed", "canceled", "expired", "pending", "refunded", "partially_refunded"]
    amount: _Paisa | msgspec.UnsetType | None = msgspec.UNSET
    refund_amount: _Paisa | None = None
    mode: Mode | None = None
    bank: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    mobile: Annotated[str, msgspec.Meta(max_length=20)] = "9800000000"
    reason: Annotated[str, msgspec.Meta(max_length=200)] = "The payment was declined."
    force: bool = False
    callback_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    callback: Literal["never", "once", "twice"] = "once"


@post("/sandbox/payments/{pidx:str}/", status_code=200)
async def decide(request: AnyRequest, pidx: FromPath[str]) -> dict[str, Any]:
    """Carry an order out; 404 unknown pidx, 409 when the payment's state does not permit it."""
    gateway = gateway_of(request)
    order: Order = _read(await read_object(request), Order)
    if order.callback_url and not is_url(order.callback_url):
        raise refused("callback_url: Enter a valid URL.")
    payment = gateway.payment(pidx)
    try:
        payment = carry_out(gateway.ledger, payment, order)
    except StateError as error:
        raise refused(str(error), 409) from None
    if order.amount is not msgspec.UNSET:
        payment = gateway.ledger.misreport(payment, order.amount)
    _LOG.info("ordered outcome %s", order.outcome)
    times = _TIMES[order.callback] if order.callback_url else 0
    statuses = await call_back(order.callback_url, payment, times) if times else []
    return {**_state(payment), "redirect_url": redirect_url(payment), "callbacks": statuses}


def carry_out(ledger: Ledger, payment: Payment, order: Order) -> Payment:
    """Change the payment as ordered. Raises StateError."""
    if order.outcome == "canceled":
        return ledger.cancel(payment, force=order.force)
    if order.outcome in {"expired", "failed"}:
        return ledger.expire(payment, order.reason if order.outcome == "failed" else "", force=order.force)
    if order.outcome == "pending":
        return ledger.hold(payment, force=order.force)
    if order.outcome == "completed" or payment.status in OPEN:
        payment = _pay(ledger, payment, order)
    if order.outcome == "refunded" and payment.status is not Status.REFUNDED:
        return ledger.refund(payment, payment.refundable)
    if order.outcome == "partially_refunded":
        return ledger.refund(payment, order.refund_amount or payment.amount // 2)
    return payment


def _pay(ledger: Ledger, payment: Payment, order: Order) -> Payment:
    mode = order.mode or payment.modes[0]
    if mode not in payment.modes:
        raise StateError(f"This payment does not permit {mode}.")
    banks = banks_of_mode(mode)
    bank = order.bank or payment.bank or (banks[0].idx if banks else None)
    return ledger.complete(payment, mode, bank if banks else None, mask_mobile(order.mobile), force=order.force)


@get("/sandbox/payments/{pidx:str}/")
async def show(request: AnyRequest, pidx: FromPath[str]) -> dict[str, Any]:
    """A payment as the gateway knows it, also what lookup hides (way of paying, refunded paisa)."""
    return _state(gateway_of(request).payment(pidx))


@get("/sandbox/payments/")
async def find(request: AnyRequest) -> list[dict[str, Any]]:
    """Payments of ``?purchase_order_id=``: how a test finds a session whose reply was lost."""
    return [
        _state(payment)
        for payment in gateway_of(request).ledger.list_of_order(request.query_params.get("purchase_order_id", ""))
    ]


@post("/sandbox/faults/", status_code=201)
async def add_fault(request: AnyRequest) -> dict[str, Any]:
    """Order a fault; it joins those that are active."""
    fault: Fault = _read(await read_object(request), Fault)
    if fault.kind == "callback_first" and not is_url(fault.callback_url):
        raise refused("callback_url: Enter a valid URL.")
    faults = gateway_of(request).faults
    faults.add(fault)
    return {"faults": faults.list_active()}


@get("/sandbox/faults/")
async def list_faults(request: AnyRequest) -> dict[str, Any]:
    """The active faults with the hits that each has left."""
    return {"faults": gateway_of(request).faults.list_active()}


@delete("/sandbox/faults/", status_code=200)
async def clear_faults(request: AnyRequest) -> dict[str, int]:
    """Forget every fault."""
    return {"cleared": gateway_of(request).faults.clear()}


@get("/sandbox/health/")
async def health() -> Response[dict[str, str]]:
    """Whether the gateway is up; for ``doctor`` and for starting it in scripts."""
    return Response({"status": "ok", "gateway": "sandbox"})


def _read(body: dict[str, Any], kind: type[Any]) -> Any:  # noqa: ANN401  an instance of `kind`
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise refused(str(error)[:300]) from None


def _state(payment: Payment) -> dict[str, Any]:
    return {
        "pidx": payment.pidx,
        "status": payment.status.value,
        "reason": payment.reason,
        "purchase_order_id": payment.purchase_order_id,
        "amount": payment.amount,
        "total_amount": payment.total_amount,
        "refunded_amount": payment.refunded_amount,
        "transaction_id": payment.transaction_id,
        "mode": payment.paid_mode,
        "bank": payment.paid_bank,
    }

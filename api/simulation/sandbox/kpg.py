"""Khalti's own endpoints: initiate, lookup, refund, banks."""

import logging
import re
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from api.simulation.sandbox.banks import banks_of_type
from api.simulation.sandbox.bodies import AnyRequest, not_found, parse_initiate, read_object, refused, require_key
from api.simulation.sandbox.callbacks import call_back
from api.simulation.sandbox.faults import altered_lookup
from api.simulation.sandbox.gateway import Gateway, gateway_of
from api.simulation.sandbox.payments import BANK_MODES, PAID, Payment, Status, mask_mobile
from api.simulation.sandbox.replies import initiate_reply, lookup_body, lookup_status_code
from api.simulation.sandbox.validation import Fields, is_url

_LOG = logging.getLogger("sandbox_gateway")
_MOBILE: Final = re.compile(r"9\d{9}")
_TEST_MOBILE: Final = "9800000000"


@post("/api/v2/epayment/initiate/", status_code=200)
async def initiate(request: AnyRequest) -> dict[str, Any]:
    """Open a session; 400 with every wrong field, 401 without the merchant's key."""
    gateway = gateway_of(request)
    require_key(request, gateway.secret_key)
    body = await read_object(request)
    payment, merchant = parse_initiate(body, gateway.ledger, gateway.default_ttl_s)
    gateway.ledger.open(payment)
    _LOG.info("initiated %d paisa in %s", payment.amount, ",".join(payment.modes))
    await _pay_and_call_back_first(gateway, payment)
    return initiate_reply(payment, gateway.page_url(request, payment), merchant)


async def _pay_and_call_back_first(gateway: Gateway, payment: Payment) -> None:
    """The ``callback_first`` fault: a payer, and a network, faster than our answer."""
    fault = gateway.faults.take("initiate", {"callback_first"})
    if fault is None:
        return
    paid = gateway.ledger.complete(payment, payment.modes[0], payment.bank, mask_mobile(_TEST_MOBILE))
    if is_url(fault.callback_url):
        await call_back(fault.callback_url, paid, 1)


@post("/api/v2/epayment/lookup/", status_code=200)
async def lookup(request: AnyRequest) -> Response[dict[str, Any]]:
    """The session's state; the same JSON with 400 for Expired and User canceled, 404 for an unknown pidx."""
    gateway = gateway_of(request)
    require_key(request, gateway.secret_key)
    fields = Fields(await read_object(request))
    pidx = fields.text("pidx")
    fields.raise_if_wrong()
    payment = gateway.payment(pidx)
    body, is_pending = altered_lookup(gateway.faults, lookup_body(payment))
    return Response(body, status_code=200 if is_pending else lookup_status_code(payment))


@post("/api/merchant-transaction/{transaction_id:str}/refund/", status_code=200)
async def refund(request: AnyRequest, transaction_id: FromPath[str]) -> dict[str, str]:
    """Give back what is left, or ``amount`` paisa of it; money from a bank needs the payer's ``mobile``."""
    gateway = gateway_of(request)
    require_key(request, gateway.secret_key)
    body = await read_object(request, may_be_empty=True)
    payment = gateway.ledger.find_by_transaction(transaction_id)
    if payment is None:
        raise not_found()
    if payment.status is Status.REFUNDED:
        raise refused("Transaction has already been refunded.")
    if payment.status not in PAID:
        raise refused("Transaction cannot be refunded.")
    amount = _check_refund(Fields(body), payment)
    gateway.ledger.refund(payment, amount)
    _LOG.info("refunded %d of %d paisa", amount, payment.amount)
    return {"detail": "Transaction refund successful."}


def _check_refund(fields: Fields, payment: Payment) -> int:
    """Paisa to give back. Raises InvalidError."""
    amount = fields.integer("amount", required=False, least=1)
    mobile = fields.text("mobile", required=False, limit=20)
    if mobile and not _MOBILE.fullmatch(mobile):
        fields.fail("mobile", "Enter a valid mobile number.")
    if not mobile and payment.paid_mode in BANK_MODES:
        fields.fail("mobile", "This field is required.")
    if amount > payment.refundable:
        fields.fail("amount", "Amount should not be greater than the amount left to refund.")
    fields.raise_if_wrong()
    return amount or payment.refundable


@get("/api/v5/bank/")
async def list_banks(request: AnyRequest) -> dict[str, Any]:
    """Banks of ``?payment_type=ebanking|mobilecheckout`` (all without it); no key needed."""
    banks = banks_of_type(request.query_params.get("payment_type"))
    if banks is None:
        raise refused("Invalid payment type.")
    return {
        "total_pages": 1,
        "total_records": len(banks),
        "next": None,
        "previous": None,
        "record_range": [1, len(banks)],
        "current_page": 1,
        "records": [msgspec.to_builtins(bank) for bank in banks],
    }

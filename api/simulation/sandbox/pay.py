"""The payment page's two requests: look, and decide."""

import logging
from typing import Final
from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.exceptions import HTTPException

from api.simulation.sandbox.bodies import AnyRequest
from api.simulation.sandbox.gateway import gateway_of
from api.simulation.sandbox.ledger import Ledger, StateError
from api.simulation.sandbox.page import CSP, page_path, render_message, render_payment
from api.simulation.sandbox.payers import DeclinedError, FormError, authenticate, chosen_mode
from api.simulation.sandbox.payments import Payment, Status
from api.simulation.sandbox.replies import redirect_url

_LOG = logging.getLogger("sandbox_gateway")
_MAX_FIELDS: Final = 50
_HEADERS: Final = {
    "content-security-policy": CSP,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def _html(text: str, status: int = 200) -> Response[str]:
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=_HEADERS)


def _redirect(url: str) -> Response[str]:
    # 303: the browser follows with GET, which is what a return_url must take.
    return Response("", status_code=303, media_type=MediaType.HTML, headers={**_HEADERS, "location": url})


def _unknown() -> Response[str]:
    return _html(render_message("Unknown payment", "There is no payment with this address."), 404)


@get("/pay/")
async def look(request: AnyRequest) -> Response[str]:
    """The page of ``?pidx=``, opened at ``&mode=``; 404 for an unknown pidx."""
    payment = gateway_of(request).ledger.find(request.query_params.get("pidx", ""))
    if payment is None:
        return _unknown()
    try:
        mode = chosen_mode(payment, request.query_params.get("mode", ""))
    except FormError as error:
        return _html(render_payment(payment, payment.modes[0], str(error)), 400)
    return _html(render_payment(payment, mode))


@post("/pay/")
async def decide_on_page(request: AnyRequest) -> Response[str]:
    """Do what the button says and send the browser on.

    Paying, leaving it pending, canceling and expiring redirect (303) to the merchant. A failed attempt
    comes back to the page with its reason. An ended payment shows its state with 409.
    """
    gateway = gateway_of(request)
    payment = gateway.ledger.find(request.query_params.get("pidx", ""))
    if payment is None:
        return _unknown()
    try:
        form = await _read_form(request)
        mode = chosen_mode(payment, form.get("mode", ""))
        changed = _press(gateway.ledger, payment, form)
    except FormError as error:
        return _html(render_payment(payment, payment.modes[0], str(error)), 400)
    except DeclinedError as error:
        gateway.ledger.fail_attempt(payment, str(error))
        _LOG.info("an attempt failed on the page")
        return _redirect(page_path(payment, mode))
    except StateError as error:
        return _html(render_payment(payment, payment.modes[0], str(error)), 409)
    _LOG.info("decided on the page: %s", changed.status)
    return _redirect(redirect_url(changed))


async def _read_form(request: AnyRequest) -> dict[str, str]:
    """The form's fields, the first value of each. Raises FormError on what is no such form."""
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except HTTPException:
        raise
    except ValueError:
        raise FormError("This form could not be read.") from None
    return dict(reversed(pairs))


def _press(ledger: Ledger, payment: Payment, form: dict[str, str]) -> Payment:
    """Carry the pressed button out. Raises FormError, DeclinedError, StateError."""
    action = form.get("action", "")
    if action == "pay":
        if payment.status is Status.COMPLETED:
            return payment  # a second press on the button only redirects again
        ledger.require_open(payment)
        payer = authenticate(payment, form)
        return ledger.complete(payment, payer.mode, payer.bank, payer.mobile)
    if action == "fail":
        ledger.require_open(payment)
        raise DeclinedError("The bank declined this attempt. You can try again.")
    if action == "pending":
        return ledger.hold(payment)
    if action == "cancel":
        return ledger.cancel(payment)
    if action == "expire":
        return ledger.expire(payment)
    raise FormError("This page has no such button.")

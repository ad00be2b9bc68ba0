"""Request bodies: their limit, their JSON, the merchant's key, and what ``initiate`` may say."""

import hmac
import re
from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar import Request

from api.simulation.sandbox.banks import banks_of_mode, find_bank
from api.simulation.sandbox.ledger import Ledger, new_identity
from api.simulation.sandbox.payments import Line, Mode, Part, Payment
from api.simulation.sandbox.validation import Errors, Fields, InvalidError

MAX_BODY_BYTES: Final = 64 * 1024
MIN_AMOUNT_PAISA: Final = 1000
_TOO_LITTLE: Final = "Amount should be greater than Rs. 10, that is 1000 paisa."
_MAX_TTL_S: Final = 7 * 24 * 3600
_MERCHANT_KEY: Final = re.compile(r"merchant_[a-z0-9_]{1,60}")

AnyRequest = Request[Any, Any, Any]


class RefusedError(Exception):
    """The request is answered with ``status`` and ``body`` and changes nothing."""

    def __init__(self, status: int, body: Errors) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def not_found() -> RefusedError:
    """Khalti's answer to an unknown pidx or transaction id."""
    return RefusedError(404, {"detail": "Not found.", "error_key": "validation_error"})


def refused(detail: str, status: int = 400) -> RefusedError:
    """A refusal that names no field."""
    return RefusedError(status, {"detail": detail, "error_key": "validation_error"})


def require_key(request: AnyRequest, secret_key: str) -> None:
    """Check ``Authorization: Key ...``. Raises RefusedError 401 in Khalti's two shapes."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "key" or not key.strip():
        raise RefusedError(401, {"detail": "Authentication credentials were not provided.", "status_code": 401})
    if not hmac.compare_digest(key.strip().encode(), secret_key.encode()):
        raise RefusedError(401, {"detail": "Invalid token.", "status_code": 401})


async def read_object(request: AnyRequest, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The body as a JSON object. Raises RefusedError or InvalidError on anything else, however odd.

    A body over the limit is refused by the framework while it is read.
    """
    raw = await request.body()
    if may_be_empty and not raw.strip():
        return {}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        # Also what keeps a page of another site from driving the sandbox: a browser sends JSON
        # across origins only after a preflight, which nobody here answers.
        raise RefusedError(415, {"detail": f'Unsupported media type "{media_type[:80]}" in request.'})
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise RefusedError(400, {"detail": "JSON parse error.", "error_key": "parse_error"}) from None
    if not isinstance(body, dict):
        kind = type(body).__name__
        raise InvalidError({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
    return body


def parse_initiate(body: dict[str, Any], ledger: Ledger, default_ttl_s: int) -> tuple[Payment, dict[str, str]]:
    """A new payment and the ``merchant_*`` values to echo. Raises InvalidError with every wrong field."""
    fields = Fields(body)
    amount = fields.integer("amount", least=-(10**12))
    if "amount" not in fields.errors and amount < MIN_AMOUNT_PAISA:
        fields.fail("amount", _TOO_LITTLE)
    modes = _parse_modes(fields, body)
    ttl_s = fields.integer("ttl", required=False, least=1, most=_MAX_TTL_S) or default_ttl_s
    now = ledger.now()
    payment = Payment(
        pidx=new_identity(),
        amount=amount,
        return_url=fields.url("return_url"),
        website_url=fields.url("website_url"),
        purchase_order_id=fields.text("purchase_order_id"),
        purchase_order_name=fields.text("purchase_order_name"),
        customer_name=_parse_customer(fields),
        lines=_parse_lines(fields),
        parts=_parse_breakdown(fields, amount),
        modes=modes,
        bank=_parse_bank(fields, modes),
        created_at=now,
        expires_at=now + timedelta(seconds=ttl_s),
    )
    merchant = {name: fields.text(name, required=False, limit=500) for name in body if _MERCHANT_KEY.fullmatch(name)}
    fields.raise_if_wrong()
    return payment, merchant


def _parse_modes(fields: Fields, body: dict[str, Any]) -> tuple[Mode, ...]:
    asked = body.get("modes")
    if asked is None or asked == []:
        return tuple(Mode)
    if not isinstance(asked, list):
        fields.fail("modes", f'Expected a list of items but got type "{type(asked).__name__}".')
        return tuple(Mode)
    modes: list[Mode] = []
    for name in asked:
        if not isinstance(name, str) or name not in set(Mode):
            shown = name[:80] if isinstance(name, str) else type(name).__name__
            fields.fail("modes", f'"{shown}" is not a valid choice.')
        elif name not in modes:
            modes.append(Mode(name))
    return tuple(modes)


def _parse_bank(fields: Fields, modes: tuple[Mode, ...]) -> str | None:
    idx = fields.text("bank", required=False)
    if not idx:
        return None
    bank = find_bank(idx)
    if bank is None or not any(bank in banks_of_mode(mode) for mode in modes):
        fields.fail("bank", "Invalid bank.")
        return None
    return idx


def _parse_customer(fields: Fields) -> str:
    """The customer's name. E-mail and phone are checked and then forgotten."""
    customer = Fields(fields.mapping("customer_info"))
    name = customer.text("name", required=False)
    customer.text("email", required=False)
    customer.text("phone", required=False, limit=20)
    if customer.errors:
        fields.fail("customer_info", customer.errors)
    return name


def _parse_lines(fields: Fields) -> tuple[Line, ...]:
    lines = []
    for item in fields.objects("product_details"):
        line = Fields(item)
        line.text("identity")
        line.integer("unit_price")
        lines.append(Line(line.text("name"), line.integer("quantity", least=1), line.integer("total_price")))
        if line.errors:
            fields.fail("product_details", [line.errors])
    return tuple(lines)


def _parse_breakdown(fields: Fields, amount: int) -> tuple[Part, ...]:
    parts = []
    for item in fields.objects("amount_breakdown"):
        part = Fields(item)
        # A discount is a part below zero.
        parts.append(Part(part.text("label"), part.integer("amount", least=-(10**12))))
        if part.errors:
            fields.fail("amount_breakdown", [part.errors])
    total = sum(part.amount for part in parts)
    if parts and "amount_breakdown" not in fields.errors and total != amount:
        fields.fail("amount", "Amount Breakdown mismatch.")
    return tuple(parts)

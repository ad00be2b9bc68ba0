"""What goes to the gateway and what its replies mean. Nothing here touches the network.

Replies are checked by type before anything believes them; one that does not fit is nonsense, and nonsense
after a request was sent means that its outcome is not known.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Final, TypeVar

import msgspec

from dispatch.ports import (
    Bank,
    GatewayKeyRefused,
    GatewayOutcomeUnknown,
    GatewayRefused,
    GatewayStatus,
    Initiated,
    InitiateRequest,
    Lookup,
)

_NEPAL_TIME: Final = timezone(timedelta(hours=5, minutes=45))
_NEPAL_PHONE: Final = re.compile(r"(?:00)?977(\d{10})")
_LONG_NUMBER: Final = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
_MAX_DEPTH: Final = 5
_MAX_MESSAGES: Final = 50
_MAX_MESSAGE: Final = 300
_NO_FIELDS: Final = frozenset({"error_key", "status_code", "detail"})

_STATUSES: Final = {status.value.casefold(): status for status in GatewayStatus} | {
    # Khalti's own pages spell it in more than one way.
    "canceled": GatewayStatus.CANCELED,
    "cancelled": GatewayStatus.CANCELED,
    "user cancelled": GatewayStatus.CANCELED,
}
_PAID: Final = frozenset({GatewayStatus.COMPLETED, GatewayStatus.REFUNDED, GatewayStatus.PARTIALLY_REFUNDED})

_Shape = TypeVar("_Shape", bound=msgspec.Struct)
_Identity = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
# 1000.0 is read as well as 1000; what has a fraction is refused where it is used.
_Paisa = Annotated[float, msgspec.Meta(ge=0, le=10**15)]


class _InitiateReply(msgspec.Struct):
    pidx: _Identity
    payment_url: Annotated[str, msgspec.Meta(pattern=r"^https?://[!-~]+$", max_length=2000)]
    expires_at: str | None = None
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=10**8)] | None = None


class _LookupReply(msgspec.Struct):
    pidx: _Identity
    status: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    total_amount: _Paisa | None = None
    transaction_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    # Nothing is decided by the fee, so no form of it may keep a payment from settling.
    fee: object = None
    refunded: bool | None = None


class _RefundReply(msgspec.Struct):
    detail: str


class _BankRecord(msgspec.Struct):
    idx: _Identity
    name: _Identity
    logo: str | None = None


class _BankPage(msgspec.Struct):
    records: list[_BankRecord]


def nonsense() -> GatewayOutcomeUnknown:
    """An answer came that is none."""
    return GatewayOutcomeUnknown("The payment gateway's answer makes no sense.")


def initiate_body(request: InitiateRequest) -> dict[str, Any]:
    """The JSON of initiate; amounts in paisa, the phone as ten digits."""
    customer = {
        "name": request.customer_name,
        "email": request.customer_email,
        "phone": local_phone(request.customer_phone),
    }
    body: dict[str, Any] = {
        "return_url": request.return_url,
        "website_url": request.website_url,
        "amount": request.amount_paisa,
        "purchase_order_id": request.purchase_order_id,
        "purchase_order_name": request.purchase_order_name,
        "customer_info": {name: value for name, value in customer.items() if value},
    }
    if request.breakdown:
        body["amount_breakdown"] = [{"label": label, "amount": amount} for label, amount in request.breakdown]
    if request.lines:
        body["product_details"] = [
            {
                "identity": line.identity,
                "name": line.name,
                "total_price": line.total_price_paisa,
                "quantity": line.quantity,
                "unit_price": line.unit_price_paisa,
            }
            for line in request.lines
        ]
    if request.mode:
        body["modes"] = [request.mode]
    if request.bank:
        body["bank"] = request.bank
    return body


def local_phone(phone: str) -> str:
    """A Nepali number as Khalti's samples send it: ``+977-9841234567`` becomes ``9841234567``."""
    digits = re.sub(r"\D", "", phone)
    international = _NEPAL_PHONE.fullmatch(digits)
    return international[1] if international else digits


def read_initiated(content: bytes, now: datetime) -> Initiated:
    """The opened session. Raises GatewayOutcomeUnknown on nonsense."""
    reply = _decode(content, _InitiateReply)
    expires_at = _read_expiry(reply.expires_at)
    if expires_at is None and reply.expires_in is not None:
        expires_at = now + timedelta(seconds=reply.expires_in)
    if expires_at is None:
        raise nonsense()
    return Initiated(reply.pidx, reply.payment_url, expires_at)


def _read_expiry(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        # Khalti writes the offset; a time without one could only be its own.
        return (moment if moment.tzinfo else moment.replace(tzinfo=_NEPAL_TIME)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_lookup_answer(content: bytes) -> bool:
    """Whether the body is an answer about a session, as Expired and User canceled are with HTTP 400."""
    body = _object(content)
    return body is not None and isinstance(body.get("status"), str)


def read_lookup(pidx: str, content: bytes, *, is_error: bool) -> Lookup:
    """What became of ``pidx``. Raises GatewayOutcomeUnknown on nonsense.

    Nonsense is also an answer about another session, and an error reply (``is_error``) that says that
    money moved: neither may settle anything.
    """
    reply = _decode(content, _LookupReply)
    status = _STATUSES.get(" ".join(reply.status.split()).casefold(), GatewayStatus.UNKNOWN)
    total_amount_paisa = _whole(reply.total_amount)
    is_fraction = reply.total_amount is not None and total_amount_paisa is None
    if reply.pidx != pidx or is_fraction or (is_error and status in _PAID):
        raise nonsense()
    return Lookup(
        pidx=reply.pidx,
        status=status,
        raw_status=reply.status,
        total_amount_paisa=total_amount_paisa,
        transaction_id=reply.transaction_id or None,
        fee_paisa=_whole(reply.fee),
        refunded=bool(reply.refunded),
        raw=_object(content) or {},
    )


def _whole(value: object) -> int | None:
    """A number of paisa without a fraction, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if value == int(value) else None


def read_refunded(content: bytes) -> None:
    """Check that a refund was confirmed. Raises GatewayOutcomeUnknown on anything else."""
    _decode(content, _RefundReply)


def read_banks(content: bytes) -> list[Bank]:
    """The banks of one page. Raises GatewayOutcomeUnknown on nonsense."""
    return [Bank(bank.idx, bank.name, bank.logo or "") for bank in _decode(content, _BankPage).records]


def read_refusal(status: int, content: bytes, subject: str, secret_key: str) -> GatewayRefused:
    """A 4xx answer as an exception with a sentence for people and the fields that were wrong.

    What the gateway writes may quote what we sent, so anything like a phone or card number, an address or
    the key is taken out of it.
    """
    body = _object(content) or {}
    fields: dict[str, list[str]] = {}
    _collect({name: value for name, value in body.items() if name not in _NO_FIELDS}, "", fields, secret_key)
    detail = body.get("detail")
    sentence = _scrub(detail, secret_key) if isinstance(detail, str) else ""
    if status in {401, 403}:
        return GatewayKeyRefused(sentence)
    return GatewayRefused(_refusal_reason(status, subject, sentence, fields), fields)


def _refusal_reason(status: int, subject: str, detail: str, fields: dict[str, list[str]]) -> str:
    if status == 404:  # noqa: PLR2004
        return f"The payment gateway does not know this {subject}."
    if status == 429:  # noqa: PLR2004
        return "The payment gateway asks us to slow down; try again in a moment."
    named = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
    told = named or detail or f"HTTP {status}"
    return f"The payment gateway refused the {subject}: {told[:_MAX_MESSAGE]}"


def _collect(value: object, path: str, fields: dict[str, list[str]], secret_key: str, depth: int = 0) -> None:
    """Flatten Khalti's error structure into ``{"customer_info.phone": ["..."]}``."""
    if len(fields) >= _MAX_MESSAGES or depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        fields.setdefault(path or "detail", []).append(_scrub(value, secret_key))
    elif isinstance(value, dict):
        for name, inner in value.items():
            step = _scrub(str(name), secret_key)[:80]
            _collect(inner, f"{path}.{step}" if path else step, fields, secret_key, depth + 1)
    elif isinstance(value, list):
        for inner in value[:_MAX_MESSAGES]:
            _collect(inner, path, fields, secret_key, depth + 1)


def _scrub(text: str, secret_key: str) -> str:
    text = text[:_MAX_MESSAGE]
    if secret_key:
        text = text.replace(secret_key, "[key]")
    return _EMAIL.sub("[e-mail]", _LONG_NUMBER.sub("[number]", text))


def _object(content: bytes) -> dict[str, object] | None:
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    return body if isinstance(body, dict) else None


def _decode(content: bytes, kind: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise nonsense() from None

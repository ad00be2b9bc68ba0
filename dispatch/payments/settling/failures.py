"""What became of a payment that did not bring its goods: one place decides status, code, reason and times of it.

Settling writes the status and the reason; callback, status, webhook, verify and the browser's return all tell what
``explain`` makes of them, so that they never disagree.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.ports import GatewayError, GatewayRefused, GatewayStatus, Lookup

RETRY_AFTER_S = 300
ENDED = frozenset({TransactionStatus.FAILED, TransactionStatus.EXPIRED, TransactionStatus.CANCELED})
"""Without money."""

_CLOSING = {
    GatewayStatus.EXPIRED: (TransactionStatus.EXPIRED, "Payment timeout"),
    GatewayStatus.CANCELED: (TransactionStatus.CANCELED, "Canceled by the buyer"),
    GatewayStatus.REFUNDED: (TransactionStatus.REFUNDED, "Refunded at the gateway"),
    GatewayStatus.PARTIALLY_REFUNDED: (
        TransactionStatus.HELD,
        "The gateway gave a part back before anything was sold; a person decides",
    ),
}
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
_TOO_LITTLE = re.compile(r"insufficient|not enough (?:balance|funds)|low balance", re.IGNORECASE)
_BANK_DOWN = re.compile(
    r"bank\b.*\b(?:unavailable|down|maintenance|not available|not respond)"
    r"|service (?:is )?(?:temporarily )?unavailable",
    re.IGNORECASE,
)
_CARD = re.compile(r"\bcards?\b|\bcvv\b|declined", re.IGNORECASE)
_BALANCE = re.compile(r"(?:available|balance)\D{0,30}?(\d{1,9}(?:\.\d{1,2})?)\b", re.IGNORECASE)


# What the gateway calls what a buyer gives, and what we call it. Products are in the cart.
GIVEN = {
    "customer_info": "customer_name",
    "customer_info.name": "customer_name",
    "customer_info.email": "customer_email",
    "customer_info.phone": "customer_phone",
    "product_details": "cart_id",
    "product_details.name": "cart_id",
    "bank": "bank",
    "modes": "gateway",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A code, a sentence, why, and the data that goes with them; ``pending`` where nothing is decided yet."""

    code: str
    message: str
    reason: str
    data: dict[str, Any]
    pending: bool = False


def outcome_of(lookup: Lookup) -> tuple[TransactionStatus, str] | None:
    """The status and the reason of a payment that the gateway ended without money for us; None where it has not.

    A session that ended with a word on why (a declined card, say) has failed; without one its time ran out.
    """
    if lookup.status not in _CLOSING:
        return None
    status, reason = _CLOSING[lookup.status]
    told = lookup.raw.get("reason")
    words = _LONG_NUMBER.sub("[number]", told.strip())[:300] if isinstance(told, str) else ""
    if words and status is TransactionStatus.EXPIRED:
        return TransactionStatus.FAILED, words
    return status, reason


def blamed_fields(error: GatewayError) -> dict[str, str]:
    """The fields of the request that the gateway refused, in its words; none where not all are the buyer's."""
    refused = error.fields if isinstance(error, GatewayRefused) else {}
    if not refused.keys() <= GIVEN.keys():
        return {}
    fields: dict[str, str] = {}
    for name, words in refused.items():
        subject = "holds a product that" if GIVEN[name] == "cart_id" else "is something that"
        fields[GIVEN[name]] = f"{subject} the payment gateway does not take: {' '.join(words)}"
    return fields


def explain(payment: PaymentTransaction, said: str | None = None) -> Failure | None:
    """Why a payment has no goods, None for one that has. ``said``: the gateway's words where they are not kept yet."""
    if payment.status is TransactionStatus.COMPLETED:
        return None
    reason = _LONG_NUMBER.sub("[number]", said)[:300] if said is not None else payment.failure_reason or ""
    if payment.status is TransactionStatus.FAILED:
        return _by_words(payment, reason) or _plain("PAYMENT_FAILED", reason or "Payment was not successful")
    return _by_status(payment, reason)


def _by_words(payment: PaymentTransaction, words: str) -> Failure | None:
    if payment.gateway is PaymentMode.SCT and (_CARD.search(words) or _TOO_LITTLE.search(words)):
        return Failure("CARD_DECLINED", "Card payment declined", words, {"decline_reason": words, "can_retry": True})
    if _TOO_LITTLE.search(words):
        balance = _BALANCE.search(words)
        data = {
            "required_amount": float(payment.total_amount),
            "available_balance": float(balance[1]) if balance else None,
        }
        return Failure("INSUFFICIENT_BALANCE", "Insufficient wallet balance", words, data)
    if _BANK_DOWN.search(words):
        bank: dict[str, Any] = {"bank": payment.bank, "retry_after": RETRY_AFTER_S}
        return Failure("BANK_SERVICE_DOWN", "Bank service temporarily unavailable", words, bank)
    return None


def _by_status(payment: PaymentTransaction, reason: str) -> Failure:
    match payment.status:
        case TransactionStatus.EXPIRED:
            lasted = payment.expires_at - payment.created_at
            data = {"session_duration": max(0, round(lasted.total_seconds())), "expired_at": _ended_at(payment)}
            return Failure("PAYMENT_TIMEOUT", "Payment session expired", reason, data)
        case TransactionStatus.CANCELED:
            return _plain("PAYMENT_CANCELED", reason)
        case TransactionStatus.REFUNDED:
            return _plain("PAYMENT_REFUNDED", reason or "The payment was refunded")
        case TransactionStatus.REFUND_DUE:
            return _plain("PAYMENT_REFUND_DUE", reason)
        case TransactionStatus.HELD:
            return Failure("PAYMENT_UNDER_REVIEW", "Somebody looks at this payment", reason, {"reason": reason}, True)
    told = "The payment is not finished yet"
    return Failure("PAYMENT_PENDING", told, told, {"reason": told, "payable_until": payment.expires_at}, True)


def _plain(code: str, reason: str) -> Failure:
    return Failure(
        code, "Payment was not successful" if code != "PAYMENT_FAILED" else reason, reason, {"reason": reason}
    )


def _ended_at(payment: PaymentTransaction) -> datetime:
    """When the session ended: at its time, or before, when it was seen to have ended; never in the future."""
    return min(payment.expires_at, payment.ended_at or payment.checked_at or payment.updated_at)

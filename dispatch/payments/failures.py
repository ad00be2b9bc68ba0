"""Why a payment did not come about, in codes that a shop's front end can act on."""

import re
from dataclasses import dataclass
from typing import Any

from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.ports import GatewayError, GatewayRefused

RETRY_AFTER_S = 300
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
    """A code, a sentence and the data that goes with them."""

    code: str
    message: str
    data: dict[str, Any]


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
    """Why a payment failed, None for one that did not. ``said``: the gateway's own words, if it had any."""
    if payment.status not in {TransactionStatus.FAILED, TransactionStatus.EXPIRED, TransactionStatus.CANCELED}:
        return None
    if said is None:
        told = (payment.inquiry_data or {}).get("reason")
        said = told if isinstance(told, str) else ""
    words = _LONG_NUMBER.sub("[number]", said)[:300]
    return _by_words(payment, words) or _by_status(payment, words)


def _by_words(payment: PaymentTransaction, words: str) -> Failure | None:
    if payment.gateway is PaymentMode.SCT and (_CARD.search(words) or _TOO_LITTLE.search(words)):
        return Failure("CARD_DECLINED", "Card payment declined", {"decline_reason": words, "can_retry": True})
    if _TOO_LITTLE.search(words):
        balance = _BALANCE.search(words)
        data = {
            "required_amount": float(payment.total_amount),
            "available_balance": float(balance[1]) if balance else None,
        }
        return Failure("INSUFFICIENT_BALANCE", "Insufficient wallet balance", data)
    if _BANK_DOWN.search(words):
        return Failure(
            "BANK_SERVICE_DOWN",
            "Bank service temporarily unavailable",
            {"bank": payment.bank, "retry_after": RETRY_AFTER_S},
        )
    return None


def _by_status(payment: PaymentTransaction, words: str) -> Failure:
    if payment.status is TransactionStatus.EXPIRED and not words:
        lasted = payment.expires_at - payment.created_at
        return Failure(
            "PAYMENT_TIMEOUT",
            "Payment session expired",
            {"session_duration": max(0, round(lasted.total_seconds())), "expired_at": payment.expires_at},
        )
    code = "PAYMENT_CANCELED" if payment.status is TransactionStatus.CANCELED else "PAYMENT_FAILED"
    told = payment.failure_reason or "Payment was not successful"
    return Failure(code, told, {"reason": words or told})

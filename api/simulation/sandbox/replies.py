"""Replies in the shapes that Khalti documents."""

import logging
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from litestar import Response
from litestar.exceptions import HTTPException

from api.simulation.sandbox.bodies import AnyRequest, RefusedError
from api.simulation.sandbox.payments import ENDED_UNPAID, Payment, Status
from api.simulation.sandbox.validation import InvalidError

_LOG = logging.getLogger("sandbox_gateway")
NEPAL_TIME: Final = timezone(timedelta(hours=5, minutes=45))


def initiate_reply(payment: Payment, payment_url: str, merchant: dict[str, str]) -> dict[str, Any]:
    """The reply to initiate: ``expires_at`` in Nepal's time, ``expires_in`` in seconds."""
    return {
        "pidx": payment.pidx,
        "payment_url": payment_url,
        "expires_at": nepal_time(payment.expires_at),
        "expires_in": int((payment.expires_at - payment.created_at).total_seconds()),
        **merchant,
    }


def lookup_body(payment: Payment) -> dict[str, Any]:
    """The lookup JSON; the same keys in every state, and where a session failed, why."""
    return {
        "pidx": payment.pidx,
        "total_amount": payment.total_amount,
        "status": payment.status.value,
        "transaction_id": payment.transaction_id,
        "fee": payment.fee,
        "refunded": payment.status is Status.REFUNDED,
        **({"reason": payment.reason} if payment.reason and payment.status in ENDED_UNPAID else {}),
    }


def lookup_status_code(payment: Payment) -> int:
    """200, or the 400 with which Khalti answers for Expired and User canceled."""
    return 400 if payment.status in ENDED_UNPAID else 200


def nepal_time(moment: datetime) -> str:
    """``2023-05-25T16:26:16.471649+05:45``."""
    return moment.astimezone(UTC).astimezone(NEPAL_TIME).isoformat(timespec="microseconds")


def redirect_url(payment: Payment) -> str:
    """Where the browser goes when the person is done: the merchant's return_url with what Khalti adds.

    The query that the merchant put there itself is kept as it is. A failed session adds its reason as
    ``message``, which no integration may rely on.
    """
    paid = payment.transaction_id or ""
    query: dict[str, str | int] = {
        "pidx": payment.pidx,
        "status": payment.status.value,
        "transaction_id": paid,
        "tidx": paid,
    }
    if paid:
        query["txnId"] = paid
    query |= {
        "amount": payment.amount,
        "total_amount": payment.amount,
        "mobile": payment.mobile if paid else "",
        "purchase_order_id": payment.purchase_order_id,
        "purchase_order_name": payment.purchase_order_name,
    }
    if payment.status is Status.EXPIRED and payment.reason:
        query["message"] = payment.reason
    parts = urlsplit(payment.return_url)
    own = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=own + urlencode(query, quote_via=quote)))


def answer_refused(_: AnyRequest, error: RefusedError) -> Response[dict[str, Any]]:
    """Refused as its own status and body."""
    return Response(error.body, status_code=error.status)


def answer_invalid(_: AnyRequest, error: InvalidError) -> Response[dict[str, Any]]:
    """Field errors as Khalti's validation_error."""
    return Response({**error.errors, "error_key": "validation_error"}, status_code=400)


def answer_http_error(_: AnyRequest, error: HTTPException) -> Response[dict[str, Any]]:
    """What the framework refuses by itself (unknown path or method, body too long)."""
    return Response({"detail": str(error.detail)[:200]}, status_code=error.status_code)


def answer_bug(_: AnyRequest, error: Exception) -> Response[dict[str, Any]]:
    """A fault of ours: its type is logged, never its text, which may quote the request."""
    _LOG.error("internal error: %s", type(error).__name__)
    return Response({"detail": "Internal server error."}, status_code=500)

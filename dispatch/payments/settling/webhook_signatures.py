"""Whether a webhook is from whom it says, and from now. Pure: bytes and secrets in, an id out.

Two forms are understood: the headers of Standard Webhooks, signed over ``id.timestamp.body``; and a ``signature`` in
the body itself, the hex HMAC-SHA256 of ``{"data":…,"event":…}`` in compact JSON with sorted keys.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.errors import DispatchError, Invalid

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
WEBHOOK_ID = re.compile(r"[\x21-\x7e]{1,200}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class WebhookRefused(DispatchError):
    """The signature is of none of our secrets."""

    code = "WEBHOOK_SIGNATURE"


def key_of(secret: str) -> bytes:
    """A secret's bytes: base64 after ``whsec_``, else as it is. Raises ValueError where that is none or nothing."""
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            raise ValueError("has no base64 after whsec_") from None
    if not key.strip():
        raise ValueError("is empty")
    return key


def _usable(secrets: Sequence[str]) -> list[str]:
    """Without those that cannot sign: an empty key would verify whatever anybody signs with nothing."""
    usable = []
    for secret in secrets:
        with suppress(ValueError):
            key_of(secret)
            usable.append(secret)
    return usable


def sign_headers(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The ``webhook-signature`` of a body."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, "sha256")).decode()


def sign_body(secret: str, content: Mapping[str, Any]) -> str:
    """The ``signature`` of a body form; ``content`` has ``event`` and ``data``."""
    signed = json.dumps(
        {"data": content["data"], "event": content["event"]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hmac.new(key_of(secret), signed.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def check_headers(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The webhook's id. Raises Invalid (junk, stale) and WebhookRefused (no secret fits)."""
    webhook_id, timestamp, signatures = (headers.get(name, "") for name in HEADERS)
    if not WEBHOOK_ID.fullmatch(webhook_id):
        raise _junk("webhook-id", "must be 1 to 200 printable characters")
    if not TIMESTAMP.fullmatch(timestamp):
        raise _junk("webhook-timestamp", "must be a Unix time in seconds")
    try:
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise _junk("webhook-timestamp", "is not a time on this calendar") from None
    _check_fresh(sent_at, now, "webhook-timestamp")
    given = [part.partition(",") for part in signatures.split()]
    values = [value for version, _, value in given if version == "v1" and value]
    if not values:
        raise _junk("webhook-signature", "must be a list of v1,<base64>")
    try:
        offered = [base64.b64decode(value, validate=True) for value in values[:20]]
    except (binascii.Error, ValueError):
        raise _junk("webhook-signature", "is not base64") from None
    expected = [base64.b64decode(sign_headers(one, webhook_id, timestamp, body)[3:]) for one in _usable(secrets)]
    _check_one_fits(expected, offered)
    return webhook_id


def check_body(secrets: Sequence[str], content: Mapping[str, Any], now: datetime) -> str:
    """An id made of the signature. Raises as above."""
    signature, data = content.get("signature"), content.get("data")
    if not isinstance(signature, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", signature):
        raise _junk("signature", "must be the hex HMAC-SHA256 of event and data; or send Standard Webhooks headers")
    sent = data.get("timestamp") if isinstance(data, dict) else None
    try:
        sent_at = datetime.fromisoformat(sent if isinstance(sent, str) else "")
        known = sent_at.astimezone(UTC) if sent_at.tzinfo else None
    except (ValueError, OverflowError):
        known = None
    if known is None:
        raise _junk("data.timestamp", "must be a time with its offset, as 2026-11-22T10:45:00Z")
    _check_fresh(known, now, "data.timestamp")
    _check_one_fits(
        [bytes.fromhex(sign_body(secret, content)) for secret in _usable(secrets)], [bytes.fromhex(signature)]
    )
    return f"body:{signature.lower()}"


def _check_fresh(sent_at: datetime, now: datetime, field: str) -> None:
    if abs(now - sent_at) > TOLERANCE:
        raise Invalid(
            "This webhook is too old or from the future.",
            code="WEBHOOK_STALE",
            fields={field: f"must be within {int(TOLERANCE.total_seconds())} seconds of now"},
        )


def _check_one_fits(expected: Sequence[bytes], offered: Sequence[bytes]) -> None:
    # All are compared, in constant time each: how long it takes tells nothing.
    fits = [hmac.compare_digest(one, other) for one in expected for other in offered]
    if not any(fits):
        raise WebhookRefused("No secret of ours made this signature.")


def _junk(field: str, problem: str) -> Invalid:
    return Invalid("This webhook cannot be checked.", code="WEBHOOK_MALFORMED", fields={field: problem})

"""Khalti's KPG-2 payment gateway over HTTP."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec
from prometheus_client import Counter

from api.adapters.khalti_http import Call, KhaltiHttp, Reply
from api.adapters.khalti_replies import (
    initiate_body,
    is_lookup_answer,
    local_phone,
    nonsense,
    read_banks,
    read_initiated,
    read_lookup,
    read_refunded,
    read_refusal,
)
from dispatch.ports import (
    Bank,
    GatewayError,
    GatewayKeyRefused,
    GatewayRefused,
    Initiated,
    InitiateRequest,
    Lookup,
)

PAYMENT_TYPES: Final = frozenset({"ebanking", "mobilecheckout"})
BANKS_FRESH_S: Final = 3600.0
# After a failed renewal the old list serves on for a while before the gateway is asked again.
_BANKS_RETRY_S: Final = 60.0
# Without any list to fall back on, people who ask right after a failure share its answer.
_BANKS_FAILED_S: Final = 5.0
_VERSION: Final = re.compile(r"/v\d+/$")
_LOG = logging.getLogger(__name__)
_KEY_REFUSED: Final = Counter(
    "dispatch_gateway_key_refused", "Calls that the payment gateway refused for our key: nobody can pay."
)
_TRANSACTION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


class KhaltiClient:
    """The ``PaymentGateway`` of ``dispatch.ports``, against Khalti or the sandbox gateway.

    ``initiate`` and ``refund`` are sent at most once; only a connection that never came about is tried
    again. ``lookup`` and ``list_banks`` are tried a few times. Every failure is a ``GatewayError`` whose
    class says what is certain: Refused and Unavailable that nothing happened, OutcomeUnknown that
    something may have.
    """

    def __init__(
        self,
        base_url: str,
        secret_key: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
        attempts: int = 3,
        backoff_s: float = 0.2,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``base_url`` ends in the API's version: ``https://dev.khalti.com/api/v2/``.

        timeout_s: patience for an answer; attempts and backoff_s: tries of what may be repeated, and the
        first pause between them; monotonic_s: ages the bank list. Raises ValueError on a base URL or key
        that cannot work.
        """
        base = _checked_url(base_url)
        secret_key = secret_key.strip()
        if not secret_key or not secret_key.isascii() or not secret_key.isprintable():
            raise ValueError("the gateway's secret key is empty or has characters that no header may carry")
        self._base_url = base
        # Refunds and banks live beside /v2, not under it.
        self._root_url = _VERSION.sub("/", base)
        self._secret_key = secret_key
        self._monotonic_s = monotonic_s
        self._http = KhaltiHttp(
            base, secret_key, timeout_s=timeout_s, transport=transport, attempts=attempts, backoff_s=backoff_s
        )
        self._banks: dict[str, tuple[float, list[Bank]]] = {}
        self._banks_failed: dict[str, tuple[float, GatewayError]] = {}
        self._banks_lock = asyncio.Lock()

    def __repr__(self) -> str:
        return f"KhaltiClient({self._base_url!r})"

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def initiate(self, request: InitiateRequest) -> Initiated:
        """Open a payment session for ``request.amount_paisa``. Raises GatewayError."""
        content = msgspec.json.encode(initiate_body(request))
        reply = await self._http.send(Call("initiate", "POST", f"{self._base_url}epayment/initiate/", content))
        self._require_success(reply, "payment")
        return read_initiated(reply.content, datetime.now(UTC))

    async def lookup(self, pidx: str) -> Lookup:
        """What became of a session; Expired and User canceled are answers too. Raises GatewayError."""
        content = msgspec.json.encode({"pidx": pidx})
        call = Call("lookup", "POST", f"{self._base_url}epayment/lookup/", content, repeatable=True)
        reply = await self._http.send(call)
        is_error = not httpx.codes.is_success(reply.status)
        if is_error and not is_lookup_answer(reply.content):
            self._require_success(reply, "payment")
        return read_lookup(pidx, reply.content, is_error=is_error)

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        """Give back ``amount_paisa``, or all that is left with None; ``mobile`` for money from a bank.

        Raises GatewayError. After GatewayOutcomeUnknown look the payment up before trying again.
        """
        if not _TRANSACTION_ID.fullmatch(transaction_id):
            raise GatewayRefused("This is not the gateway's id of a transaction.")
        if amount_paisa is not None and amount_paisa <= 0:
            raise GatewayRefused("A refund must be above zero.", {"amount": ["A refund must be above zero."]})
        body: dict[str, int | str] = {}
        if amount_paisa is not None:
            body["amount"] = amount_paisa
        if mobile:
            body["mobile"] = local_phone(mobile)
        url = f"{self._root_url}merchant-transaction/{transaction_id}/refund/"
        reply = await self._http.send(Call("refund", "POST", url, msgspec.json.encode(body) if body else b""))
        self._require_success(reply, "refund")
        read_refunded(reply.content)

    async def list_banks(self, payment_type: str) -> list[Bank]:
        """Banks of ``ebanking`` or ``mobilecheckout``, at most an hour old.

        When the gateway does not answer, an older list serves on. Raises GatewayError without one.
        """
        if payment_type not in PAYMENT_TYPES:
            raise GatewayRefused("Banks are listed for ebanking or mobilecheckout.")
        async with self._banks_lock:  # many ask at once, one fetches
            fresh_until_s, banks = self._banks.get(payment_type, (0.0, []))
            if not banks or self._monotonic_s() >= fresh_until_s:
                self._raise_recent_failure(payment_type)
                try:
                    banks, fresh_for_s = await self._fetch_banks(payment_type), BANKS_FRESH_S
                except GatewayError as error:
                    if not banks:
                        self._banks_failed[payment_type] = (self._monotonic_s() + _BANKS_FAILED_S, error)
                        raise
                    fresh_for_s = _BANKS_RETRY_S
                self._banks[payment_type] = (self._monotonic_s() + fresh_for_s, banks)
            return list(banks)

    def _raise_recent_failure(self, payment_type: str) -> None:
        failed_until_s, error = self._banks_failed.pop(payment_type, (0.0, None))
        if error is not None and self._monotonic_s() < failed_until_s:
            self._banks_failed[payment_type] = (failed_until_s, error)
            raise type(error)(error.reason)

    async def _fetch_banks(self, payment_type: str) -> list[Bank]:
        url = f"{self._root_url}v5/bank/?payment_type={payment_type}"
        reply = await self._http.send(Call("banks", "GET", url, repeatable=True, authorized=False))
        self._require_success(reply, "list of banks")
        return read_banks(reply.content)

    def _require_success(self, reply: Reply, subject: str) -> None:
        """Raise GatewayRefused on 4xx, GatewayOutcomeUnknown on what is neither success nor refusal."""
        if httpx.codes.is_client_error(reply.status):
            refusal = read_refusal(reply.status, reply.content, subject, self._secret_key)
            if isinstance(refusal, GatewayKeyRefused):  # buyers are told less, and can do nothing about it
                _KEY_REFUSED.inc()
                _LOG.error("%s", refusal)
            raise refusal
        if not httpx.codes.is_success(reply.status):
            raise nonsense()


def _checked_url(base_url: str) -> str:
    """``base_url`` with its one slash at the end. Raises ValueError."""
    try:
        url = httpx.URL(base_url.strip())
    except httpx.InvalidURL:
        raise ValueError("the gateway's base URL is not a URL") from None
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment or url.userinfo:
        raise ValueError("the gateway's base URL must look like https://khalti.com/api/v2/")
    if url.scheme == "http" and url.host.endswith("khalti.com"):
        raise ValueError("Khalti is spoken to over https only: the key must not travel in the clear")
    base = f"{str(url).rstrip('/')}/"
    if not _VERSION.search(base):
        raise ValueError("the gateway's base URL must end in the API's version, like /api/v2/")
    return base

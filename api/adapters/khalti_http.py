"""Requests to the gateway, and what is certain about each when it fails.

The one question that matters for money is whether the gateway may have acted. A request that never got a
connection certainly did nothing (``GatewayUnavailable``) and may be repeated, whatever it was. Once it
was sent, only an answer tells (else ``GatewayOutcomeUnknown``), and only reading calls are repeated.
"""

import asyncio
import ipaddress
import logging
import random
import ssl
from dataclasses import dataclass, field
from typing import Final

import httpx

from dispatch.ports import GatewayOutcomeUnknown, GatewayUnavailable

_LOG = logging.getLogger(__name__)
_MAX_REPLY_BYTES: Final = 2 * 1024 * 1024
_MAX_CONNECT_S: Final = 5.0
_MAX_BACKOFF_S: Final = 2.0
_SERVER_ERRORS: Final = 500
# The server, or something before it, gave up on a request that it had begun to read.
_TIMED_OUT_THERE: Final = frozenset({408, 499})
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_JITTER: Final = random.SystemRandom()


@dataclass(frozen=True)
class Call:
    """One request. ``repeatable`` says that doing it twice is as good as once (a lookup, a list)."""

    name: str
    method: str
    url: str
    content: bytes = field(default=b"", repr=False)
    repeatable: bool = False
    authorized: bool = True


@dataclass(frozen=True)
class Reply:
    """An answer below HTTP 500, read whole."""

    status: int
    content: bytes = field(repr=False)


class KhaltiHttp:
    """Sends calls with the merchant's key; the key is in no repr, log line or exception."""

    def __init__(
        self,
        base_url: str,
        secret_key: str,
        *,
        timeout_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
        attempts: int = 3,
        backoff_s: float = 0.2,
    ) -> None:
        """``timeout_s``: patience for an answer; ``attempts`` and ``backoff_s``: tries and first pause."""
        connect_s = min(timeout_s, _MAX_CONNECT_S)
        self._authorization = {"authorization": f"Key {secret_key}"}
        self._attempts = attempts
        self._backoff_s = backoff_s
        # A gateway that sends a byte now and then would never run into the timeout between two reads.
        # Twice the connect time, as it holds for TCP and for TLS each.
        self._deadline_s = 2 * connect_s + timeout_s
        timeout = httpx.Timeout(timeout_s, connect=connect_s)
        # A proxy of the environment is for the world outside, never for this machine.
        trust_env = not _is_loopback(httpx.URL(base_url).host)
        tls = _tls_context(base_url)
        self._client = httpx.AsyncClient(timeout=timeout, transport=transport, trust_env=trust_env, verify=tls)
        # An idle connection may be closed by the other side at the moment we write to it, and then nobody
        # can tell whether the request arrived. Calls that must not be repeated open their own.
        self._fresh_client = httpx.AsyncClient(
            timeout=timeout,
            transport=transport,
            trust_env=trust_env,
            verify=tls,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        await self._fresh_client.aclose()

    async def send(self, call: Call) -> Reply:
        """The answer to ``call``, if it is below HTTP 500. Raises GatewayUnavailable or -OutcomeUnknown."""
        for attempt in range(1, self._attempts):
            try:
                return await self._send_once(call)
            except GatewayUnavailable:
                _LOG.warning("%s: the gateway was not reached, attempt %d", call.name, attempt)
            except GatewayOutcomeUnknown as error:
                if not call.repeatable:
                    raise
                _LOG.warning("%s: %s Attempt %d", call.name, error.reason, attempt)
            pause_s = min(self._backoff_s * 2 ** (attempt - 1), _MAX_BACKOFF_S)
            await asyncio.sleep(pause_s * _JITTER.uniform(0.5, 1.5))
        return await self._send_once(call)

    async def _send_once(self, call: Call) -> Reply:
        try:
            async with asyncio.timeout(self._deadline_s):
                reply = await self._exchange(call)
        except _NEVER_SENT:
            raise GatewayUnavailable("The payment gateway cannot be reached.") from None
        except (TimeoutError, httpx.TimeoutException):
            raise GatewayOutcomeUnknown("The payment gateway did not answer in time.") from None
        except httpx.HTTPError:
            raise GatewayOutcomeUnknown("The connection to the payment gateway broke off.") from None
        if reply.status >= _SERVER_ERRORS or reply.status in _TIMED_OUT_THERE:
            raise GatewayOutcomeUnknown(f"The payment gateway failed with HTTP {reply.status}.")
        _LOG.debug("%s: HTTP %d", call.name, reply.status)
        return reply

    async def _exchange(self, call: Call) -> Reply:
        headers = {"accept": "application/json", **(self._authorization if call.authorized else {})}
        if call.content:
            headers["content-type"] = "application/json"
        client = self._client if call.repeatable else self._fresh_client
        content = bytearray()
        async with client.stream(call.method, call.url, content=call.content, headers=headers) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MAX_REPLY_BYTES:
                    raise GatewayOutcomeUnknown("The payment gateway's answer is too long.")
            return Reply(response.status_code, bytes(content))


def _tls_context(base_url: str) -> ssl.SSLContext:
    if base_url.startswith("https:"):
        return httpx.create_ssl_context()
    # Reading the authorities' certificates takes a while, and plain HTTP asks none of them. Without any,
    # a TLS connection that came about nevertheless would be refused.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""Faults on order: what networks and gateways do on bad days, at the endpoint and as often as asked."""

import asyncio
import logging
from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.simulation.sandbox.payments import Status

_LOG = logging.getLogger("sandbox_gateway")

Endpoint = Literal["initiate", "lookup", "refund", "banks"]
Kind = Literal["slow", "status", "drop", "truncate", "garbage", "wrong_amount", "pending", "callback_first"]

_CUTS: Final = frozenset({"status", "drop", "truncate", "garbage"})
_GARBAGE: Final = b"<html><body>502 Bad Gateway</body></html>"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order of ``POST /sandbox/faults/``.

    kind: ``slow`` waits ``seconds``; ``status`` answers with that HTTP status; ``drop`` cuts the connection
    without an answer; ``truncate`` cuts it in the middle of one; ``garbage`` answers 200 with something that
    is not JSON; ``wrong_amount`` makes lookup report ``amount`` paisa (or null); ``pending`` makes lookup say
    Pending; ``callback_first`` pays a new session and calls ``callback_url`` before initiate is answered.
    when: ``before`` the gateway did the work, or ``after`` it, so that the client cannot know.
    times: how many requests are hit; null means every one until the faults are cleared.
    """

    kind: Kind
    endpoint: Endpoint | Literal["any"] = "any"
    when: Literal["before", "after"] = "before"
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = 1
    seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 1.0
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 500
    amount: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | None = None
    callback_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Faults:
    """The active faults, oldest first; each request takes the ones that are meant for it."""

    def __init__(self) -> None:
        self._active: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Activate a fault."""
        self._active.append((fault, fault.times))

    def clear(self) -> int:
        """Forget all; how many there were."""
        count = len(self._active)
        self._active.clear()
        return count

    def list_active(self) -> list[dict[str, Any]]:
        """The faults with the number of hits that each has left."""
        return [{**msgspec.to_builtins(fault), "times_left": left} for fault, left in self._active]

    def take(self, endpoint: Endpoint, kinds: Collection[str]) -> Fault | None:
        """The oldest fault of these kinds for this endpoint, counted as used; None when there is none."""
        for place, (fault, left) in enumerate(self._active):
            if fault.kind in kinds and fault.endpoint in {endpoint, "any"}:
                if left == 1:
                    del self._active[place]
                elif left is not None:
                    self._active[place] = (fault, left - 1)
                return fault
        return None


def altered_lookup(faults: Faults, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The lookup body with ``wrong_amount`` and ``pending`` applied, and whether it was made Pending."""
    wrong = faults.take("lookup", {"wrong_amount"})
    if wrong is not None:
        body = {**body, "total_amount": wrong.amount}
    if faults.take("lookup", {"pending"}) is None:
        return body, False
    return {**body, "status": Status.PENDING.value, "transaction_id": None, "fee": 0, "refunded": False}, True


def endpoint_of(path: str) -> Endpoint | None:
    """Which endpoint a request path belongs to; None for the page and the control."""
    path = path.rstrip("/")
    if path == "/api/v2/epayment/initiate":
        return "initiate"
    if path == "/api/v2/epayment/lookup":
        return "lookup"
    if path == "/api/v5/bank":
        return "banks"
    return "refund" if path.startswith("/api/merchant-transaction/") else None


class FaultMiddleware:
    """Plays the faults of the connection around the gateway's own handlers."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = endpoint_of(scope["path"]) if scope["type"] == ScopeType.HTTP else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        slow = self._faults.take(endpoint, {"slow"})
        cut = self._faults.take(endpoint, _CUTS)
        try:
            if slow and slow.when == "before":
                await asyncio.sleep(slow.seconds)
            if cut and cut.when == "before":
                await _cut(cut, scope, receive, send)
            elif (cut or slow) is None:
                await self._app(scope, receive, send)
            else:
                replies = await self._work(scope, receive)
                if slow and slow.when == "after":
                    await asyncio.sleep(slow.seconds)
                await (_cut(cut, scope, receive, send) if cut else _send_all(replies, send))
        except asyncio.CancelledError:
            # The server stops while a slow answer waits: a cut line, not an error to report.
            if slow is None or not await _drop(scope, receive):
                raise

    async def _work(self, scope: Scope, receive: Receive) -> list[Message]:
        """Let the gateway do its work and hold its answer back."""
        replies: list[Message] = []

        async def hold_back(message: Message) -> None:
            replies.append(message)

        await self._app(scope, receive, hold_back)
        return replies


async def _send_all(messages: list[Message], send: Send) -> None:
    for message in messages:
        await send(message)


async def _drop(scope: Scope, receive: Receive) -> bool:
    """Cut the connection, if the server handed it over; whether it did."""
    transport = scope["state"].get("sandbox_transport")
    if transport is None:
        return False
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


async def _cut(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    _LOG.info("fault %s at %s", fault.kind, scope["path"].partition("/api/")[2][:20])
    if fault.kind == "status":
        await _answer(send, fault.status, b'{"detail":"Internal server error."}', b"application/json")
    elif fault.kind == "garbage":
        await _answer(send, 200, _GARBAGE, b"text/html")
    elif fault.kind == "truncate" or not await _drop(scope, receive):
        # Promise more than is sent: the server can only close the connection then.
        await _answer(send, 200, b'{"pidx":', b"application/json", promised=200)


async def _answer(send: Send, status: int, body: bytes, media_type: bytes, promised: int | None = None) -> None:
    length = str(promised or len(body)).encode()
    headers = [(b"content-type", media_type), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": promised is not None})

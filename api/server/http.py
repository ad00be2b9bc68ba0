"""HTTP as uvicorn speaks it, with bounds on what a request's head may be and on how long anything may take to come."""

import asyncio
from asyncio.transports import BaseTransport
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.middleware.request_ids import HEADER as REQUEST_ID
from api.http.middleware.security_headers import CSP, NOTHING
from api.server.idle_connections import IdleConnections

# What browsers, phones and proxies send is a tenth of it.
MOST_HEAD_BYTES: Final = 65_536
MOST_HEADERS: Final = 128
MOST_TARGET_BYTES: Final = 16_384
# Who is refused may still be sending; cutting it off at once would lose the words that say why.
LINGER_S: Final = 1.0

BETWEEN, HEAD, BODY = range(3)
HTTP_1_0: Final = "1.0"
EVERYTHING: Final = b"*"
Headers = tuple[tuple[bytes, bytes], ...]

REFUSALS: Final = {
    400: ("invalid", "This is not HTTP as it should be."),
    408: ("request_timeout", "The request took too long to arrive."),
    414: ("uri_too_long", f"The address is longer than {MOST_TARGET_BYTES} bytes."),
    431: (
        "request_header_fields_too_large",
        f"The headers are more than {MOST_HEADERS}, or longer than {MOST_HEAD_BYTES} bytes.",
    ),
}


class _Refused(Exception):
    """The head is beyond its bounds; llhttp ends its work with what a callback raises."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with deadlines for head and body, bounds on the head, and a place among the idle.

    A request that becomes a WebSocket leaves nothing behind: parser and protocol hold each other, so each would be
    left for the garbage collector.
    """

    def __init__(
        self,
        silent: IdleConnections,
        protection: Headers,
        *given: Any,  # noqa: ANN401  # uvicorn's own
        **named: Any,  # noqa: ANN401  # uvicorn's own
    ) -> None:
        super().__init__(*given, **named)
        self._idle = silent
        self._protection = protection
        self._phase = BETWEEN
        self._head_bytes = 0
        self._headers_seen = 0
        self._refusal = 400
        self._refused = False
        self._deadline: asyncio.TimerHandle | None = None
        self._awaited = BETWEEN
        self._headers_bytes = 0
        self._hosts = 0
        self._answered: RequestResponseCycle | None = None

    # What uvicorn calls

    def connection_made(self, transport: BaseTransport) -> None:
        """The head of the first request is awaited from here on."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._await(self._idle.head_within_s)
        self._idle.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's, and no timer is left. uvicorn tells the newest request; the one being answered may be older."""
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()
        self._leave()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on."""
        self._leave()
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, within the bounds. Blank lines between requests are no sign of life."""
        if self._refused:
            return
        if self._phase != BODY:
            self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(self._refusal)
            return
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return
            self._unsupported_upgrade_warning()
        if self._phase != BODY and self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(431)
        else:
            self._watch()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401  # uvicorn's own
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """As uvicorn's; between requests a connection is silent."""
        super().on_response_complete()
        if self.timeout_keep_alive_task is None:
            return  # another request waits already, or the connection is closing
        if self._phase == BETWEEN:
            self._idle.enter(self)
        else:
            self._unset_keepalive_if_required()  # the deadline of what is arriving counts

    # What the parser calls

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._unset_keepalive_if_required()
        self._phase, self._headers_seen, self._headers_bytes, self._hosts = HEAD, 0, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Some of the address."""
        super().on_url(url)
        if len(self.url) > MOST_TARGET_BYTES:
            self._refusal = 414
            raise _Refused

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or one after the body."""
        self._headers_seen += 1
        self._headers_bytes += len(name) + len(value)
        if self._headers_seen > MOST_HEADERS or self._headers_bytes > MOST_HEAD_BYTES:
            self._refusal = 431
            raise _Refused
        if name.lower() == b"host":
            self._hosts += 1
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there. Without a Host, or with two, nobody knows whom it is for (RFC 9112, 3.2)."""
        if self._hosts > 1 or (not self._hosts and self.parser.get_http_version() != HTTP_1_0):
            self._refusal = 400
            raise _Refused
        method = self.parser.get_method()
        self.url = _with_path(self.url, method)
        everything = self.url == EVERYTHING and method == b"OPTIONS"
        if everything:
            self.url = b"/"  # uvicorn reads addresses only
        super().on_headers_complete()
        self._phase, self._head_bytes = BODY, 0
        if everything:
            self.scope["path"], self.scope["raw_path"] = EVERYTHING.decode(), EVERYTHING

    def on_message_complete(self) -> None:
        """The request is there."""
        self._phase = BETWEEN
        super().on_message_complete()

    # Deadlines

    def _watch(self) -> None:
        """Go on waiting for what has begun; where all is there, it is our turn."""
        if self._phase == BODY:
            if self._awaited != BODY:
                self._await(self._idle.body_within_s)
        elif self._phase == HEAD or self.cycle is None:
            if self._deadline is None or self._awaited == BODY:
                self._await(self._idle.head_within_s)
        else:
            self._end_deadline()
            if not self.cycle.response_complete:
                self._idle.leave(self)
                return
            if self.timeout_keep_alive_task is None and not self.transport.is_closing():
                # It was answered before it was all there, and the rest has ended uvicorn's timer.
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )
        self._idle.enter(self)

    def _await(self, within_s: float) -> None:
        self._end_deadline()
        self._awaited = self._phase
        self._deadline = self.loop.call_later(within_s, self._too_late)

    def _too_late(self) -> None:
        self._deadline = None
        if self.flow.read_paused:  # it is we who do not read
            self._await(self._idle.body_within_s)
        elif self._phase == BETWEEN:
            self.transport.close()  # nothing was said, so there is nothing to answer
        else:
            self._refuse(408)

    def _leave(self) -> None:
        self._end_deadline()
        self._idle.leave(self)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._awaited = BETWEEN

    # Refusals

    def send_400_response(self, msg: str) -> None:
        """As uvicorn's, in the words of the API."""
        del msg
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        """Say why, read no further, and close a moment later."""
        self._refused = True
        self._leave()
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        busy = cycle is not None and not cycle.response_complete
        if self.pipeline or (busy and (self._phase != BODY or self.cycle.response_started)):
            self.transport.close()  # an answer to an earlier request, or to this one, is under way
            return
        if busy:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(refusal(status, self._protection))
        self._deadline = self.loop.call_later(LINGER_S, self.transport.close)


def _with_path(target: bytes, method: bytes) -> bytes:
    """A request's target, whose path is never empty (RFC 9112, 3.2.2 and 3.2.4). Raises where it cannot be read."""
    if target[:1] in {b"/", EVERYTHING} or method == b"CONNECT":
        return target
    parts = httptools.parse_url(target)
    if parts.path:
        return target
    if not parts.query:
        return EVERYTHING if method == b"OPTIONS" else b"/"
    return b"/?" + parts.query


def refusal(status: int, protection: Headers) -> bytes:
    """An answer to what never became a request, with the headers that every answer has."""
    code, detail = REFUSALS[status]
    body = msgspec.json.encode({"detail": detail, "code": code})
    headers = [
        *protection,
        (CSP, NOTHING),
        (REQUEST_ID, uuid4().hex.encode()),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", body])

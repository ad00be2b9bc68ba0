"""An answer on its way out: what every answer carries is added here."""

import zlib
from collections.abc import Mapping
from typing import Any

from litestar.types import Scope, Send

from api.http.middleware.compression import GZIP, LEAST_BYTES, LEVEL, etag_of, holds, pack, takes_gzip
from api.http.middleware.rate_limit_headers import Allowance, allowance_headers
from api.http.middleware.security_headers import CACHE, CSP, NO_STORE, NOTHING

Pairs = list[tuple[bytes, bytes]]
OK, NOT_MODIFIED = 200, 304


class Answer:
    """Stands in for ``send`` of one request."""

    __slots__ = ("_added", "_asked", "_held", "_is_head", "_noted", "_over", "_packer", "_scope", "_send")

    def __init__(
        self,
        scope: Scope,
        send: Send,
        asked: Mapping[bytes, bytes],
        added: Pairs,
        noted: list[Allowance],
        *,
        head: bool,
    ) -> None:
        """``asked``: the request's headers; ``added``: what to add; ``noted``: the allowances that it takes from."""
        self._scope = scope
        self._send = send
        self._asked = asked
        self._added = added
        self._noted = noted
        self._is_head = head
        self._held: Any = None
        self._packer: Any = None
        self._over = False

    async def __call__(self, message: Any) -> None:  # noqa: ANN401  # the framework's message types
        """Pass on a message of the application."""
        if self._over:
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        else:
            await self._body(message)

    def _opt(self) -> Mapping[str, Any]:
        # There is none where no route was found.
        opt: Mapping[str, Any] = getattr(self._scope.get("route_handler"), "opt", {})
        return opt

    async def _start(self, message: Any) -> None:  # noqa: ANN401  # the framework's message types
        headers: Pairs = list(message.get("headers", ()))
        names = {name.lower() for name, _ in headers}
        headers += self._added
        headers += allowance_headers(self._noted)
        opt, status = self._opt(), message["status"]
        if CSP not in names:
            headers.append((CSP, opt.get("csp", NOTHING)))
        kept = opt.get("kept") if status == OK else None
        if CACHE not in names:
            headers.append((CACHE, kept or NO_STORE))
        started = {**message, "headers": headers}
        if status == OK and opt.get("packed"):
            self._held = started
        else:
            await self._send(started)  # type: ignore[arg-type]

    async def _body(self, message: Any) -> None:  # noqa: ANN401  # the framework's message types
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._held is not None:
            body = await self._release(body, more=more)
        elif self._packer is not None:
            body = self._pack_on(body, more=more)
        if self._is_head and more:  # a stream has no end to wait for
            more, self._over = False, True
        if body or not more:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _release(self, body: bytes, *, more: bool) -> bytes:
        """Send the start that was held until the body was known; the body as it goes out."""
        started, self._held = self._held, None
        gzip = takes_gzip(self._asked) and (more or len(body) >= LEAST_BYTES)
        _add_vary(started["headers"], b"Accept-Encoding")
        if more:
            if gzip:
                self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
                _set(started["headers"], b"content-encoding", b"gzip")
            await self._send(started)
            return self._pack_on(body, more=True) if gzip else body
        kept = bool(self._opt().get("kept"))
        if kept:
            etag = etag_of(body, packed=gzip)
            _set(started["headers"], b"etag", etag)
            if holds(self._asked, etag):
                _drop(started["headers"], b"content-length")
                _drop(started["headers"], b"content-type")
                started["status"] = NOT_MODIFIED
                await self._send(started)
                return b""
        if gzip:
            body = await pack(body, keep=kept)
            _set(started["headers"], b"content-encoding", b"gzip")
        _set(started["headers"], b"content-length", str(len(body)).encode())
        await self._send(started)
        return body

    def _pack_on(self, body: bytes, *, more: bool) -> bytes:
        whole: bytes = self._packer.compress(body)
        return whole if more else whole + self._packer.flush()


def _drop(headers: Pairs, name: bytes) -> None:
    headers[:] = [pair for pair in headers if pair[0].lower() != name]


def _set(headers: Pairs, name: bytes, value: bytes) -> None:
    _drop(headers, name)
    headers.append((name, value))


def _add_vary(headers: Pairs, name: bytes) -> None:
    known = [value for key, value in headers if key.lower() == b"vary"]
    _set(headers, b"vary", b", ".join([*known, name]))

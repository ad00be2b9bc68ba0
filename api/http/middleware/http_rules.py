"""The door of the application: HTTP's own rules, for every route alike. WebSockets pass untouched."""

from collections.abc import Mapping
from typing import Any, Final, cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from api.http.middleware.answer import Answer
from api.http.middleware.cors import Origins
from api.http.middleware.rate_limit_headers import begin_noting
from api.http.middleware.request_ids import HEADER as REQUEST_ID
from api.http.middleware.request_ids import take_request_id
from api.http.middleware.security_headers import protective_headers
from dispatch.settings import Settings

EVERYTHING: Final = "*"  # of `OPTIONS *`, which asks about the server and not about a path
ANY_METHODS: Final = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
# What decoding makes of other bytes that are no text; neither the database nor the file system stumbles over it.
NO_CHARACTER: Final = "\ufffd"


class HttpRules:
    """An ASGI application around Litestar's."""

    def __init__(self, app: Litestar, settings: Settings, sockets: Mapping[str, ASGIApp] | None = None) -> None:
        """``sockets``: by their paths, those that do not go the way of the routes."""
        self.app = app
        self._sockets = sockets or {}
        self._protection = protective_headers(settings)
        self._origins = Origins(settings.allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let a socket pass."""
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:  # a socket, or the server that starts and stops
            app: ASGIApp = self._sockets.get(scope.get("path", ""), self.app)
            await app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        request_id = take_request_id(asked)
        added = [*self._protection, (REQUEST_ID, request_id), *self._origins.headers_for(asked)]
        method = scope["method"]
        if method == "OPTIONS" and (allow := self._allow(scope["path"], preflight=b"origin" in asked)):
            added += [(b"allow", allow), *self._origins.preflight(asked, allow)]
            added.append((b"cache-control", b"no-store"))
            await send({"type": "http.response.start", "status": 204, "headers": added})
            await send(cast("Message", {"type": "http.response.body", "body": b"", "more_body": False}))
            return
        inner = _inner(scope)
        noted = begin_noting()
        await self.app(inner, receive, Answer(inner, send, asked, added, noted, head=method == "HEAD"))

    def _allow(self, path: str, *, preflight: bool) -> bytes:
        """The methods of a path; empty where it leads nowhere, which the application says better."""
        if path == EVERYTHING:
            return ANY_METHODS.encode()
        allowed = methods_of(self.app, path)
        if not allowed and preflight:  # or the page would never see the 404
            return ANY_METHODS.encode()
        return ", ".join(allowed).encode()


def _inner(scope: HTTPScope) -> HTTPScope:
    """What the routes see: HEAD is a GET whose body stays here, and a path has no NUL."""
    changed: dict[str, Any] = {}
    if scope["method"] == "HEAD":
        changed["method"] = "GET"
    if "\x00" in scope["path"]:
        changed["path"] = scope["path"].replace("\x00", NO_CHARACTER)
    return cast("HTTPScope", {**scope, **changed}) if changed else scope


def methods_of(app: Litestar, path: str) -> list[str]:
    """Every method that a path answers, whichever route it belongs to; none where it leads nowhere."""
    try:
        app.asgi_router.handle_routing(path=normalize_path(path), method=cast("Any", "NONE"))
    except MethodNotAllowedException as error:
        return allowed_methods((error.headers or {}).get("allow", ""))
    except NotFoundException:
        return []
    return ["GET", "HEAD", "OPTIONS"]


def allowed_methods(routes: str) -> list[str]:
    """The methods of an Allow header as it should be: with HEAD beside GET, and without what is no method."""
    methods = {method.strip() for method in routes.split(",")} - {"", "websocket", "asgi"}
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods | {"OPTIONS"}) if methods else []

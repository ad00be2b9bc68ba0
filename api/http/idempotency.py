"""``Idempotency-Key`` on every POST of a signed-in user, after draft-ietf-httpapi-idempotency-key-header."""

import re
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.fingerprints import fingerprint
from api.http.secret_answers import to_keep
from dispatch.accounts.models import User
from dispatch.database.commits import Commits, counted_commits
from dispatch.errors import Invalid
from dispatch.idempotency.answered_requests import Answer, AnsweredRequests

HEADER = b"idempotency-key"
KEY = re.compile(r"[\x20-\x7e]{1,255}")
MAX_BODY_BYTES = 2**20
# Answers that say "not now": nothing was done, and the repeat shall be tried and not told the same again.
NOT_NOW = frozenset({401, 429, 503})


class IdempotentRequests(ASGIMiddleware):
    """Stands behind authentication: keys belong to users."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer a repeat from memory, anything else from the application."""
        user = scope.get("user")
        if scope.get("method") != "POST" or not isinstance(user, User) or refused_key(scope) is not None:
            await next_app(scope, receive, send)  # a key that cannot be one is refused beside what else is wrong
            return
        key = key_of(scope)
        if key is None:
            await next_app(scope, receive, send)
            return
        body, whole = await _read(receive, _most_bytes(scope))
        if not whole:  # too long or cut off: the application refuses it, and nothing is done
            await next_app(scope, _again(body, whole, receive), send)
            return
        services = scope["litestar_app"].state.services
        requests = AnsweredRequests(services.database, services.clock)
        known = await requests.begin(user.id, key, await fingerprint(scope, body))
        if isinstance(known, Answer):
            await _replay(known, send)
            return
        recorder = _Recorder(send)
        commits = Commits()
        try:
            async with requests.kept(known):
                with counted_commits(requests.mark(known)) as commits:
                    await next_app(scope, _again(body, whole, receive), recorder)
        except BaseException:
            await (requests.release(known) if commits.done or commits.in_doubt else requests.forget(known))
            raise
        if recorder.status in NOT_NOW or recorder.status is None:
            in_doubt = commits.in_doubt and not commits.may_repeat
            await (requests.release(known) if in_doubt else requests.forget(known))
        else:
            answer = Answer(recorder.status, recorder.media_type, bytes(recorder.body))
            await requests.finish(known, to_keep(answer))
        await recorder.send_all()


class _Recorder:
    """Holds an answer back until it is kept: one that was sent but not kept could be given twice."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self.status: int | None = None
        self.media_type = ""
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        self._messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = dict(message.get("headers", []))
            self.media_type = headers.get(b"content-type", b"").decode("latin-1")
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def send_all(self) -> None:
        for message in self._messages:
            await self._send(message)


def key_of(scope: Scope) -> str | None:
    """The key, bare or quoted. Raises Invalid."""
    for name, value in scope["headers"]:
        if name == HEADER:
            key = value.decode("latin-1").strip()
            if len(key) > 1 and key[0] == key[-1] == '"':
                key = key[1:-1]
            if not KEY.fullmatch(key):
                raise Invalid(
                    "This Idempotency-Key cannot be one.",
                    code="invalid_idempotency_key",
                    fields={"Idempotency-Key": "must be 1 to 255 printable ASCII characters"},
                )
            return key
    return None


def refused_key(scope: Scope) -> Invalid | None:
    """What is wrong with the key of a request that would be kept under it."""
    if scope.get("method") != "POST" or not isinstance(scope.get("user"), User):
        return None
    try:
        key_of(scope)
    except Invalid as error:
        return error
    return None


async def _read(receive: Receive, most: int) -> tuple[bytes, bool]:
    """The body, and whether it was read to its end; one that is too long is left to the application to refuse."""
    body = bytearray()
    while len(body) <= most:
        message: Any = await receive()
        if message["type"] != "http.request":
            return bytes(body), False
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body), True
    return bytes(body), False


def _again(body: bytes, whole: bool, receive: Receive) -> Receive:
    """Receive what was read, then whatever follows."""
    first: list[Any] = [{"type": "http.request", "body": body, "more_body": not whole}]

    async def replayed() -> Any:  # noqa: ANN401  the framework's message types
        return first.pop() if first else await receive()

    return replayed


def _most_bytes(scope: Scope) -> int:
    """How long a body the route takes."""
    most = scope["route_handler"].resolve_request_max_body_size()  # type: ignore[union-attr]
    return most if isinstance(most, int) else MAX_BODY_BYTES


async def _replay(answer: Answer, send: Send) -> None:
    headers = [
        (b"content-type", answer.media_type.encode("latin-1")),
        (b"content-length", str(len(answer.body)).encode()),
        (b"idempotency-replayed", b"true"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})

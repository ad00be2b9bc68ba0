"""A parcel, live, as server-sent events."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from typing import Annotated, Any

import structlog
from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.http.described_answers import OtherAnswer, also
from api.http.described_errors import ALSO_TELLS
from api.http.security import PUBLIC
from api.sockets.services import GivenServices, SocketServices
from dispatch.errors import Limit, NotFound, TooMany, Unavailable
from dispatch.tracking.service import track_state
from realtime.background import run_until_one_ends
from realtime.sockets.sessions import Stopping, TooManySockets
from realtime.watching.delivery_view import OVER
from realtime.watching.event_stream import EventStream
from realtime.watching.topic import Watched

log = structlog.get_logger(__name__)

MEDIA_TYPE = "text/event-stream"
# Somebody at that address must leave first, which nobody can foresee.
RETRY_AFTER_S = 30
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect events before it passes them on
}


UnlockQuery = Annotated[str | None, QueryParameter(max_length=100, description="What `unlock/` answered.")]
ResumeQuery = Annotated[str | None, QueryParameter(max_length=200, description="Offset to go on from.")]


class _Streaming(ASGIStreamingResponse):
    """Litestar's, but what a follower who leaves has held is given back there and then.

    Litestar's cancels in a task group of anyio, whose frame and the cancellation hold each other. Everything of the
    connection hangs on them, and the follower would be counted until the garbage collector looks.
    """

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        leave: Callable[[], None],
        headers: dict[str, str],
        cookies: Iterable[Cookie],
    ) -> None:
        super().__init__(iterator=chunks, media_type=MEDIA_TYPE, headers=headers, cookies=cookies)
        self._chunks = chunks
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def send_body(self, send: Send, receive: Receive) -> None:
        async with aclosing(self._chunks):
            await run_until_one_ends(self._stream(send), _left(receive))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Events(Response[bytes]):
    """A response that lasts; ``leave`` is called when it is over."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], leave: Callable[[], None]) -> None:
        super().__init__(b"", media_type=MEDIA_TYPE, headers=HEADERS)
        self._chunks = chunks
        self._leave = leave

    def to_asgi_response(self, app: object, request: object, **given: Any) -> ASGIResponse:  # noqa: ANN401  the framework's
        del app, request
        return _Streaming(
            self._chunks, self._leave, {**(given["headers"] or {}), **self.headers}, given["cookies"] or ()
        )


STREAM = {ALSO_TELLS: (410,)} | also(
    OtherAnswer(200, "The frames, one an event.", (MEDIA_TYPE,), instead=True),
    OtherAnswer(204, "Nothing comes any more.", instead=True),
)


@get("/api/deliveries/{tracking_number:str}/events/", opt=PUBLIC | STREAM, tags=["deliveries"], media_type=MEDIA_TYPE)
async def delivery_events(
    request: Request[Any, Any, Any],
    tracking_number: FromPath[str],
    services: GivenServices,
    resume: ResumeQuery = None,
    unlock: UnlockQuery = None,
) -> Response[bytes] | Response[None]:
    """The frames of `/ws/track/{tracking_number}` as server-sent events, for anyone who has the number.

    `id` is the offset: `Last-Event-ID` (or `?resume=`) resumes. After `event: over` nothing comes any more, and who
    connects again with the last id gets 204, which ends an EventSource. 429 where too many are open from one address.
    """
    watched = await services.watched(tracking_number, unlock)
    resume = request.headers.get("last-event-id") or resume
    state = await track_state(services.database, watched.tracking_number, services.usual_privacy)
    if resume and state.status in OVER:
        stream = EventStream()
        async with services.watchers.following(stream, watched, resume):
            if stream.nothing_left:
                return Response(None, status_code=204, headers=HEADERS)
    stream = EventStream()
    try:
        services.sessions.enter(stream, _address(request))
    except Stopping:
        raise Unavailable("The server is restarting. Try again.") from None
    except TooManySockets as error:
        limit = Limit("streams", services.settings.watchers_per_address)
        raise TooMany(f"Too many streams are open: {error}.", retry_after_s=RETRY_AFTER_S, limit=limit) from None
    return _Events(_chunks(services, stream, watched, resume), lambda: services.sessions.leave(stream))


async def _chunks(
    services: SocketServices, stream: EventStream, watched: Watched, resume: str | None
) -> AsyncGenerator[bytes, None]:
    """What follows the delivery is taken in here and given back here."""
    try:
        async with services.watchers.following(stream, watched, resume):
            async for chunk in stream.chunks():
                yield chunk
    except NotFound:
        return
    except (RedisError, SQLAlchemyError, OSError) as error:
        log.warning("event stream ended", error=type(error).__name__)  # the client comes back by itself


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""

"""A parcel, live, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.injected import GivenServices
from api.schemas import checked_tracking_number
from api.security import PUBLIC
from api.services import Services
from dispatch.errors import NotFound, Unavailable
from dispatch.tracking.service import track_state
from realtime.delivery_view import OVER
from realtime.event_stream import EventStream
from realtime.sessions import Stopping, TooManySockets

log = structlog.get_logger(__name__)

HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect events before it passes them on
}


@get("/api/deliveries/{tracking_number:str}/events/", opt=PUBLIC, tags=["deliveries"], media_type="text/event-stream")
async def delivery_events(
    request: Request[Any, Any, Any], tracking_number: FromPath[str], services: GivenServices
) -> Response[Any]:
    """The frames of `/ws/track/{tracking_number}` as server-sent events, for anyone who has the number.

    `id` is the offset: `Last-Event-ID` (or `?resume=`) resumes. After `event: over` nothing comes any more, and who
    connects again with the last id gets 204, which ends an EventSource.
    """
    number = checked_tracking_number(tracking_number)
    resume = request.headers.get("last-event-id") or request.query_params.get("resume")
    state = await track_state(services.database, number)
    if resume and state.status in OVER:
        stream = EventStream()
        async with services.tracking.following(stream, number, resume):
            if stream.nothing_left:
                return Response(None, status_code=204, headers=HEADERS)
    if services.sessions.is_stopping:
        raise Unavailable("The server is restarting. Try again.")
    return Stream(_chunks(services, number, resume, _address(request)), media_type="text/event-stream", headers=HEADERS)


async def _chunks(services: Services, number: str, resume: str | None, address: str) -> AsyncIterator[bytes]:
    """Everything that must be given back is taken in here: a response that never starts leaves nothing behind."""
    stream = EventStream()
    try:
        with services.sessions.entered(stream, address):
            async with services.tracking.following(stream, number, resume):
                async for chunk in stream.chunks():
                    yield chunk
    except (Stopping, TooManySockets, NotFound):
        return
    except (RedisError, SQLAlchemyError, OSError) as error:
        log.warning("event stream ended", error=type(error).__name__)  # the client comes back by itself


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""

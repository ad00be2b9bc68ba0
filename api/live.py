"""The sockets: thin shells that authenticate and hand over to ``realtime``."""

import asyncio
from typing import Any

import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.injected import GivenServices
from api.schemas import checked_tracking_number
from api.security import PUBLIC, SignedIn, bearer_token, identify
from api.services import Services
from dispatch.accounts.models import Role
from dispatch.errors import NotFound, NotSignedIn
from dispatch.transporters.service import Transporters
from realtime.connection import Connection, Disconnected
from realtime.protocol import SUBPROTOCOL, Close, Error, bearer_of, encode
from realtime.transporter_session import TransporterSession

log = structlog.get_logger(__name__)

AnySocket = WebSocket[Any, Any, Any]
CLOSE_WITHIN_S = 5.0


class LitestarConnection:
    """A Litestar socket as ``realtime`` knows connections."""

    def __init__(self, socket: AnySocket) -> None:
        self._socket = socket
        self._open = True

    async def receive(self) -> str | bytes:
        """The next message. Raises Disconnected."""
        if not self._open:
            raise Disconnected
        message: dict[str, Any] = await self._socket.receive()  # type: ignore[assignment]
        if message["type"] == "websocket.disconnect":
            self._open = False
            raise Disconnected
        text = message.get("text")
        return text if text is not None else message.get("bytes") or b""

    async def send(self, frame: bytes) -> None:
        """Send a text message. Raises Disconnected."""
        if not self._open:
            raise Disconnected
        try:
            await self._socket.send({"type": "websocket.send", "bytes": None, "text": frame.decode()})
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            self._open = False
            raise Disconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close; a second close does nothing."""
        if self._open:
            self._open = False
            try:
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._socket.close(code, reason)
            except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
                log.debug("the socket was gone before it was closed", code=code)


async def _turn_away(connection: Connection, code: Close, name: str, detail: str) -> None:
    """Say why, then close: a close before accepting would reach apps as a bare HTTP 403."""
    try:
        await connection.send(encode(Error(name, detail)))
    except Disconnected:
        return
    await connection.close(code, name)


async def _accept(socket: AnySocket) -> LitestarConnection:
    offered = socket.scope.get("subprotocols") or []
    await socket.accept(subprotocols=SUBPROTOCOL if SUBPROTOCOL in offered else None)
    return LitestarConnection(socket)


async def _transporter_id(services: Services, signed_in: SignedIn) -> int:
    """Raises NotFound where the user has no profile."""
    if not signed_in.user.has(Role.TRANSPORTER):
        raise NotFound("only transporters send pings")
    async with services.database.work() as work:
        return (await Transporters(work, services.clock).get_of(signed_in.user)).id


@websocket("/ws/transporter", opt=PUBLIC)
async def transporter_socket(socket: AnySocket, services: GivenServices) -> None:
    """Pings in; acks, rejects and assignments out. The token comes as a subprotocol or an Authorization header."""
    connection = await _accept(socket)
    try:
        offered = socket.scope.get("subprotocols") or []
        token = bearer_of(list(offered)) or bearer_token(socket.headers.get("authorization"))
        signed_in = await identify(services, token)
        transporter_id = await _transporter_id(services, signed_in)
    except NotSignedIn as error:
        await _turn_away(connection, Close.UNAUTHORIZED, error.code, error.detail)
        return
    except NotFound as error:
        await _turn_away(connection, Close.FORBIDDEN, "no_transporter", error.detail)
        return
    except (SQLAlchemyError, OSError):
        await _turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")
        return
    await TransporterSession(
        connection,
        transporter_id,
        ingest=services.ingest,
        hub=services.hub,
        keys=services.keys,
        policy=services.ping_policy,
        expires_at=signed_in.claims.expires_at.timestamp(),
    ).run()


@websocket("/ws/track/{tracking_number:str}", opt=PUBLIC)
async def track_socket(socket: AnySocket, services: GivenServices, tracking_number: FromPath[str]) -> None:
    """A parcel, live, for anyone who has its tracking number."""
    connection = await _accept(socket)
    try:
        await services.tracking.watch(connection, checked_tracking_number(tracking_number))
    except NotFound as error:
        await _turn_away(connection, Close.NOT_FOUND, "delivery_not_found", error.detail)
    except (SQLAlchemyError, RedisError, OSError):  # a TimeoutError is an OSError
        await _turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")

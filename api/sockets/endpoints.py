"""The sockets: thin shells that authenticate and hand over to ``realtime``."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.http.security import PUBLIC, bearer_token
from api.sockets.authentication import origin_allowed
from api.sockets.connections import AnySocket, accept, turn_away
from api.sockets.services import GivenServices, SocketServices
from dispatch.accounts.models import Role
from dispatch.accounts.tokens import TokenClaims
from dispatch.errors import Forbidden, Gone, NotFound, NotSignedIn
from dispatch.transporters.senders import Standing
from realtime.console.session import ConsoleSession
from realtime.protocol import BEARER_PREFIX, TICKET_PREFIX, Close, offered_with
from realtime.sockets.connection import Connection
from realtime.sockets.logins import Login
from realtime.sockets.sessions import Stopping, TooManySockets
from realtime.sockets.transporter_session import TransporterSession
from realtime.watching.topic import Watched
from realtime.watching.watcher import Watcher

log = structlog.get_logger(__name__)

Served = Callable[[Connection], Coroutine[Any, Any, None]]


TRANSPORTER_PATH: Final = "/ws/transporter"


@websocket(TRANSPORTER_PATH, opt=PUBLIC)
async def transporter_socket(socket: AnySocket, services: GivenServices) -> None:
    """Pings and answers to offers in; acks, rejects, assignments and offers out. A token or a ticket says whose."""
    await _serve_transporter(socket, services)


def transporter_app(services: SocketServices) -> ASGIApp:
    """The same for the server, without the way through routes, middleware and injection.

    After a restart all phones connect at once, and that way is a tenth of what each of them costs.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await _serve_transporter(WebSocket(scope, receive, send), services)
        except WebSocketDisconnect:
            return  # gone before it was accepted

    return serve


async def _serve_transporter(socket: AnySocket, services: SocketServices) -> None:
    async def serve(connection: Connection) -> None:
        login, user = await _login(socket, services, Role.TRANSPORTER)
        session = TransporterSession(
            connection,
            user.sender,
            ingest=services.ingest,
            hub=services.hub,
            keys=services.keys,
            policy=services.ping_policy,
            login=login,
            authenticator=services.authenticator,
            sessions=services.sessions,
            offers=services.offers,
        )
        with services.sessions.entered(session, _address(socket)):
            await session.run()

    await _answer(socket, services, serve)


@websocket("/ws/track/{tracking_number:str}", opt=PUBLIC)
async def track_socket(socket: AnySocket, services: GivenServices, tracking_number: FromPath[str]) -> None:
    """A parcel, live, for anyone who has its tracking number; ``?resume=<offset>`` goes on where one was."""

    async def serve(connection: Connection) -> None:
        watched = await services.watched(tracking_number, socket.query_params.get("unlock"))
        watch = _Watch(services, services.watchers.watcher(connection), watched)
        await watch.begin(_address(socket), socket.query_params.get("resume"))
        if not watch.watcher.detach(watch.end):
            try:
                await watch.watcher.run()
            finally:
                watch.end()

    await _answer(socket, services, serve)


@websocket("/ws/console", opt=PUBLIC)
async def console_socket(socket: AnySocket, services: GivenServices) -> None:
    """The fleet and its deliveries, for dispatchers."""

    async def serve(connection: Connection) -> None:
        login, _ = await _login(socket, services, Role.ADMIN)
        services.solver.begin()  # who looks at the fleet will assign to it
        session = ConsoleSession(
            connection,
            login,
            fleet=services.fleet,
            authenticator=services.authenticator,
            send_within_s=services.settings.send_timeout_s,
        )
        with services.sessions.entered(session, _address(socket)):
            await session.run()

    await _answer(socket, services, serve)


class _Watch:
    """A watcher that may outlive the call that let it in."""

    __slots__ = ("_services", "_watched", "watcher")

    def __init__(self, services: SocketServices, watcher: Watcher, watched: Watched) -> None:
        self.watcher = watcher
        self._services = services
        self._watched = watched

    async def begin(self, address: str, resume: str | None) -> None:
        """Raises TooManySockets, Stopping or NotFound; then it has not begun."""
        self._services.sessions.enter(self.watcher, address)
        try:
            await self._services.watchers.join(self.watcher, self._watched, resume)
        except BaseException:
            self._services.sessions.leave(self.watcher)
            raise

    def end(self) -> None:
        """Everything that began."""
        self._services.watchers.part(self.watcher, self._watched)
        self._services.sessions.leave(self.watcher)


async def _answer(socket: AnySocket, services: SocketServices, serve: Served) -> None:
    """Accept, serve, and say with a close code why not."""
    connection = await accept(socket)
    headers = socket.headers
    if not origin_allowed(headers.get("origin"), headers.get("host"), services.settings.allowed_origins):
        await turn_away(connection, Close.FORBIDDEN, "origin_not_allowed", "this page may not connect here")
        return
    try:
        await serve(connection)
    except NotSignedIn as error:
        await turn_away(connection, Close.UNAUTHORIZED, error.code, error.detail)
    except Forbidden as error:
        await turn_away(connection, Close.FORBIDDEN, error.code, error.detail)
    except NotFound as error:
        await turn_away(connection, Close.NOT_FOUND, "delivery_not_found", error.detail)
    except Gone as error:
        await turn_away(connection, Close.LINK_ENDED, error.code, error.detail)
    except TooManySockets as error:
        await turn_away(connection, Close.TOO_MUCH, "too_many", str(error))
    except Stopping:
        await connection.close(Close.RESTARTING, "restarting")
    except (SQLAlchemyError, RedisError, OSError):  # a TimeoutError is an OSError
        await turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")
    except Exception:  # a bug, to be found in the log; the framework would close with 4500 and say nothing
        log.exception("a socket failed", path=socket.url.path)
        await turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")


async def _login(socket: AnySocket, services: SocketServices, role: Role) -> tuple[Login, Standing]:
    """By ticket or token. Raises NotSignedIn or Forbidden."""
    offered = list(socket.scope.get("subprotocols") or [])
    ticket = offered_with(TICKET_PREFIX, offered)
    if ticket is None:
        token = offered_with(BEARER_PREFIX, offered) or bearer_token(socket.headers.get("authorization"))
        return await services.authenticator.check_token(token, role)
    holder = await services.tickets.redeem(ticket)
    if holder is None:
        raise NotSignedIn("The ticket was used before or is too old. Ask for a new one.", code="ticket_invalid")
    expires_at = datetime.fromtimestamp(holder.expires_at, UTC)
    return await services.authenticator.check_claims(TokenClaims(holder.user_id, holder.sign_in_id, expires_at), role)


def _address(socket: AnySocket) -> str:
    return socket.client.host if socket.client else ""

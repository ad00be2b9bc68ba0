"""The sockets: thin shells that authenticate and hand over to ``realtime``."""

from litestar import websocket
from litestar.params import FromPath
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.connections import AnySocket, accept, turn_away
from api.injected import GivenServices
from api.schemas import checked_tracking_number
from api.security import PUBLIC, SignedIn, bearer_token, identify
from api.services import Services
from dispatch.accounts.models import Role
from dispatch.errors import NotFound, NotSignedIn
from dispatch.transporters.service import Transporters
from realtime.protocol import Close, bearer_of
from realtime.transporter_session import TransporterSession


async def _transporter_id(services: Services, signed_in: SignedIn) -> int:
    """Raises NotFound where the user has no profile."""
    if not signed_in.user.has(Role.TRANSPORTER):
        raise NotFound("only transporters send pings")
    async with services.database.work() as work:
        return (await Transporters(work, services.clock).get_of(signed_in.user)).id


@websocket("/ws/transporter", opt=PUBLIC)
async def transporter_socket(socket: AnySocket, services: GivenServices) -> None:
    """Pings in; acks, rejects and assignments out. The token comes as a subprotocol or an Authorization header."""
    connection = await accept(socket)
    try:
        offered = socket.scope.get("subprotocols") or []
        token = bearer_of(list(offered)) or bearer_token(socket.headers.get("authorization"))
        signed_in = await identify(services, token)
        transporter_id = await _transporter_id(services, signed_in)
    except NotSignedIn as error:
        await turn_away(connection, Close.UNAUTHORIZED, error.code, error.detail)
        return
    except NotFound as error:
        await turn_away(connection, Close.FORBIDDEN, "no_transporter", error.detail)
        return
    except (SQLAlchemyError, OSError):
        await turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")
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
    connection = await accept(socket)
    try:
        number = checked_tracking_number(tracking_number)
        await services.tracking.watch(services.tracking.watcher(connection), number, socket.query_params.get("resume"))
    except NotFound as error:
        await turn_away(connection, Close.NOT_FOUND, "delivery_not_found", error.detail)
    except (SQLAlchemyError, RedisError, OSError):  # a TimeoutError is an OSError
        await turn_away(connection, Close.UNAVAILABLE, "unavailable", "try again in a moment")

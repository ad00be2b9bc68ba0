"""Whether this process lives and whether it can work, and how the log of pings stands."""

import asyncio

import structlog
from litestar import Controller, Response, get
from litestar.openapi import ResponseSpec
from msgspec.structs import asdict
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.embedded import troubles
from api.http.security import PUBLIC
from api.routes.operations.answers import Checks, LiveAnswer, LogAnswer, ProcessAnswer, ReadyAnswer
from api.routes.operations.services import GivenServices, OperationServices
from realtime.history.log_state import LogState, read_log_state

log = structlog.get_logger(__name__)

CHECK_WITHIN_S = 3.0


async def check_database(services: OperationServices) -> str | None:
    """What is wrong with the database; None where nothing is."""
    try:
        async with asyncio.timeout(CHECK_WITHIN_S), services.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return await services.write_checks.database.problem()
    except (SQLAlchemyError, OSError) as error:
        return _with_trouble(services, "PostgreSQL", error)


async def check_redis(services: OperationServices) -> str | None:
    """What is wrong with Redis; None where nothing is."""
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            await services.redis.ping()
        return await services.write_checks.redis.problem()
    except (RedisError, OSError) as error:
        return _with_trouble(services, "Redis", error)


async def find_log_state(services: OperationServices) -> LogState | None:
    """How the log stands; None where Redis does not say."""
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await read_log_state(services.redis, services.keys)
    except (RedisError, OSError):
        return None


def _with_trouble(services: OperationServices, service: str, error: Exception) -> str:
    """The error's name, and what the supervisor of an embedded service says of it."""
    trouble = troubles(services.settings.data_dir).get(service)
    return f"{type(error).__name__}: {service} {trouble}" if trouble else type(error).__name__


# Shorter than any balancer waits for a probe: a store that hangs must not take servers out.
PICTURES_WITHIN_S = 0.5


class HealthController(Controller):
    """``/health``."""

    path = "/health"
    tags = ("health",)

    @get("/live/", opt=PUBLIC)
    async def live(self) -> LiveAnswer:
        """The process answers."""
        return LiveAnswer("ok")

    @get(
        "/ready/",
        opt=PUBLIC,
        responses={503: ResponseSpec(ReadyAnswer, generate_examples=False, description="Something does not answer.")},
    )
    async def ready(self, services: GivenServices) -> Response[ReadyAnswer]:
        """Database and Redis answer and take writes, and so does the data folder; 503 names what does not.

        Where pictures are kept (a folder, or a bucket that answers) is asked too: `degraded` with 200 where it fails.
        All processes share it, and what needs no picture goes on: with none left to serve nothing would.
        Whether writing works is tried every few seconds, however often this is asked.

        ``process`` is the one that answers, ``log`` is the same from whichever: a log that is not worked off makes no
        process unfit for traffic.
        """
        database, redis, folder, pictures, state = await asyncio.gather(
            check_database(services),
            check_redis(services),
            services.write_checks.folder.problem(),
            services.write_checks.pictures.problem(PICTURES_WITHIN_S),
            find_log_state(services),
        )
        ready = all(problem is None for problem in (database, redis, folder))
        answer = ReadyAnswer(
            "unavailable" if not ready else "degraded" if pictures else "ok",
            Checks(database or "ok", redis or "ok", folder or "ok", pictures or "ok"),
            ProcessAnswer(services.part.name, "here" if services.part.does_upkeep else "elsewhere"),
            None if state is None else LogAnswer(**asdict(state), history_active=state.history_is_active),
        )
        return Response(answer, status_code=200 if ready else 503)

"""Whether this process lives and whether it can work, and how the log of pings stands."""

import asyncio
from typing import Any

import structlog
from litestar import Controller, Response, get
from msgspec.structs import asdict
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.embedded import troubles
from api.http.security import PUBLIC
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


class HealthController(Controller):
    """``/health``."""

    path = "/health"
    tags = ("health",)

    @get("/live/", opt=PUBLIC)
    async def live(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @get("/ready/", opt=PUBLIC)
    async def ready(self, services: GivenServices) -> Response[dict[str, Any]]:
        """Database and Redis answer and take writes, and the data folder does; 503 names what does not.

        Whether writing works is tried every few seconds, however often this is asked.

        ``process`` is the one that answers, ``log`` is the same from whichever: a log that is not worked off makes no
        process unfit for traffic.
        """
        database, redis, folder, state = await asyncio.gather(
            check_database(services),
            check_redis(services),
            services.write_checks.folder.problem(),
            find_log_state(services),
        )
        checks = {"database": database or "ok", "redis": redis or "ok", "data_folder": folder or "ok"}
        ready = database is None and redis is None and folder is None
        body = {
            "status": "ok" if ready else "unavailable",
            "checks": checks,
            "process": {"name": services.part.name, "history": "here" if services.part.does_upkeep else "elsewhere"},
            "log": None if state is None else _told(state),
        }
        return Response(body, status_code=200 if ready else 503)


def _told(state: LogState) -> dict[str, Any]:
    return {**asdict(state), "history_active": state.history_is_active}

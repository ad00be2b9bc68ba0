"""A worker that is killed, and another one on the same database that survives it."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from sqlalchemy import text

from api.process.resources import Addresses
from api.server.backing_services import SANDBOX_KEY, find_sandbox
from api.server.services import build_services
from dispatch.database.migrate import migrate
from dispatch.settings import Settings
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import Person, World

REPOSITORY = Path(__file__).parents[2]


@dataclass
class KilledWorker:
    """A database of its own, a crashing worker on it, and the checkout of another worker that survives."""

    world: World
    checkout: Checkout
    process: asyncio.subprocess.Process
    database_dsn: str

    async def died(self) -> None:
        """Wait until the worker was killed."""
        async with asyncio.timeout(PATIENCE_S):
            assert await self.process.wait() == -signal.SIGKILL

    async def forgotten(self) -> None:
        """Wait until the database has noticed it, too: what the worker held is passed by for as long."""
        await self.checkout.services.database.engine.dispose()
        looking = await asyncpg.connect(self.database_dsn)
        clients = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"

        async def alone() -> bool:
            return bool(await looking.fetchval(clients) == 1)

        try:
            await until(alone, "the database ends the sessions of the killed worker")
        finally:
            await looking.close()

    async def call(self, person: Person, path: str, body: object) -> httpx.Response | None:
        """A request whose answer may never come."""
        with contextlib.suppress(httpx.TransportError):
            return await person.post(path, body)
        return None


@contextlib.asynccontextmanager
async def scene(world: World, folder: Path, point: str) -> AsyncIterator[KilledWorker]:
    """Set it up and take it down."""
    services, sandbox = world.server.services, find_sandbox(world.server.settings)
    assert sandbox is not None
    name = f"killed_{uuid4().hex[:8]}"
    async with services.database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(f"CREATE DATABASE {name}"))
    url = services.database.engine.url.set(database=name)
    redis = services.redis.connection_pool.connection_kwargs
    told: dict[str, Any] = {
        "data_dir": str(folder),
        "database_url": url.render_as_string(hide_password=False),
        "redis_url": f"unix://{redis['path']}?db=1",
        "gateway_url": sandbox.api_url,
        "gateway_key": SANDBOX_KEY,
        "point": point,
    }
    addresses = Addresses(told["database_url"], told["redis_url"], told["gateway_url"], told["gateway_key"])
    survivor = build_services(Settings(data_dir=folder, port=0), addresses, clock=ShiftedClock())
    await migrate(survivor.database.engine)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.crashing_server", cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(told).encode() + b"\n")
        async with asyncio.timeout(PATIENCE_S):
            base_url = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=base_url, timeout=PATIENCE_S) as http:
            server = type(world.server)(world.server.settings, survivor, world.server.stop)
            there = World(server, http)
            dsn = told["database_url"].replace("+asyncpg", "")
            yield KilledWorker(there, Checkout(there), process, dsn)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await survivor.close()

"""Initiate and settle, one buyer after the other: over HTTP, and as the very same SQL through bare asyncpg.

Three databases start equal, copies of one. On the first the API is timed. On the second it runs again while every
statement is written down, with its values and transaction. On the third those statements are timed alone. Both timed
runs commit as often and wait for the same disk.
"""

import asyncio
import dataclasses
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
import uvloop
from pydantic import SecretStr
from sqlalchemy import event

from api.app import create_app
from api.embedded import embedded
from api.server.serving import bind
from api.services import Addresses, Services, build_services
from benchmarks.payments.parts import Buyer, InstantGateway, TakesEveryMail, Yesterday, run_client, seed
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from dispatch.notifications.relay import OutboxRelay
from dispatch.settings import Settings

LIMIT = 0.4
WARM_UP = 20
# Work beside requests: not part of what a payment costs its buyer.
BESIDE = frozenset({"payment sweep", "refunds", "outbox", "forgetting"})


@dataclass(frozen=True, slots=True)
class Result:
    """Flows per second, each an initiate and a settle; ``statements`` a flow has, BEGIN and COMMIT not counted."""

    api_per_s: float
    sql_per_s: float
    statements: int

    @property
    def ratio(self) -> float:
        """The API's share of what the database can do."""
        return self.api_per_s / self.sql_per_s


@dataclass
class Tape:
    """Statements in their order; ``None`` ends a transaction."""

    entries: list[tuple[int, str | None, tuple[Any, ...]]] = field(default_factory=list)

    def listen(self, database: Database) -> None:
        """Write down what the requests of this database run from now on."""
        engine = database.engine.sync_engine

        def beside() -> bool:
            task = asyncio.current_task()
            return task is not None and task.get_name() in BESIDE

        def executed(connection: Any, _: Any, statement: str, parameters: Any, __: Any, many: bool) -> None:  # noqa: ANN401
            rows = parameters if many and parameters and isinstance(parameters[0], list | tuple) else [parameters]
            if not beside():
                key = id(connection.connection.dbapi_connection)
                self.entries += [(key, statement, tuple(values or ())) for values in rows]

        def ended(connection: Any) -> None:  # noqa: ANN401
            if not beside():
                self.entries.append((id(connection.connection.dbapi_connection), None, ()))

        event.listen(engine, "before_cursor_execute", executed)
        event.listen(engine, "commit", ended)
        event.listen(engine, "rollback", ended)


async def measure(flows: int) -> Result:
    """Run both sides on embedded servers in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        async with embedded(data_dir, postgres=True, redis=True) as urls:
            settings = Settings(
                data_dir=data_dir,
                port=0,
                secret_key=SecretStr("k" * 40),
                payments_per_minute=100_000,
                log_level="ERROR",
            )
            url, redis_url = urls.database_url or "", urls.redis_url or ""
            buyers = await _seeded(settings, url, redis_url, WARM_UP + flows)
            timed, taped, bare = await _copies(url, ["timed", "taped", "bare"])
            api_s = await _run_api(settings, timed, redis_url, buyers, None)
            tape = Tape()
            await _run_api(settings, taped, redis_url, buyers, tape)
            sql_s, statements = await _run_bare(bare, tape, len(buyers))
    return Result(flows / api_s, flows / sql_s, round(statements / len(buyers)))


async def _seeded(settings: Settings, url: str, redis_url: str, number: int) -> list[Buyer]:
    services = build_services(settings, Addresses(url, redis_url, "", ""), gateway=InstantGateway())
    await migrate(services.database.engine)
    buyers = await seed(services, number)
    await services.close()
    return buyers


async def _copies(url: str, names: list[str]) -> list[str]:
    source = Database(url)
    name = source.engine.url.database
    admin = Database(source.engine.url.set(database="template1").render_as_string(hide_password=False))
    async with admin.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for copy in names:
            await autocommit.exec_driver_sql(f'CREATE DATABASE {copy} TEMPLATE "{name}"')
    await admin.close()
    copies = [source.engine.url.set(database=copy).render_as_string(hide_password=False) for copy in names]
    await source.close()
    return copies


@asynccontextmanager
async def _serving(settings: Settings, services: Services) -> AsyncIterator[str]:
    listener, settings = bind(settings)
    config = uvicorn.Config(
        create_app(services), loop="none", http="httptools", access_log=False, log_config=None, lifespan="on"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield settings.public_url
    finally:
        server.should_exit = True
        await task


async def _run_api(settings: Settings, url: str, redis_url: str, buyers: list[Buyer], tape: Tape | None) -> float:
    services = build_services(settings, Addresses(url, redis_url, "", ""), gateway=InstantGateway())
    # Messages are written, as they are in the bare run, and sent by nobody: that is work beside the payment.
    asleep = OutboxRelay(services.database, Yesterday(), services.templates, TakesEveryMail(), None)
    services = dataclasses.replace(services, relay=asleep)
    async with _serving(settings, services) as public_url:
        if tape is not None:
            tape.listen(services.database)
        return await run_client(public_url, buyers[:WARM_UP], buyers[WARM_UP:])


async def _run_bare(url: str, tape: Tape, flows: int) -> tuple[float, int]:
    """Replay the tape on as many connections as it was recorded on. Seconds of the flows after the warm-up."""
    dsn = url.replace("+asyncpg", "")
    connections = {key: await asyncpg.connect(dsn) for key in {key for key, _, _ in tape.entries}}
    warm, statements, start = len(tape.entries) * WARM_UP // flows, 0, 0.0
    is_open: set[int] = set()
    for place, (key, statement, values) in enumerate(tape.entries):
        if place == warm:
            start = time.perf_counter()
        connection = connections[key]
        if statement is None:
            if key in is_open:
                await connection.execute("COMMIT")
                is_open.discard(key)
            continue
        if key not in is_open:
            await connection.execute("BEGIN")
            is_open.add(key)
        await connection.fetch(statement, *values)
        statements += 1
    seconds = time.perf_counter() - start
    for connection in connections.values():
        await connection.close()
    return seconds, statements


def main(flows: int) -> Result:
    """Measure on the event loop that the server uses."""
    return uvloop.run(measure(flows))

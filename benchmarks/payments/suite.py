"""Initiate and settle, one buyer after the other: over HTTP, and as the very same SQL through bare asyncpg.

Three databases start equal, copies of one. On the first the API runs while the driver's log writes down every
statement with its values, BEGIN and COMMIT among them. On the second the API is timed, on the third those statements
alone, in turns, so that whatever else the machine does meets both. Both commit as often and wait for the same disk;
the gateway answers at once and is asked by the API only.
"""

import asyncio
import dataclasses
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvicorn
import uvloop
from pydantic import SecretStr
from sqlalchemy import make_url, text

from api.embedded import embedded
from api.process.resources import Addresses
from api.server.app import create_app
from api.server.jobs import jobs_of
from api.server.services import Services, build_services
from api.server.serving import bind
from benchmarks.payments.parts import Buyer, Client, FixedYesterday, InstantGateway, TakesEveryMail, seed
from benchmarks.payments.tape import Player, Statement, Tape
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from dispatch.notifications.relay import OutboxRelay
from dispatch.settings import Settings

LIMIT = 0.4
ROUNDS = 10
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds; flows per second, each an initiate and a settle.

    ``statements`` a flow has, without BEGIN and COMMIT; ``ratio`` is the API's share of what the database can do.
    """

    api_per_s: float
    sql_per_s: float
    ratio: float
    statements: int


async def measure(flows: int) -> Result:
    """Run both sides on embedded servers in a temporary folder. Raises RuntimeError where they did not do the same."""
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
            size = max(1, flows // ROUNDS)
            buyers = await _seeded(settings, url, redis_url, WARM_UP + ROUNDS * size)
            rounds = [buyers[:WARM_UP], *(buyers[at : at + size] for at in range(WARM_UP, len(buyers), size))]
            taped, timed, bare = await _copies(url, ["taped", "timed", "bare"])
            tapes = await _record(settings, taped, redis_url, rounds)
            times = await _compare(settings, timed, bare, redis_url, rounds, tapes)
            if len({await _sales(one) for one in (taped, timed, bare)}) != 1:
                raise RuntimeError("the runs left different numbers of sales")
    times = times[1:]  # the first warms up
    statements = sum(not one.is_frame for tape in tapes for one in tape)
    return Result(
        api_per_s=size / median(api_s for api_s, _ in times),
        sql_per_s=size / median(sql_s for _, sql_s in times),
        ratio=median(sql_s / api_s for api_s, sql_s in times),
        statements=round(statements / len(buyers)),
    )


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
async def _client_of(settings: Settings, url: str, redis_url: str, tape: Tape | None = None) -> AsyncIterator[Client]:
    """A client of a server on one of the databases."""
    # A zone each: Redis remembers one database a zone.
    settings = settings.model_copy(update={"zone": str(make_url(url).database)})
    services = build_services(settings, Addresses(url, redis_url, "", ""), gateway=InstantGateway())
    if tape is not None:
        tape.listen(services.database, {job.name for job in jobs_of(services)})
    # Messages are written, as they are in the bare run, and sent by nobody: that is work beside the payment.
    asleep = OutboxRelay(services.database, FixedYesterday(), services.payments.templates, TakesEveryMail(), None)
    quiet = dataclasses.replace(services.background, relay=asleep)
    serving = _serving(settings, dataclasses.replace(services, background=quiet))
    async with serving as public_url, Client.of(public_url) as client:
        yield client


@asynccontextmanager
async def _serving(settings: Settings, services: Services) -> AsyncIterator[str]:
    listener, settings = bind(settings)
    config = uvicorn.Config(
        create_app(services),
        loop="none",
        http="httptools",
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_keep_alive=600,  # the client waits while the bare side has its turn
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


async def _record(settings: Settings, url: str, redis_url: str, rounds: list[list[Buyer]]) -> list[list[Statement]]:
    """What the API sends to the database in each round."""
    tape, tapes = Tape(), []
    async with _client_of(settings, url, redis_url, tape) as client:
        tape.take()  # the server's start
        for buyers in rounds:
            await client.buy(buyers)
            tapes.append(tape.take())
    return tapes


async def _compare(
    settings: Settings,
    timed: str,
    bare: str,
    redis_url: str,
    rounds: list[list[Buyer]],
    tapes: list[list[Statement]],
) -> list[tuple[float, float]]:
    """The seconds of the API and of the bare statements, for each round."""
    player, times = Player(bare), []
    async with _client_of(settings, timed, redis_url) as client:
        for buyers, tape in zip(rounds, tapes, strict=True):
            times.append((await client.buy(buyers), await player.play(tape)))
    await player.close()
    return times


async def _sales(url: str) -> int:
    database = Database(url)
    async with database.engine.connect() as connection:
        number: int = (await connection.execute(text("SELECT count(*) FROM sales"))).scalar_one()
    await database.close()
    return number


def main(flows: int) -> Result:
    """Measure on the event loop that the server uses."""
    return uvloop.run(measure(flows))

"""Two databases with the same people, one with a thousand orders and one with a hundred times as many.

Who asks has a fortieth of the orders. Both are asked in turns, by an application in this process that nothing runs
beside, so that whatever else the machine does meets both.
"""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop
from pydantic import SecretStr

from api.server.logs import configure_logs
from api.server.serving import RunningServer, serving
from dispatch.settings import Settings
from tests.support.business import business_of
from tests.support.grown import finished_order, grow
from tests.support.own_database import world_of_its_own
from tests.support.reading import Reader, Route, reading

LIMIT = 3.0
FEW, MANY = 1_000, 100_000
PEOPLE = 40
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Measured:
    """A GET: medians in milliseconds with few and with many orders."""

    name: str
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes with many."""
        return self.many_ms / self.few_ms


async def measure(orders: int) -> list[Measured]:
    """Every GET, the one that grew most first."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), port=0, secret_key=SecretStr("k" * 40), log_level="ERROR", password_memory_mb=19
        )
        configure_logs(settings)
        async with serving(settings) as server:
            return await _measured(server, orders)


async def _measured(server: RunningServer, orders: int) -> list[Measured]:
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(_grown(server, FEW))
        many = await stack.enter_async_context(_grown(server, orders))
        pairs = list(zip(few.routes, many.routes, strict=True))
        times: dict[str, tuple[list[float], list[float]]] = {route.name: ([], []) for route in few.routes}
        for at in range(ROUNDS + 1):
            for one, other in pairs:
                taken = await _taken_ms(few, one), await _taken_ms(many, other)
                if at:  # the first warms up
                    times[one.name][0].append(taken[0])
                    times[one.name][1].append(taken[1])
    measured = [Measured(name, median(one), median(other)) for name, (one, other) in times.items()]
    return sorted(measured, key=lambda found: -found.ratio)


@asynccontextmanager
async def _grown(server: RunningServer, orders: int) -> AsyncIterator[Reader]:
    """A reader of a database with so many orders."""
    async with world_of_its_own(server) as world:
        admin = await world.admin()
        business = await business_of(world, admin)
        order = await finished_order(world, business, PEOPLE)
        await grow(world.server.services.database, order, orders)
        async with reading(world, business, admin) as reader:
            yield reader


async def _taken_ms(reader: Reader, route: Route) -> float:
    start = time.perf_counter()
    reply, _ = await reader.ask(route)
    taken = (time.perf_counter() - start) * 1000
    if not reply.is_success:
        raise RuntimeError(f"{route.name} answered {reply.status_code}: {reply.text[:300]}")
    return taken


def main(orders: int) -> list[Measured]:
    """Measure on the event loop that the server uses."""
    return uvloop.run(measure(orders))

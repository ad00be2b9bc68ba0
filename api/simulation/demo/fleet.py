"""All simulated transporters together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

import httpx
import structlog

from api.simulation.accounts.signed_in import SignedIn
from api.simulation.demo.cancelling import cancel_all
from api.simulation.demo.driver import Driver
from api.simulation.demo.faults import NO_FAULTS, FaultPlan
from api.simulation.demo.people import ADMIN, CARRIERS
from api.simulation.demo.sign_ins import Callers, Refused
from api.simulation.demo.stories import STORIES, Stage, Story
from api.simulation.demo.whereabouts import Whereabouts

log = structlog.get_logger(__name__)

ONLINE_WITHIN_S = 60.0
START_AGAIN_S = 5.0
LOADING_S = 45.0
"""How long a parcel that was picked up before the first start is still being loaded."""


class Fleet:
    """The drivers of one run; ``able``: those of them whom the server hears, the others were closed or not verified."""

    def __init__(self, drivers: list[Driver], able: list[Driver]) -> None:
        self.drivers = drivers
        self.able = able

    async def wait_online(self, on_one: Callable[[int], None]) -> None:
        """Wait until the server has heard everyone who is able; ``on_one`` hears how many. Raises TimeoutError."""
        online = 0

        async def wait_for(driver: Driver) -> None:
            nonlocal online
            await driver.phone.heard.wait()
            online += 1
            on_one(online)

        async with asyncio.timeout(ONLINE_WITHIN_S), asyncio.TaskGroup() as group:
            for driver in self.able:
                group.create_task(wait_for(driver))


@asynccontextmanager
async def driving(
    callers: Callers,
    transporters: dict[str, int],
    own_deliveries: set[int],
    signed_in: SignedIn,
    base_url: str,
    faults: FaultPlan = NO_FAULTS,
    *,
    kept_out: AbstractSet[int] = frozenset(),
) -> AsyncIterator[Fleet]:
    """Let everyone drive for the time of the block. Raises Refused and httpx.HTTPError.

    ``kept_out``: transporters whom an admin lets drive no more. They try, since an admin may let them again.
    """
    whereabouts = Whereabouts(callers.of(ADMIN.email))
    await whereabouts.ask()
    under_way = {story.carrier.person.email: story for story in STORIES if story.carrier and _is_on_road(story)}
    drivers = []
    for carrier in CARRIERS:
        email = carrier.person.email
        story = under_way.get(email)
        driver = Driver(
            transporters[email],
            carrier,
            callers.of(email),
            socket_url=f"ws{base_url.removeprefix('http')}/ws/transporter",
            whereabouts=whereabouts,
            signed_in=signed_in,
            own_deliveries=own_deliveries,
            start=story.start() if story else None,
            pause_s=LOADING_S if story and not story.driven else 0.0,
            faults=faults,
        )
        drivers.append(driver)
    tasks = [
        asyncio.create_task(_kept_up(work, driver.phone.device), name=driver.phone.device)
        for driver in drivers
        for work in (driver.phone.run, driver.drive)
    ]
    tasks.append(asyncio.create_task(_kept_up(whereabouts.follow, "whereabouts"), name="whereabouts"))
    try:
        yield Fleet(drivers, [one for one in drivers if one.transporter_id not in kept_out])
    finally:
        await cancel_all(tasks)


def _is_on_road(story: Story) -> bool:
    return story.goal is Stage.PICKED_UP


async def _kept_up(work: Callable[[], Awaitable[None]], name: str) -> None:
    """A fault in one of them must not end the demo."""
    while True:
        try:
            await work()
        except (Refused, httpx.HTTPError) as error:  # the server is away, or too busy
            log.info("a part of the simulation waits", part=name, reason=str(error))
        except Exception:  # logged, and tried again
            log.exception("a part of the simulation broke down", part=name)
        await asyncio.sleep(START_AGAIN_S)

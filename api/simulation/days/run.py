"""One day by one way of dispatching, through a server of its own."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from api.process.process_roles import Duties, ProcessRole
from api.server.backing_services import find_sandbox
from api.server.jobs import jobs_of
from api.server.services import Services
from api.server.serving import RunningServer, serving
from api.server.upkeep import Job
from api.simulation.accounts.crew import CrewMember, make_crew
from api.simulation.accounts.shop import admin_token, customer_token, seller_token
from api.simulation.baskets import buy
from api.simulation.days.calling import ANSWERS_WITHIN_S, Api
from api.simulation.days.clock import DayClock
from api.simulation.days.day import Day, Order
from api.simulation.days.drawing import Draw
from api.simulation.days.errors import DayStuck
from api.simulation.days.first_scores import first_scores
from api.simulation.days.parcels import Parcel
from api.simulation.days.phone import DayPhone
from api.simulation.days.policies import Policy
from api.simulation.days.rider import TOKEN_LIFE, Rider
from api.simulation.days.town import Town
from dispatch.settings import Settings

ROLE = ProcessRole("simulated day", Duties.TRAFFIC, is_timed=False)
"""It answers; which background work is done when, the day says, and its plans end when they are proven."""
PING_EVERY_S = 60.0
"""Phones of the day ping so often, and where they arrive."""
STALE_AFTER_S = 90
"""Nobody is stale who pings like that."""
AFTER_LAST_S = 3 * 3600.0
"""So long after the last order was ready the day is over, whatever is not delivered."""
LINES_A_BASKET = 50
MOST_REAL_S = 3_600.0
"""A day that takes longer than this is broken off."""

Progress = Callable[[float, int], None]
"""Told of the share of the day that is over, and of the parcels that are delivered."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day came to. ``scores``: of who got each parcel first, by the server's own word, 0 to 100; ``moved``: how
    many the server moved by itself.
    """

    policy: Policy
    parcels: list[Parcel]
    riders: list[Rider]
    scores: dict[str, float]
    offers: dict[str, int]
    moved: dict[str, int]
    unheard: int
    moments: int
    calls: int
    real_s: float


async def run_day(settings: Settings, day: Day, draw: Draw, policy: Policy, progress: Progress) -> Outcome:
    """Run it, in a folder that is gone afterwards. Raises DayStuck, and what a server raises that cannot start."""
    clock, begun = DayClock(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dispatch-day-") as folder:
        own = _own(settings, Path(folder))
        async with serving(own, clock=clock, part=ROLE) as server, _town(server, day, draw, clock) as town:
            await policy.prepare(town)
            try:
                async with asyncio.timeout(MOST_REAL_S):
                    await _Runner(server.services, town, policy, progress).run()
            except TimeoutError:
                raise DayStuck(f"The day took more than {MOST_REAL_S / 60:.0f} minutes; use --orders.") from None
            scores, moved = await first_scores(town), await policy.moved(town)
            return Outcome(
                policy,
                list(town.parcels.values()),
                list(town.riders.values()),
                scores,
                town.offers,
                moved,
                town.unheard,
                town.timeline.moments,
                town.api.calls,
                time.monotonic() - begun,
            )


def _own(settings: Settings, folder: Path) -> Settings:
    """Everything of its own, on this machine alone; how is dispatched stays as the settings say."""
    own = {
        "data_dir": folder,
        "host": "127.0.0.1",
        "port": 0,
        "sandbox_port": 0,
        "site_url": None,
        "workers": 0,
        "metrics_port": None,
        "database_url": None,
        "redis_url": None,
        "khalti_secret_key": None,
        "khalti_base_url": None,
        "sms_url": None,
        "smtp_host": None,
        "debug": True,
        "stale_after_s": STALE_AFTER_S,
        "offline_after_s": max(settings.offline_after_s, 2 * STALE_AFTER_S),
        "access_token_s": round(TOKEN_LIFE.total_seconds()),
        "payments_per_minute": 1_000,
        "log_level": "WARNING",
    }
    return settings.model_copy(update=own)


@asynccontextmanager
async def _town(server: RunningServer, day: Day, draw: Draw, clock: DayClock) -> AsyncIterator[Town]:
    """Couriers with phones, and sales that wait to be sent."""
    services = server.services
    base = server.settings.public_url
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(base_url=base, timeout=ANSWERS_WITHIN_S, trust_env=False, limits=limits) as http:
        admin, seller = await admin_token(services), await seller_token(services)
        town = Town(day, draw, clock, Api(http), admin=admin, seller=seller)
        await _hire(services, town, f"{base.replace('http', 'ws', 1)}/ws/transporter")
        await _sell(services, town)
        try:
            yield town
        finally:
            await asyncio.gather(*(rider.phone.switch_off() for rider in town.riders.values()))


async def _hire(services: Services, town: Town, url: str) -> None:
    traits = [town.draw.traits(courier) for courier in town.day.couriers]
    members = [
        CrewMember(courier.name, one.vehicle.name, one.vehicle.capacity_kg, one.vehicle.max_active, one.rating)
        for courier, one in zip(town.day.couriers, traits, strict=True)
    ]
    drivers = await make_crew(services, members)
    for courier, driver in zip(town.day.couriers, drivers, strict=True):
        token = driver.token(services.accounts.tokens, TOKEN_LIFE)
        phone = DayPhone(courier.name, url, town.clock.now)
        town.riders[driver.transporter_id] = Rider(courier, driver.transporter_id, token, phone, town)


async def _sell(services: Services, town: Town) -> None:
    """The sales of all orders are bought and paid before the day begins; their deliveries come when they are placed."""
    sandbox = find_sandbox(services.settings)
    if sandbox is None:
        raise DayStuck("The sandbox gateway of the day's server is not there.")
    customer = await customer_token(services)
    orders = town.day.orders
    for start in range(0, len(orders), LINES_A_BASKET):
        some = orders[start : start + LINES_A_BASKET]
        try:
            sales = await buy(town.api.http, town.seller, customer, len(some), sandbox_url=sandbox.base_url)
        except httpx.HTTPError as error:
            raise DayStuck(f"The day's orders could not be bought: {type(error).__name__} {error}") from None
        for order, sale in zip(some, sales, strict=True):
            town.parcels[order.name] = Parcel(order, town.draw.weight_kg(order), sale)


class _Runner:
    """Takes the day from moment to moment."""

    def __init__(self, services: Services, town: Town, policy: Policy, progress: Progress) -> None:
        self._town = town
        self._policy = policy
        self._progress = progress
        self._jobs: list[Job] = [job for job in jobs_of(services) if job.name in policy.jobs]
        missing = policy.jobs - {job.name for job in self._jobs}
        if missing:
            raise DayStuck(f"This server does not do {', '.join(sorted(missing))}, which {policy.name} needs.")
        day = town.day
        self._ends_s = max(order.ready_min for order in day.orders) * 60 + AFTER_LAST_S
        self._to_place = len(day.orders)
        self._waited = self._listens = False

    async def run(self) -> None:
        """Until all is delivered, or the day is over. Raises DayStuck."""
        town, day = self._town, self._town.day
        begins_s = day.orders[0].placed_min * 60
        for rider in town.riders.values():
            if rider.courier.off_min * 60 > begins_s:
                town.timeline.beside(max(begins_s, rider.courier.on_min * 60), rider.begin_shift)
                town.timeline.beside(rider.courier.off_min * 60, rider.end_shift)
        for order in day.orders:
            town.timeline.at(order.placed_min * 60, partial(self._place, order))
        town.timeline.at(begins_s, self._ping)
        town.timeline.at(begins_s, self._tick)
        while (next_s := town.timeline.next_s) is not None and next_s <= self._ends_s and not self._is_done():
            await town.timeline.step()
            await town.settle(quietly=not self._listens)
            self._listens = False
            over = (town.clock.now_s - begins_s) / max(1.0, self._ends_s - AFTER_LAST_S - begins_s)
            self._progress(min(1.0, over), sum(parcel.delivered_s is not None for parcel in town.parcels.values()))
        for rider in town.riders.values():
            rider.work.end(town.clock.now_s)

    def _is_done(self) -> bool:
        return self._to_place == 0 and all(parcel.delivered_s is not None for parcel in self._town.parcels.values())

    async def _place(self, order: Order) -> None:
        self._to_place -= 1
        self._listens = not self._policy.is_quiet
        await self._policy.placed(self._town, await self._town.place(order))

    async def _ping(self) -> None:
        riders = [rider for rider in self._town.riders.values() if rider.phone.is_on]
        for rider in riders:
            await rider.phone.ping(rider.spot)
        for rider in riders:
            await rider.phone.acknowledged()
        self._town.timeline.after(PING_EVERY_S, self._ping)

    async def _tick(self) -> None:
        await self._policy.tick(self._town)
        # A round more after the last: of what ended with it phones are told.
        waits = self._town.has_open()
        self._listens = bool(self._jobs) and (waits or self._waited)
        self._waited = waits
        for job in self._jobs if self._listens else ():
            await job.run()
        self._town.timeline.after(self._policy.every_s, self._tick)

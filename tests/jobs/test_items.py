"""Items of background work: taken by one, tried later and later, and left to a person in the end."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.server.jobs import jobs_of
from api.server.serving import RunningServer
from dispatch.dead_letters import DeadLetterKind
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.items import ItemJob
from dispatch.jobs.leased_items import KEPT, LEASE, LeasedItemJob, forget_old_items
from dispatch.jobs.models import JobItem
from dispatch.offers.notices import OfferNotices
from dispatch.payments.orders.expiry import OrderExpiry
from dispatch.rolling.rounds import RollingRounds
from tests.support.checkout import ShiftedClock, StoppedClock
from tests.support.world import World

PAGE = 3


class Chores(LeasedItemJob[int]):
    """What is due stays so until it was done; ``broken`` ones never are."""

    name: ClassVar[str] = "chores"
    backoff: ClassVar[Backoff] = Backoff.doubling(timedelta(seconds=10), timedelta(seconds=30), most_tries=4)

    def __init__(self, server: RunningServer, due: Collection[int], clock: ShiftedClock | None = None) -> None:
        super().__init__(server.services.database, clock or ShiftedClock())
        self.due = set(due)
        self.broken: set[int] = set()
        self.done: Counter[int] = Counter()
        self.tried: Counter[int] = Counter()
        self.under_way: set[int] = set()
        self.met = False

    async def find(self, after: int | None) -> list[int]:
        return sorted(key for key in self.due if after is None or key > after)[:PAGE]

    async def do_key(self, key: int) -> None:
        self.tried[key] += 1
        self.met |= key in self.under_way
        self.under_way.add(key)
        await asyncio.sleep(0.01)  # others have time to come
        self.under_way.discard(key)
        if key in self.broken:
            raise KeyError("of a person's e-mail address")
        self.done[key] += 1
        self.due.discard(key)

    async def oldest_due(self) -> datetime | None:
        return None


@dataclass
class Counts:
    """What was told to whoever counts."""

    items: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def item_ended(self, job: str, *, failed: bool) -> None:
        self.items[job, failed] += 1

    def round_ended(self, job: str, *, failed: bool) -> None:
        raise AssertionError(f"rounds are counted by who begins them: {job} {failed}")


@pytest.fixture
def chores(monkeypatch: pytest.MonkeyPatch) -> type[Chores]:
    """A job of this test alone."""
    monkeypatch.setattr(Chores, "name", f"chores-{uuid4().hex[:8]}")
    return Chores


async def kept(job: Chores) -> list[JobItem]:
    async with job._database.work() as work:
        return list(await work.session.scalars(select(JobItem).where(JobItem.job == job.name).order_by(JobItem.item)))


async def test_an_item_that_fails_holds_up_no_other_and_leaves_no_more_than_the_kind_of_its_error(
    server: RunningServer, chores: type[Chores]
) -> None:
    job, counts = chores(server, range(8)), Counts()
    job.broken = {0, 1, 2, 5}
    assert await job.run(counts) == 8
    assert sorted(job.done) == [3, 4, 6, 7]
    assert counts.items == {(job.name, False): 4, (job.name, True): 4}
    left = await kept(job)
    assert [(row.item, row.tries, row.is_dead) for row in left] == [(key, 1, False) for key in ("0", "1", "2", "5")]
    assert all((row.last_error or "").startswith("KeyError at test_items.py:") for row in left)


async def test_items_that_wait_keep_nothing_behind_them(server: RunningServer, chores: type[Chores]) -> None:
    job = chores(server, range(PAGE))
    job.broken = set(range(PAGE))
    await job.run()
    job.due |= {10, 11}
    assert await job.run() == 2
    assert sorted(job.done) == [10, 11]


async def test_a_failed_item_is_tried_later_and_later_and_is_dead_after_its_last_try(
    server: RunningServer, chores: type[Chores]
) -> None:
    clock = StoppedClock()
    job = chores(server, {1}, clock)
    job.broken = {1}
    for tries, pause_s in ((1, 10), (2, 20), (3, 30)):
        await job.run()
        assert job.tried[1] == tries
        clock.ahead += timedelta(seconds=pause_s - 5)
        assert await job.run() == 0  # not before its pause is over
        clock.ahead += timedelta(seconds=6)
    await job.run()
    (row,) = await kept(job)
    assert (row.tries, row.is_dead) == (4, True)
    clock.ahead += timedelta(days=3)
    assert await job.run() == 0


async def test_an_item_that_failed_and_is_done_at_last_leaves_nothing(
    server: RunningServer, chores: type[Chores]
) -> None:
    clock = ShiftedClock()
    job = chores(server, {1}, clock)
    job.broken = {1}
    await job.run()
    job.broken = set()
    clock.ahead = timedelta(minutes=1)
    assert await job.run() == 1
    assert (job.done, await kept(job)) == ({1: 1}, [])


async def test_no_two_processes_work_on_an_item_at_once(server: RunningServer, chores: type[Chores]) -> None:
    jobs = [chores(server, range(20)) for _ in range(4)]
    for other in jobs[1:]:
        other.under_way = jobs[0].under_way
    await asyncio.gather(*(job.run() for job in jobs))
    assert {key for job in jobs for key in job.done} == set(range(20))
    assert not any(job.met for job in jobs)


async def test_what_a_process_took_that_died_is_done_by_another_once_its_lease_is_over(
    server: RunningServer, chores: type[Chores]
) -> None:
    clock = ShiftedClock()
    dying, job = chores(server, {1, 2}, clock), chores(server, {1, 2}, clock)
    assert len(await dying.take()) == 2
    assert await job.run() == 0
    clock.ahead += LEASE + timedelta(seconds=1)
    assert await job.run() == 2


async def test_whoever_lost_a_lease_neither_ends_nor_fails_what_another_holds(
    server: RunningServer, chores: type[Chores]
) -> None:
    clock = ShiftedClock()
    slow, job = chores(server, {1, 2}, clock), chores(server, {1, 2}, clock)
    slow.broken = {2}
    lost = await slow.take()
    clock.ahead += LEASE + timedelta(seconds=1)
    held = await job.take()
    for item in lost:
        await slow.try_one(item)
    assert [(row.tries, row.next_attempt_at) for row in await kept(job)] == [(0, item.until) for item in held]


async def test_what_was_taken_and_ended_in_another_way_is_forgotten_and_the_dead_are_not(
    server: RunningServer, chores: type[Chores]
) -> None:
    clock = ShiftedClock(-KEPT - timedelta(days=1))
    job = chores(server, {1, 2}, clock)
    job.broken = {2}
    while not any(row.is_dead for row in await kept(job)):
        await job.run()
        clock.ahead += timedelta(seconds=31)
    job.due = {3}
    await job.take()
    assert [row.item for row in await kept(job)] == ["2", "3"]
    await forget_old_items(server.services.database, ShiftedClock())
    assert [row.item for row in await kept(job)] == ["2"]


async def test_every_job_with_items_tells_how_long_they_wait_and_has_a_place_for_its_dead(
    server: RunningServer,
) -> None:
    jobs = [job.work for job in jobs_of(server.services) if isinstance(job.work, ItemJob)]
    never_give_up = {OfferNotices.name, RollingRounds.name}
    assert {job.name for job in jobs} == set(DeadLetterKind) | never_give_up
    for job in jobs:
        oldest = await job.oldest_due()
        assert oldest is None or oldest <= server.services.clock.now()


def test_pauses_double_up_to_the_longest_and_the_last_try_has_none() -> None:
    backoff = Backoff.doubling(timedelta(seconds=30), timedelta(minutes=5), most_tries=7)
    assert [backoff.pause_after(tries).total_seconds() for tries in range(1, 8)] == [30, 60, 120, 240, 300, 300, 300]
    assert [backoff.is_last(tries) for tries in (1, 6, 7, 8)] == [False, False, True, True]
    assert Backoff.doubling(timedelta(seconds=1), timedelta(days=1), most_tries=5000).most_tries == 5000


async def test_an_unpaid_order_waits_from_the_moment_on_from_which_it_may_be_cancelled(
    world: World, server: RunningServer
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 1})
    await world.order(customer, cart_id)
    expires_after, clock = timedelta(days=400), ShiftedClock(timedelta(days=401))
    expiry = OrderExpiry(server.services.database, clock, expires_after=expires_after)
    oldest = await expiry.oldest_due()
    assert oldest is not None
    assert timedelta() < clock.now() - oldest < timedelta(days=2)
    clock.ahead = timedelta()
    assert await expiry.oldest_due() is None

"""After a year of decisions each is still found by its index and explained for everybody who was online at it."""

import tracemalloc
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, text

from dispatch.assignments.explaining import ExplainedDecision
from dispatch.assignments.recomputing.comparing import Comparing
from dispatch.assignments.recomputing.deciding import decide_again
from dispatch.assignments.recomputing.reading import DecisionReader, Period
from dispatch.clock import SystemClock
from dispatch.database.engine import Database
from dispatch.decisions.models import DecidedDelivery, Decision
from dispatch.decisions.snapshot import Outcome, Parcels, People, Snapshot
from dispatch.decisions.store import DecisionRetention, find_decision
from scoring import VERSION
from tests.support.own_database import database_of_its_own
from tests.support.world import World

DECISIONS, ONLINE, DIFFERENT = 20_000, 500, 400
AT_ONCE = 2_000
A_YEAR = timedelta(days=365)
"""20,000 of the 365,000 that a thousand a day are; what is measured for each is extrapolated."""
COLUMNS = (
    "made_at", "kind", "engine", "weights", "radius_m", "seed", "online", "deliveries", "packed",
)  # fmt: skip


def _packed(seed: int) -> bytes:
    draw = np.random.default_rng(seed)
    ids = np.sort(draw.choice(np.arange(1, 5_000), ONLINE, replace=False))
    people = People(
        ids,
        np.where(draw.random(ONLINE) < 0.8, 0, 4),
        27.7 + draw.normal(0, 0.04, ONLINE),
        85.3 + draw.normal(0, 0.04, ONLINE),
        draw.uniform(3, 5, ONLINE).round(2),
        draw.uniform(5, 40, ONLINE),
        draw.integers(0, 4, ONLINE),
        np.full(ONLINE, 5),
    )
    one = np.ones(1)
    parcels = Parcels(np.array([seed + 1]), 27.7 * one, 85.3 * one, one.astype(np.bool_), 3 * one, one)
    fitting = np.flatnonzero((people.standing == 0) & (people.free_kg > 3) & (people.active < 5))
    outcome = Outcome(fitting[:1], np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return Snapshot(people, parcels, outcome).pack()


async def _fill(database: Database, now: datetime) -> None:
    packed = [_packed(seed) for seed in range(DIFFERENT)]
    pause = A_YEAR / DECISIONS
    for start in range(0, DECISIONS, AT_ONCE):
        rows = [
            (
                now - A_YEAR + pause * place,
                "single",
                VERSION,
                [0.25] * 4,
                20_000.0,
                0,
                ONLINE,
                1,
                packed[place % DIFFERENT],
            )
            for place in range(start, start + AT_ONCE)
        ]
        async with database.connection() as driver:
            await driver.copy_records_to_table("decisions", records=rows, columns=COLUMNS)
    async with database.connection() as driver:
        await driver.execute(
            "INSERT INTO decided_deliveries (delivery_id, decision_id, place) SELECT 1000000 + id, id, 0 FROM decisions"
        )
        await driver.execute("ANALYZE")


@pytest.fixture(scope="module")
async def year(world: World) -> AsyncIterator[Database]:
    """A database that has decided for a year."""
    async with database_of_its_own(world.server) as database:
        await _fill(database, SystemClock().now())
        yield database


async def _plan_of(database: Database, query: str) -> str:
    async with database.work() as work:
        return "\n".join(await work.session.scalars(text(f"EXPLAIN {query}")))


@pytest.mark.heavy
async def test_everybody_who_was_online_a_year_ago_is_told_why_it_did_not_get_the_delivery(year: Database) -> None:
    async with year.work() as work:
        oldest = await work.session.scalar(select(func.min(Decision.id)))
        assert oldest is not None
        decision, place = await find_decision(work.session, 1_000_000 + oldest)
    assert decision.id == oldest
    explained = ExplainedDecision(decision, place)
    everyone = explained.everyone()
    assert len(everyone) == ONLINE
    for one in everyone:
        told = explained.why_not(one.transporter_id)
        assert told.considered.verdict == one.verdict
        assert one.verdict in {"chosen", "equal"} or told.barriers or told.considered.behind is not None


@pytest.mark.heavy
async def test_what_is_asked_of_a_year_goes_by_indexes_and_letting_go_of_it_too(year: Database) -> None:
    found = await _plan_of(
        year,
        "SELECT d.* FROM decisions d JOIN decided_deliveries x ON x.decision_id = d.id WHERE x.delivery_id = 1000042 "
        "ORDER BY d.id DESC LIMIT 1",
    )
    assert "Seq Scan" not in found, found
    for bound in ("< now() - interval '364 days'", "> now() - interval '2 days'"):
        of_days = await _plan_of(year, f"SELECT id FROM decisions WHERE made_at {bound} ORDER BY made_at, id LIMIT 50")  # noqa: S608
        assert "ix_decisions_made_at" in of_days, of_days


@pytest.mark.heavy
async def test_a_year_of_a_thousand_decisions_a_day_takes_what_the_docs_say(year: Database) -> None:
    async with year.work() as work:
        tables = ("decisions", "decided_deliveries")
        sizes = [await work.session.scalar(text(f"SELECT pg_total_relation_size('{table}')")) or 0 for table in tables]
    gigabytes = sum(sizes) / DECISIONS * 365_000 / 1e9
    print(f"\n{DECISIONS:,} decisions with {ONLINE} online take {sum(sizes) / 1e6:.0f} MB: {gigabytes:.2f} GB a year")
    assert 1.5 < gigabytes < 2.6, "docs/dispatching.md says 2.4 GB"


@pytest.mark.heavy
async def test_a_year_is_read_again_without_holding_more_than_a_portion(year: Database) -> None:
    now = SystemClock().now()
    reader = DecisionReader(year, Period(now - A_YEAR - timedelta(days=1), now))
    count, most = 0, 0
    async for portion in reader.portions():
        count += len(portion.decisions)
        most = max(most, len(portion.decisions))
    assert (count, most) == (DECISIONS, 50)


@pytest.mark.heavy
async def test_months_are_made_again_in_the_memory_that_days_take(year: Database) -> None:
    now, nearest = SystemClock().now(), (1.0, 0.0, 0.0, 0.0)

    async def made_again(days: int) -> tuple[int, int]:
        """How many, and the most bytes that were held meanwhile."""
        comparing = Comparing(road_factor=1.3)
        tracemalloc.start()
        async for portion in DecisionReader(year, Period(now - timedelta(days=days), now)).portions():
            for decision in portion.decisions:
                comparing.add(decision, decide_again(decision, nearest), nearest, portion)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return comparing.found.recomputed, peak

    (few, of_few), (many, of_many) = await made_again(8), await made_again(64)
    print(f"\n{few:,} decisions take {of_few / 1e6:.1f} MB, {many:,} take {of_many / 1e6:.1f} MB")
    assert many > 7 * few > 2_000
    assert of_many < 2 * of_few, "eight times as many decisions"


@pytest.mark.heavy
async def test_what_is_older_than_the_setting_is_dropped_with_its_rows_and_the_rest_stays(year: Database) -> None:
    await DecisionRetention(year, SystemClock(), keep_days=182).sweep()
    async with year.work() as work:
        left = await work.session.scalar(select(func.count(Decision.id)))
        rows = await work.session.scalar(select(func.count()).select_from(DecidedDelivery))
        assert left == rows
        assert left is not None
        assert DECISIONS * 0.49 < left < DECISIONS * 0.51

"""How the server did is kept minute by minute, and told for hours and days in equal stretches."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.monitoring.counted import Counted
from api.monitoring.sampling import Counts, MinuteSampler, within
from api.process.resources import Feature
from dispatch.analytics.minutes import FIGURES, KEPT, MINUTE, keep_minute, step_of
from tests.support.checkout import StoppedClock
from tests.support.own_database import database_of_its_own
from tests.support.world import Person, World, ok

HISTORY = "/api/v1/operations/history/"


async def _at(admin: Person, minute: datetime, hours: int) -> dict[str, Any]:
    """What is told of the stretch that a minute lies in."""
    told = ok(await admin.get(HISTORY, hours=hours))
    place = int((minute - datetime.fromisoformat(told["starts_at"])).total_seconds() // told["step_s"])
    return {name: values[place] for name, values in told["figures"].items()}


def _minutes_ago(count: int) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) - count * MINUTE


async def test_what_several_processes_counted_in_a_minute_is_added_up_and_what_all_read_stands_once(
    world: World,
) -> None:
    admin, minute, database = await world.admin(), _minutes_ago(150), world.server.services.database
    counted = {"seconds": 60.0, "pings": 600, "pings_lost": 6, "solver_runs": 1, "solver_s": 2.0, "backlog": 7}
    await keep_minute(database, minute, "one", counted | {"ack_half_s": 0.01, "ack_most_s": 0.05})
    await keep_minute(database, minute, "two", counted | {"ack_half_s": 0.02, "ack_most_s": 0.5, "solver_s": 4.0})
    await keep_minute(database, minute, "two", {"pings": 9_999})  # the same minute again changes nothing
    seen = await _at(admin, minute, 6)
    assert (seen["pings_per_s"], seen["pings_lost_per_s"], seen["backlog"]) == (20.0, 0.2, 7.0)
    assert (seen["ack_half_s"], seen["ack_most_s"]) == (0.02, 0.5)
    assert (seen["solver_runs"], seen["solver_mean_s"]) == (2.0, 3.0)
    empty = await _at(admin, minute - 60 * MINUTE, 6)
    assert set(empty.values()) == {None}, "while nobody kept anything nothing is known, and nothing is not nought"


async def test_longer_times_are_told_in_longer_stretches_and_never_in_more_than_a_screen_shows(world: World) -> None:
    admin = await world.admin()
    for hours, step_s in ((1, 60), (6, 60), (24, 300), (168, 1800)):
        told = ok(await admin.get(HISTORY, hours=hours))
        lengths = {len(values) for values in told["figures"].values()}
        assert (told["step_s"], lengths) == (step_s, {hours * 3600 // step_s})
        assert set(told["figures"]) == set(FIGURES)
    assert all(hours * 3600 / step_of(hours) <= 400 for hours in range(1, 169))
    for hours in (0, 169):
        refused = await admin.get(HISTORY, hours=hours)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["hours"])


async def test_arrivals_and_answers_to_offers_of_a_minute_are_read_from_what_is_kept_of_them(world: World) -> None:
    driver, parcel = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{parcel['id']}/"
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"{path}{step}/"))
    admin, minute = await world.admin(), _minutes_ago(240)
    async with world.server.services.database.connection() as connection:
        # It was said to come at the minute's 20th second and came at its 50th: half a minute late.
        await connection.execute(
            "UPDATE deliveries SET delivered_at = $2, estimated_delivery_time = $3 WHERE id = $1",
            parcel["id"],
            minute + timedelta(seconds=50),
            minute + timedelta(seconds=20),
        )
    await keep_minute(world.server.services.database, minute, "one", {})
    seen = await _at(admin, minute, 6)
    assert (seen["eta_known"], seen["eta_error_s"], seen["eta_late_s"]) == (1.0, 30.0, 30.0)
    assert (seen["offers_accepted"], seen["pings_per_s"]) == (0.0, None)


async def test_a_process_keeps_each_minute_once_it_is_over_and_lets_go_of_what_is_older_than_a_week(
    world: World,
) -> None:
    async with database_of_its_own(world.server) as database:
        long_ago = datetime(2026, 3, 1, 10, tzinfo=UTC)
        clock = StoppedClock(stopped_at=long_ago + timedelta(seconds=75))
        sampler = MinuteSampler(
            Feature(dataclasses.replace(world.server.services.resources, clock=clock, database=database))
        )
        await sampler.run()
        await sampler.run()
        clock.ahead = timedelta(seconds=50)  # five seconds into a minute the one before is not whole yet
        await sampler.run()
        async with database.connection() as connection:
            rows = await connection.fetch("SELECT at, seconds, waiting FROM minute_figures ORDER BY at")
            assert [(row["at"], row["seconds"], row["waiting"]) for row in rows] == [(long_ago, None, 0)]
            clock.ahead = timedelta(minutes=1)
            await sampler.run()
            rows = await connection.fetch("SELECT at, seconds FROM minute_figures ORDER BY at")
            assert [row["at"] for row in rows] == [long_ago, long_ago + MINUTE]
            assert rows[1]["seconds"] > 0
            clock.ahead = KEPT + timedelta(minutes=1)
            await sampler.run()
            rows = await connection.fetch("SELECT at FROM minute_figures ORDER BY at")
            assert [row["at"] for row in rows] == [long_ago + MINUTE, long_ago + MINUTE + KEPT]


def _counts(at_s: float, stored: int, acks: dict[str, float]) -> Counts:
    samples: dict[str, Any] = {
        "dispatch_pings_stored_total": [({}, stored)],
        "dispatch_ping_ack_seconds_bucket": [({"le": bound}, count) for bound, count in acks.items()],
    }
    return Counts.of(Counted(samples), at_s)


def test_what_came_since_another_look_is_told_and_nothing_where_counting_began_anew() -> None:
    before = _counts(0.0, 100, {"0.01": 90, "0.1": 100, "+Inf": 100})
    after = _counts(60.0, 400, {"0.01": 91, "0.1": 200, "+Inf": 200})
    since = after.since(before)
    assert (since["seconds"], since["pings"]) == (60.0, 300)
    assert (since["ack_half_s"], since["ack_most_s"]) == (0.1, 0.1)
    assert after.since(None) == {}
    assert before.since(after) == {}, "a server that was started anew has counted less"


@pytest.mark.parametrize(
    ("buckets", "share", "bound"),
    [
        ({}, 0.5, None),
        ({0.1: 0, float("inf"): 0}, 0.5, None),
        ({0.1: 5, 0.5: 9, float("inf"): 10}, 0.5, 0.1),
        ({0.1: 5, 0.5: 9, float("inf"): 10}, 0.99, 0.5),
    ],
)
def test_a_share_lies_within_a_bound_as_far_as_bounds_are_known(
    buckets: dict[float, float], share: float, bound: float | None
) -> None:
    assert within(buckets, share) == bound

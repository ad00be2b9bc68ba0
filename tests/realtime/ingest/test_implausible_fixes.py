"""Which fixes are doubted, and which may become the live position."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.server.serving import RunningServer
from realtime.fixes import Flag, decode_runs, encode_fix
from realtime.ingest.assessment import assess_all
from realtime.ingest.filters import Limits, Plausibility, reject_reason
from realtime.ingest.flags import MAX_HELD, AssessedFix, Trail, assess, decode_trail, encode_trail
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source, screen_fixes
from realtime.ingest.throttle import Rates
from realtime.protocol import Fix
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits
from tests.support.world import World, ping

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOME = (27.70, 85.30)
FAR = (28.20, 85.30)


class Track:
    """Fixes of one device, assessed one after the other; seconds after the start, our clock right behind."""

    def __init__(self) -> None:
        self.trail = Trail()
        self.seq = 0

    def add(self, at_s: float, lat: float, lon: float, *, heard_s: float | None = None, **more: Any) -> AssessedFix:
        self.seq += 1
        at = START + timedelta(seconds=at_s)
        fix = Fix(self.seq, lat, lon, at, **more)
        assessed = assess(fix, int(at.timestamp() * 1000), self.trail, _limits(at_s if heard_s is None else heard_s))
        self.trail = assessed.trail
        return assessed

    def established(self) -> "Track":
        for step in range(4):
            assert self.add(step * 5, HOME[0] + step * 1e-4, HOME[1]).flags == ()
        return self


def _limits(now_s: float) -> Limits:
    plausibility = Plausibility(max_age_ms=30 * 86_400_000, max_ahead_ms=120_000, hold_jumps=True)
    return plausibility.at(int((START.timestamp() + now_s) * 1000))


def test_a_plausible_track_has_no_flags_and_leads() -> None:
    track = Track()
    assessed = [track.add(5 * step, 27.7 + step * 5e-4, 85.3, accuracy_m=8.0) for step in range(50)]
    assert all(one.flags == () and one.may_lead for one in assessed)


def test_a_jump_from_an_established_track_waits_for_the_next_fix_which_may_confirm_it() -> None:
    track = Track().established()
    jump = track.add(20, *FAR)
    assert jump.flags == (Flag.IMPOSSIBLE_SPEED, Flag.UNCONFIRMED)
    assert not jump.may_lead
    assert track.add(25, FAR[0] + 1e-4, FAR[1]) == AssessedFix((), True, track.trail)
    assert track.add(30, FAR[0] + 2e-4, FAR[1]).flags == ()


def test_a_jump_that_the_next_fix_does_not_confirm_stays_in_the_history_alone() -> None:
    track = Track().established()
    assert not track.add(20, *FAR).may_lead
    back = track.add(25, HOME[0] + 5e-4, HOME[1])
    assert (back.flags, back.may_lead, back.trail.suspect) == ((), True, None)


def test_the_jump_sent_again_does_not_confirm_itself() -> None:
    track = Track().established()
    assert not track.add(20, *FAR).may_lead
    assert not track.add(20, *FAR).may_lead


def test_a_device_that_keeps_jumping_is_believed_in_the_end() -> None:
    track = Track().established()
    leads = [track.add(20 + step, HOME[0] + step + 1, HOME[1]).may_lead for step in range(MAX_HELD + 1)]
    assert leads == [False] * MAX_HELD + [True]


def test_one_earlier_fix_is_no_better_evidence_than_the_new_one() -> None:
    track = Track()
    track.add(0, *HOME)
    jump = track.add(1, *FAR)
    assert (jump.flags, jump.may_lead) == ((Flag.IMPOSSIBLE_SPEED,), True)


def test_what_was_recorded_earlier_is_out_of_order_and_changes_nothing() -> None:
    track = Track().established()
    before = track.trail
    late = track.add(2, *FAR)
    assert (late.flags, late.trail) == ((Flag.OUT_OF_ORDER,), before)


def test_the_same_place_and_time_under_another_seq_is_a_duplicate_and_not_told_again() -> None:
    track = Track()
    track.add(5, *HOME)
    again = track.add(5, *HOME)
    assert (again.flags, again.may_lead) == ((Flag.DUPLICATE,), False)


@pytest.mark.parametrize(("accuracy_m", "flagged"), [(None, False), (8, False), (100, False), (101, True), (-1, True)])
def test_poor_accuracy_is_flagged_and_leads_all_the_same(accuracy_m: float | None, flagged: bool) -> None:
    assessed = Track().add(0, *HOME, accuracy_m=accuracy_m)
    assert (Flag.POOR_ACCURACY in assessed.flags, assessed.may_lead) == (flagged, True)


def test_a_clock_ahead_of_ours_is_flagged() -> None:
    assert Track().add(60, *HOME, heard_s=0).flags == (Flag.CLOCK_SKEW,)
    assert Track().add(5, *HOME, heard_s=0).flags == ()


def test_an_inaccurate_fix_far_away_is_no_jump() -> None:
    assessed = Track().established().add(20, HOME[0] + 0.02, HOME[1], accuracy_m=3000)
    assert assessed.flags == (Flag.POOR_ACCURACY,)


def test_crossing_the_date_line_is_no_jump() -> None:
    track = Track()
    for step in range(10):
        longitude = 179.998 + step * 5e-4
        assert track.add(step * 5, -17.0, longitude - (360 if longitude > 180 else 0)).flags == ()


def test_the_pace_is_that_of_the_last_minutes() -> None:
    track = Track()
    for step in range(120):
        track.add(step * 5, 27.0 + step * 5 * 10 / 111_195, 85.3)
    assert track.trail.pace_mps == pytest.approx(10, rel=0.01)
    for step in range(120, 240):
        track.add(step * 5, 27.0 + 119 * 5 * 10 / 111_195, 85.3)
    assert track.trail.pace_mps is not None
    assert track.trail.pace_mps < 0.2


moments = st.floats(0, 3600)
places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(st.tuples(moments, places, st.none() | st.floats(-10, 1e6)), max_size=30))
def test_whatever_comes_the_trail_stays_in_order_and_survives_its_encoding(
    fixes: list[tuple[float, tuple[float, float], float | None]],
) -> None:
    track = Track()
    trails = []
    for at_s, place, accuracy_m in fixes:
        assessed = track.add(at_s, *place, accuracy_m=accuracy_m)
        assert assessed.trail.held <= MAX_HELD
        assert decode_trail(encode_trail(assessed.trail)) == assessed.trail
        trails.append(assessed.trail)
    times = [trail.last.at_ms for trail in trails if trail.last is not None]
    assert all(a <= b for a, b in pairwise(times))


steps = st.tuples(
    st.sampled_from([-5.0, 0.0, 1.0, 5.0, 5.0, 200.0, 2000.0]),
    st.sampled_from([0.0, 1e-4, 2e-4, 3e-4, 1e-2, 0.5]),
    st.sampled_from([0.0, 1e-4, -2e-4]),
    st.sampled_from([None, -1.0, 0.0, 8.0, 100.0, 500.0]),
)
begins = st.sampled_from([HOME, (0.0, 0.0), (89.9999, 10.0), (-17.0, 179.9999), (10.0, -179.9999)])


@given(begins, st.lists(steps, max_size=40), st.integers(0, 40), st.sampled_from([-1000.0, 20.0, 100.0]))
def test_fixes_together_are_judged_as_one_by_one(
    begin: tuple[float, float], walk: list[tuple[float, float, float, float | None]], cut: int, now_s: float
) -> None:
    at_s, lat, lon, fixes, times_ms = 0.0, *begin, list[Fix](), list[int]()
    for seq, (elapsed_s, north, east, accuracy_m) in enumerate(walk, 1):
        at_s, lat, lon = max(0.0, at_s + elapsed_s), lat + north, lon + east
        at = START + timedelta(seconds=at_s)
        fixes.append(Fix(seq, lat, lon, at, accuracy_m))
        times_ms.append(int(at.timestamp() * 1000))
    limits, trail = _limits(now_s), Trail()
    leader: tuple[int, float | None] | None = None
    rejected, flags = {}, {}
    for position, (fix, at_ms) in enumerate(zip(fixes, times_ms, strict=True)):
        if (reason := reject_reason(fix, at_ms, limits)) is not None:
            rejected[position] = reason
            continue
        assessed = assess(fix, at_ms, trail, limits)
        trail = assessed.trail
        if assessed.flags:
            flags[position] = assessed.flags
        newest = leader is None or at_ms >= times_ms[leader[0] + cut]
        if assessed.may_lead and position >= cut and newest:
            leader = (position - cut, assessed.trail.pace_mps)
    first = assess_all(fixes[:cut], times_ms[:cut], Trail(), limits)
    second = assess_all(fixes[cut:], times_ms[cut:], first.trail, limits)
    assert second.trail == trail
    assert _judged_in_reads_of_their_own(fixes, limits) == (trail, set(rejected), set(flags))
    assert (None if second.leader is None else (second.leader, second.pace_mps)) == leader
    assert first.rejected | {at + cut: reason for at, reason in second.rejected.items()} == rejected
    assert first.flags | {at + cut: flagged for at, flagged in second.flags.items()} == flags


def _judged_in_reads_of_their_own(fixes: list[Fix], limits: Limits) -> tuple[Trail, set[int], set[int]]:
    """The same where each comes alone, as a phone sends: the trail after them; which were rejected, and flagged."""
    source, rejected, flagged = Source(1, "phone", "one"), set(), set()
    for position, fix in enumerate(fixes):
        screened = screen_fixes(source, [fix], [encode_fix(fix)], 0, limits)
        (run,) = decode_runs(b"[%b]" % screened.run.logged) if screened.run else (None,)
        if run is None:
            rejected.add(position)
            continue
        assert run.fixes == [fix]
        if run.flags:
            flagged.add(position)
    return source.trail, rejected, flagged


def _jumping(now: datetime) -> list[Fix]:
    """Four fixes of a slow track, then one far away that no vehicle could have reached."""
    track = [Fix(step + 1, HOME[0] + step * 1e-4, HOME[1], now - timedelta(seconds=60 - 5 * step)) for step in range(4)]
    return [*track, Fix(5, *FAR, now - timedelta(seconds=40))]


@asynccontextmanager
async def _zone(server: RunningServer, *, hold_jumps: bool) -> AsyncIterator[tuple[Ingest, RedisLivePositions]]:
    """An ingest in a zone of its own, and what it makes of the live positions there."""
    keys, services = Keys(f"zone-{uuid4().hex[:8]}"), server.services
    ingest = Ingest(
        services.redis,
        keys,
        flush_ms=1,
        plausibility=Plausibility(max_age_ms=86_400_000, max_ahead_ms=60_000, hold_jumps=hold_jumps),
        rates=Rates(1e6, 1e9),
        log_max=10_000,
    )
    ingest.start()
    yield ingest, RedisLivePositions(services.redis, keys, limits=PresenceLimits(60, 120))
    await ingest.stop()


async def test_the_newest_fix_leads_even_where_it_is_a_jump(server: RunningServer) -> None:
    async with _zone(server, hold_jumps=False) as (ingest, live):
        await ingest.keep(Source(1, "phone", "one"), _jumping(datetime.now(UTC)))
        position = (await live.positions_of([1]))[1]
    assert (position.lat, position.lon) == FAR


async def test_where_jumps_are_held_the_next_fix_confirms_them_even_over_a_reconnect(server: RunningServer) -> None:
    now = datetime.now(UTC)
    async with _zone(server, hold_jumps=True) as (ingest, live):
        await ingest.keep(Source(1, "phone", "one"), _jumping(now))
        position = (await live.positions_of([1]))[1]
        assert (position.lat, position.lon) == (HOME[0] + 3e-4, HOME[1])
        near = Fix(1, FAR[0] + 1e-4, FAR[1], now - timedelta(seconds=35))
        await ingest.keep(Source(1, "phone", "two"), [near])
        position = (await live.positions_of([1]))[1]
        assert (position.lat, position.lon) == (FAR[0] + 1e-4, FAR[1])


async def test_doubts_stand_with_the_stored_fixes(world: World) -> None:
    driver, now = await world.driver(), datetime.now(UTC)
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *HOME, now, accuracy_m=500))
        await phone.send(ping(2, *HOME, now))
        await phone.send(ping(3, *HOME, now - timedelta(hours=1)))
        await phone.send(ping(4, *HOME, now + timedelta(seconds=60)))
        await phone.until_ack(4)
    flags = {fix["seq"]: fix["flags"] for fix in await world.stored_fixes(driver, 4)}
    assert flags == {1: ["poor_accuracy"], 2: ["duplicate"], 3: ["out_of_order"], 4: ["clock_skew"]}


async def test_a_batch_newest_first_is_in_order_for_the_device(world: World) -> None:
    driver, now = await world.driver(), datetime.now(UTC)
    backlog = [ping(10 - step, HOME[0] - step * 1e-4, HOME[1], now - timedelta(seconds=5 * step)) for step in range(10)]
    async with world.phone(driver) as phone:
        await phone.send({"type": "pings", "pings": backlog})
        await phone.until_ack(10)
    assert all(fix["flags"] == [] for fix in await world.stored_fixes(driver, 10))

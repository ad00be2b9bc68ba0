"""When pings of a load are due and where their transporters are then."""

import math
import time
from itertools import pairwise

import pytest

from api.simulation.load.plan import Plan
from api.simulation.load.report import picture
from api.simulation.load.schedule import Drive, StartingLine, Timetable
from api.simulation.replay.latencies import Latencies
from dispatch.geo import great_circle_m


def started(vehicles: int = 1) -> StartingLine:
    line = StartingLine(vehicles)
    for _ in range(vehicles):
        line.is_ready()
    assert line.started.is_set()
    return line


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("rate", [3.0, 50.0, 990.0])
def test_a_frame_is_due_with_its_last_ping_and_frames_are_evenly_spaced(batch: int, rate: float) -> None:
    plan = Plan(3, 0, rate, 60.0, batch)
    for index in range(3):
        drive = Drive(index, plan, started())
        line = started()
        table = Timetable(line, plan.phase_ms(index), plan.frame_ms)
        rows = drive[:2000]
        due = [round((table.counted_from_s(row.time_ms, 0.0) - line.due_s(0)) * 1000) for row in rows]
        frames = [due[at : at + batch] for at in range(0, len(rows) - batch + 1, batch)]
        assert all(len(set(frame)) == 1 for frame in frames)
        assert [frame[0] for frame in frames] == [row.time_ms for row in rows[batch - 1 :: batch]]
        for number, frame in enumerate(frames):
            assert frame[0] == pytest.approx(plan.phase_ms(index) + number * plan.frame_ms, abs=1)


def test_all_pings_together_are_as_many_as_the_rate_and_the_time_ask_for() -> None:
    plan = Plan(7, 0, 140.0, 10.0, 4)
    assert sum(len(Drive(index, plan, started())) for index in range(7)) == 1400


def test_nobody_drives_faster_than_traffic_within_a_run_or_from_one_run_to_the_next() -> None:
    plan = Plan(50, 0, 50.0, 100.0)
    first, second = started(), started()
    second.wall_ms = first.wall_ms + 100_000
    for index in range(50):
        rows = Drive(index, plan, first)[:]
        rows += [row._replace(time_ms=row.time_ms + 100_000) for row in Drive(index, plan, second)[:]]
        for one, other in pairwise(rows):
            metres = great_circle_m(one.lat, one.lon, other.lat, other.lon)
            assert 3 < metres / ((other.time_ms - one.time_ms) / 1000) < 15
            assert 0 <= one.heading_deg < 360 if one.heading_deg is not None else False


def test_a_transporter_heads_where_it_drives() -> None:
    one, other = Drive(0, Plan(1, 0, 1.0, 10.0), started())[:2]
    assert one.heading_deg is not None
    north, east = other.lat - one.lat, (other.lon - one.lon) * math.cos(math.radians(one.lat))
    assert math.degrees(math.atan2(east, north)) % 360 == pytest.approx(one.heading_deg, abs=2)


def test_a_ping_that_leaves_late_counts_from_when_it_was_due() -> None:
    plan = Plan(1, 0, 1.0, 10.0)
    line = started()
    table = Timetable(line, 0.0, plan.frame_ms)
    late_s = time.monotonic() + 3600
    assert table.counted_from_s(5000, late_s) == line.due_s(5000)


def test_a_run_that_is_ended_keeps_what_was_due_and_nothing_later() -> None:
    line = started()
    drive = Drive(0, Plan(1, 0, 1.0, 3600.0), line)
    assert len(drive) == 3600
    before_s = math.ceil(line.elapsed_ms / 1000)
    drive.end_now()
    assert 1 <= before_s <= len(drive) <= math.ceil(line.elapsed_ms / 1000) < 3600


def test_the_picture_shows_every_step_between_the_shortest_and_the_longest() -> None:
    latencies = Latencies()
    for ms, count in ((0.8, 10), (4.0, 20), (70_000.0, 10)):
        latencies.record(ms / 1000, count)
    lines = picture(latencies.buckets())
    assert [line.split(" ms")[0].strip() for line in lines[:4]] == ["≤ 1", "≤ 2", "≤ 5", "≤ 10"]
    assert lines[-1].strip().startswith("> 50,000 ms")
    assert [line.count("█") for line in lines[:4]] == [20, 0, 40, 0]
    assert "25.000%" in lines[0]

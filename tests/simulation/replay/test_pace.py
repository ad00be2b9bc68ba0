"""When fixes are due and what time they bear."""

import time

import pytest

from api.simulation.replay.pace import Pace

HOUR_MS = 3_600_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_at_max_everything_is_due_and_the_newest_fix_is_of_now() -> None:
    before = now_ms()
    pace = Pace(oldest_ms=0, newest_ms=HOUR_MS, speed=None, vehicles=2)
    assert pace.is_due(HOUR_MS)
    assert before <= pace.recorded_ms(HOUR_MS) <= now_ms()
    assert pace.recorded_ms(HOUR_MS) - pace.recorded_ms(0) == HOUR_MS


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_the_newest_fix_is_of_the_moment_it_is_sent(speed: float) -> None:
    before = now_ms()
    pace = Pace(oldest_ms=0, newest_ms=HOUR_MS, speed=speed, vehicles=1)
    pace.is_ready(0)
    assert pace.is_due(0)
    assert not pace.is_due(HOUR_MS)
    assert before <= pace.recorded_ms(HOUR_MS) - HOUR_MS / speed <= now_ms()


def test_below_real_time_no_fix_is_of_the_future() -> None:
    pace = Pace(oldest_ms=0, newest_ms=HOUR_MS, speed=0.5, vehicles=1)
    pace.is_ready(0)
    assert pace.recorded_ms(0) <= now_ms()


def test_the_clock_starts_when_the_last_vehicle_is_ready_at_the_oldest_fix_that_is_still_to_be_sent() -> None:
    pace = Pace(oldest_ms=0, newest_ms=HOUR_MS, speed=1, vehicles=3)
    pace.is_ready(HOUR_MS // 2)
    pace.is_ready(None)
    pace.is_ready(HOUR_MS // 4)
    assert pace.is_due(HOUR_MS // 4)
    assert not pace.is_due(HOUR_MS // 2)


def test_a_time_before_1970_is_sent_as_1970() -> None:
    pace = Pace(oldest_ms=-(10**14), newest_ms=0, speed=None, vehicles=1)
    assert pace.recorded_ms(-(10**14)) == 0

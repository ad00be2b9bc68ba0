"""A day's time: it stands still while anybody works, and everything happens in its order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from api.simulation.days.clock import DayClock, Timeline
from api.simulation.days.errors import DayStuck


async def run(timeline: Timeline) -> None:
    while timeline.next_s is not None:
        await timeline.step()


async def test_things_happen_in_the_order_of_their_time_and_then_as_they_were_put_down() -> None:
    clock = DayClock()
    timeline = Timeline(clock)
    seen: list[tuple[str, float]] = []

    def noting(name: str) -> Callable[[], Awaitable[None]]:
        async def note() -> None:
            seen.append((name, clock.now_s))

        return note

    for name, when_s in (("late", 90.0), ("first", 30.0), ("second", 30.0), ("early", 4.5)):
        timeline.at(when_s, noting(name))
    await run(timeline)
    assert seen == [("early", 5.0), ("first", 30.0), ("second", 30.0), ("late", 90.0)]
    assert timeline.moments == 3


async def test_what_follows_at_once_belongs_to_the_same_moment_and_nothing_happens_in_the_past() -> None:
    clock = DayClock()
    timeline = Timeline(clock)
    seen: list[float] = []

    async def note() -> None:
        seen.append(clock.now_s)

    async def set_off() -> None:
        timeline.at(5.0, note)
        timeline.after(0.0, note)
        timeline.after(2.0, note)

    timeline.at(60.0, set_off)
    await run(timeline)
    assert seen == [60.0, 60.0, 65.0]


async def test_what_couriers_do_in_a_moment_they_do_at_once_and_before_what_has_an_order() -> None:
    timeline = Timeline(DayClock())
    seen: list[str] = []
    both_are_there = asyncio.Barrier(2)

    async def meet() -> None:
        await both_are_there.wait()  # would wait for ever, were they done one after the other
        seen.append("met")

    async def place() -> None:
        seen.append("placed")

    timeline.at(10.0, place)
    timeline.beside(10.0, meet)
    timeline.beside(8.0, meet)
    await run(timeline)
    assert seen == ["met", "met", "placed"]


async def test_what_goes_wrong_with_one_of_them_ends_the_day() -> None:
    timeline = Timeline(DayClock())

    async def fall() -> None:
        raise DayStuck("a courier fell")

    async def go_on() -> None:
        pass

    timeline.beside(10.0, go_on)
    timeline.beside(10.0, fall)
    with pytest.raises(DayStuck, match="a courier fell"):
        await run(timeline)


def test_the_longest_day_is_over_before_now() -> None:
    clock = DayClock()
    clock.now_s = 51 * 3600.0
    assert clock.now() < datetime.now(UTC)
    assert clock.at(60.0).timestamp() - clock.begins.timestamp() == 3600.0

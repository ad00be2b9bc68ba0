"""Questions that are asked together."""

import asyncio
import gc
import weakref
from collections.abc import Sequence

import pytest

from realtime.gathering import Gathering


class Doubling:
    """Answers with the double, once it may; remembers what was asked together."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.may = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        await self.may.wait()
        if -1 in numbers:
            raise ValueError("no number")
        return [2 * number for number in numbers]


async def test_what_is_asked_in_one_moment_is_one_call_and_each_gets_its_own_answer() -> None:
    ask = Doubling()
    ask.may.set()
    gathering = Gathering(ask, most=100)
    assert await asyncio.gather(*(gathering(number) for number in range(50))) == [2 * number for number in range(50)]
    assert ask.calls == [list(range(50))]


async def test_what_comes_while_a_call_is_under_way_waits_for_the_next_which_is_bounded() -> None:
    ask = Doubling()
    gathering = Gathering(ask, most=4)
    answers = []
    for number in range(10):
        answers.append(asyncio.create_task(gathering(number)))
        await asyncio.sleep(0)  # it has asked
        await asyncio.sleep(0)  # its call has begun, if it may
    ask.may.set()
    assert await asyncio.gather(*answers) == [2 * number for number in range(10)]
    assert max(map(len, ask.calls)) == 4
    assert len(ask.calls) < 10


async def test_a_call_that_fails_fails_for_those_whose_call_it_was_and_for_no_later_one() -> None:
    ask = Doubling()
    ask.may.set()
    gathering = Gathering(ask, most=100)
    together = await asyncio.gather(gathering(1), gathering(-1), return_exceptions=True)
    assert [str(error) for error in together] == ["no number", "no number"]
    assert await gathering(2) == 4


async def test_what_failed_holds_nobody_who_asked() -> None:
    ask = Doubling()
    ask.may.set()
    gathering = Gathering(ask, most=100)

    class Asker:
        async def asks(self) -> None:
            await gathering(-1)

    asker = Asker()
    gone = weakref.ref(asker)
    gc.disable()
    try:
        with pytest.raises(ValueError, match="no number") as failed:
            await asker.asks()
        del asker, failed
        await asyncio.sleep(0)  # the call that failed has ended
        assert gone() is None
    finally:
        gc.enable()


async def test_who_gives_up_is_not_asked_for() -> None:
    ask = Doubling()
    ask.may.set()
    gathering = Gathering(ask, most=100)
    gone, staying = asyncio.create_task(gathering(1)), asyncio.create_task(gathering(2))
    await asyncio.sleep(0)  # both have asked, and the call has not begun
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await staying == 4
    assert ask.calls == [[2]]

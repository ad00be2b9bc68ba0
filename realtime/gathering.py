"""Questions that come at the same time, asked together.

After a restart thousands of phones are back within seconds. A call to a database costs about the same for one of them
as for hundreds, so what comes while a call is under way waits for the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Gathering(Generic[Question, Answer]):
    """Asks for many at once; each gets its own answer, or what their call raised."""

    def __init__(self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], *, most: int) -> None:
        """``ask``: as many answers as questions, in their order; ``most`` questions a call."""
        self._ask = ask
        self._most = most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._calling: asyncio.Task[None] | None = None

    async def __call__(self, question: Question) -> Answer:
        """The answer of a call that begins after this one did. Raises what that call raises."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._calling is None or self._calling.done():
            # A task begins when all that are ready now have run: what they ask is in the same call.
            self._calling = asyncio.create_task(self._call(), name="gathered questions")
        try:
            return await answer
        finally:
            del answer  # it holds what it raised, which holds this frame: a circle with everything of who asked

    async def _call(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            wanted = [(question, answer) for question, answer in asked if not answer.done()]  # not cancelled meanwhile
            if not wanted:
                continue
            # Whatever it raises, a defect too, is for those who wait: nobody may be left without an answer.
            [found] = await asyncio.gather(self._ask([question for question, _ in wanted]), return_exceptions=True)
            for number, (_, answer) in enumerate(wanted):
                if answer.done():
                    continue
                if isinstance(found, BaseException):
                    answer.set_exception(found)
                else:
                    answer.set_result(found[number])

"""The shape of all background work that has items."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from dispatch.jobs.rounds import AT_ONCE, each_alone

log = structlog.get_logger(__name__)

Item = TypeVar("Item")


class JobObserver(Protocol):
    """Whoever counts what jobs do."""

    def item_ended(self, job: str, *, failed: bool) -> None:
        """An item was done, or failed and was written down as such."""
        ...

    def round_ended(self, job: str, *, failed: bool) -> None:
        """A round is over; failed: of itself, and not an item of it."""
        ...


class NobodyCounts:
    """For those who run a job by themselves."""

    def item_ended(self, job: str, *, failed: bool) -> None:
        """Nothing."""

    def round_ended(self, job: str, *, failed: bool) -> None:
        """Nothing."""


NOBODY_COUNTS = NobodyCounts()


class ItemJob(ABC, Generic[Item]):
    """Work on items that are due. Several processes may run the same job: each item is taken by one of them.

    A feature says what is due and takes it (``take``), what is to be done (``do``) and how a failure is kept
    (``note_failure``). ``LeasedItemJob`` keeps leases and failures for those whose rows have no place for them.
    """

    name: ClassVar[str]
    """What metrics, log lines and dead letters call it."""
    at_once: ClassVar[int] = AT_ONCE
    one_batch_a_round: ClassVar[bool] = False
    """Where the outside sets the pace: what is left waits for the next round."""

    @abstractmethod
    async def take(self) -> Sequence[Item]:
        """A batch of what is due, ours until a lease is over; empty where nothing is.

        A job that takes its lease beneath another lock, in ``do``, gives what is due here.
        """

    @abstractmethod
    async def do(self, item: Item) -> bool:
        """Bring one item to its end, in transactions of its own. Raises whatever goes wrong with it.

        False: it came to nothing, and that is written down already.
        """

    @abstractmethod
    async def note_failure(self, item: Item, error: Exception) -> None:
        """Keep that it failed: later, or a dead letter. Raises only where not even that can be written down."""

    @abstractmethod
    async def oldest_due(self) -> datetime | None:
        """Since when the item waits that has been due for longest; None where none is."""

    async def run(self, counts: JobObserver = NOBODY_COUNTS) -> int:
        """A round: all that is due, a batch at a time; returns how many items were tried.

        Raises what is no item's fault, such as a database that is away; what was not begun is left to the next round.
        """
        tried = 0
        async for batch in self._batches():
            await each_alone(batch, lambda item: self.try_one(item, counts), at_once=self.at_once)
            tried += len(batch)
            if self.one_batch_a_round:
                break
        return tried

    async def try_one(self, item: Item, counts: JobObserver = NOBODY_COUNTS) -> None:
        """One item, whatever comes of it. Raises only where a failure cannot be written down."""
        done = False
        try:
            done = await self.do(item)
        except Exception as error:
            log.debug("failed alone", exc_info=True)  # where exactly, for whoever looks for defects
            await self.note_failure(item, error)
        counts.item_ended(self.name, failed=not done)

    async def _batches(self) -> AsyncIterator[Sequence[Item]]:
        while batch := await self.take():
            yield batch

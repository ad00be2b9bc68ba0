"""The durable log in Redis, worked off into PostgreSQL: exactly once in effect.

A consumer group shares the work among processes. Entries are stored (``FixStore`` knows what is there already), what
follows from them is noted, and only then are they acknowledged and deleted; a writer that dies in between leaves its
entries pending and another takes them over. A fix that the database will never take is set aside under ``dead``, with
the reason, and does not come again.

It works in large, few steps: it waits for more while little comes, and while PostgreSQL stores a step the next is read,
unpacked and encoded.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec
import structlog
from msgspec.structs import replace
from redis.asyncio import Redis
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from dispatch.jobs.repeated_failures import RepeatedFailures
from dispatch.tracking.store import FixStore, StoreUnavailable, Unstorable
from realtime.background import end
from realtime.fixes import LoggedRun, decode_runs, encode_run
from realtime.history.log_reader import GROUP, TAKE_OVER_AFTER_MS, Entry, LogReader
from realtime.redis.client import is_unexpected, load_script
from realtime.redis.keys import Keys

log = structlog.get_logger(__name__)

# A step costs about as much as some hundreds of rows. While little comes, it waits for more to move at once; nobody
# waits for the history of the last second, and positions do not come from it.
LINGER_S = 0.5
# Fixes of a step, and steps that are under way at once: one is stored, and the next is made ready meanwhile.
STEP_FIXES = 8_000
STEPS_AT_ONCE = 2
# How often it is looked for what a dead writer left.
LOOK_AROUND_S = 1.0
# The dead are kept to be looked at, not for ever.
MAX_DEAD = 10_000

AfterWrite = Callable[[Sequence[LoggedRun]], Awaitable[None]]


class HistoryWriter:
    """Moves the log of one zone. Several may run at once, in one process or many."""

    def __init__(self, redis: Redis, keys: Keys, store: FixStore, after_write: AfterWrite) -> None:
        self._redis = redis
        self._keys = keys
        self._store = store
        self._after_write = after_write
        self._log = LogReader(redis, keys)
        self._forget = redis.register_script(load_script("moved"))
        self._looked_around_at = -LOOK_AROUND_S
        self._steps: deque[tuple[float, asyncio.Task[None]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to move the log."""
        self._task = asyncio.create_task(self._run(), name="history")

    async def stop(self) -> None:
        """End; what is pending stays in the log for the next writer."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        failures = RepeatedFailures(
            failed="history writer failed",
            waits="history writer waits",
            is_defect=lambda error: is_unexpected(error) and not isinstance(error, StoreUnavailable),
        )
        while True:
            with failures.noted():
                try:
                    await self._log.ensure_group()
                    await self._work(failures.well)
                finally:
                    await self._drop_steps()
            await asyncio.sleep(0.5)

    async def _work(self, well: Callable[[], None]) -> None:
        await self._move(await self._log.begun())
        while True:
            await self._look_around()
            entries, was_all = await self._log.step(STEP_FIXES)
            if entries:
                await self._begin(entries)
            else:
                await self._finish(0)
                await self._move(await self._log.begun())
            well()
            if entries and was_all:
                await self._finish(0)
                await asyncio.sleep(LINGER_S)

    async def _begin(self, entries: list[Entry]) -> None:
        """Move them beside what follows, once there are not too many on their way."""
        await self._finish(STEPS_AT_ONCE - 1)
        self._steps.append((time.monotonic(), asyncio.create_task(self._move(entries), name="history-step")))

    async def _finish(self, left: int) -> None:
        """Wait until no more steps than that are on their way; raises what they raised."""
        while len(self._steps) > left:
            await self._steps[0][1]
            self._steps.popleft()

    async def _drop_steps(self) -> None:
        """What they would have moved stays pending, and is begun again."""
        while self._steps:
            _, step = self._steps.popleft()
            await end(step)

    async def _look_around(self) -> None:
        """Finish what a dead writer began; not while a step of ours is so old that it would be taken for one."""
        now = time.monotonic()
        if now - self._looked_around_at < LOOK_AROUND_S:
            return
        if self._steps and now - self._steps[0][0] > TAKE_OVER_AFTER_MS / 2000:
            await self._finish(0)
        async for entries in self._log.left_by_others():
            await self._begin(entries)
        self._looked_around_at = now

    async def _move(self, found: list[Entry]) -> None:
        for entries in _portions(found):
            runs = await self._write(await self._runs_of(entries))
            if runs:
                await self._note(runs)
            arguments = [argument for entry in entries for argument in (entry.entry_id, entry.count)]
            await self._forget(keys=[self._keys.log, self._keys.backlog], args=[GROUP, *arguments])

    async def _runs_of(self, entries: list[Entry]) -> list[LoggedRun]:
        runs: list[LoggedRun] = []
        for entry in entries:
            try:
                runs += decode_runs(entry.raw)
            except msgspec.DecodeError as error:
                await self._set_aside(entry.raw, f"not a list of runs of fixes: {error}")
            await asyncio.sleep(0)
        return runs

    async def _write(self, runs: Sequence[LoggedRun]) -> Sequence[LoggedRun]:
        """Store them; where something in them cannot be stored, halve until it stands alone."""
        if not runs:
            return runs
        try:
            await self._store.write(runs)
        except Unstorable as error:
            halves = _halves(runs)
            if halves is None:
                await self._set_aside(encode_run(runs[0]), str(error))
                return []
            return [*await self._write(halves[0]), *await self._write(halves[1])]
        return runs

    async def _set_aside(self, raw: bytes, reason: str) -> None:
        log.error("a logged fix cannot be stored and is set aside", reason=reason)
        await self._redis.xadd(self._keys.dead, {"fix": raw, "reason": reason}, maxlen=MAX_DEAD, approximate=True)

    async def _note(self, runs: Sequence[LoggedRun]) -> None:
        """What follows from the fixes may wait for the database, but its defects must not hold up the history.

        One transporter's defect is not the others': where all together meet one, each is told alone.
        """
        if await self._follow_up(runs):
            return
        alone: dict[int, list[LoggedRun]] = {}
        for run in runs:
            alone.setdefault(run.transporter_id, []).append(run)
        for transporter_id, theirs in alone.items():
            if not await self._follow_up(theirs):
                log.error("stored fixes could not be followed up", transporter_id=transporter_id)

    async def _follow_up(self, runs: Sequence[LoggedRun]) -> bool:
        """False where a defect was met. Raises where the database is away."""
        try:
            await self._after_write(runs)
        except (IntegrityError, DataError, ProgrammingError):
            log.debug("follow-up failed", exc_info=True)
            return False
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            log.debug("follow-up failed", exc_info=True)
            return False
        return True


def _portions(found: list[Entry]) -> Iterator[list[Entry]]:
    """The entries in portions of a bounded number of fixes: a step may have come out larger than it was meant."""
    portion: list[Entry] = []
    size = 0
    for entry in found:
        if portion and size + entry.count > 2 * STEP_FIXES:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += entry.count
    if portion:
        yield portion


def _halves(runs: Sequence[LoggedRun]) -> tuple[Sequence[LoggedRun], Sequence[LoggedRun]] | None:
    """None of a single fix."""
    if len(runs) > 1:
        half = len(runs) // 2
        return runs[:half], runs[half:]
    (run,) = runs
    if len(run.fixes) <= 1:
        return None
    half = len(run.fixes) // 2
    return [replace(run, fixes=run.fixes[:half])], [replace(run, fixes=run.fixes[half:])]

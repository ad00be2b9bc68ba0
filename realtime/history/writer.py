"""The durable log in Redis, worked off into PostgreSQL: exactly once in effect.

A consumer group shares the work among processes. Entries are stored (``FixStore`` knows what is there already), what
follows from them is noted, and only then are they acknowledged and deleted; a writer that dies in between leaves its
entries pending and another takes them over. A fix that the database will never take is set aside under ``dead``, with
the reason, and does not come again.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ResponseError
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from dispatch.jobs.repeated_failures import RepeatedFailures
from dispatch.tracking.store import FixRow, FixStore, StoreUnavailable, Unstorable
from realtime.background import end
from realtime.fixes import LoggedRun, decode_runs, encode_run
from realtime.protocol import utc_from_ms
from realtime.redis.client import is_unexpected, load_script
from realtime.redis.keys import Keys

log = structlog.get_logger(__name__)

GROUP = "history"
# Entries of a read: many while they are small. Redis answers nobody else while it hands them out, and under load an
# entry is hundreds of times one of an idle hour.
MOST_ENTRIES, FEWEST_ENTRIES = 100, 2
BLOCK_MS = 1_000
# A step costs about as much as a hundred rows. While little comes, it waits for more to move at once; nobody waits
# for the history of the last second, and positions do not come from it.
LINGER_S = 0.5
TAKE_OVER_AFTER_MS = 5_000
# The event loop stands still while so many rows are made and encoded: about 20 ms.
ROWS_AT_ONCE = 2_000
# The dead are kept to be looked at, not for ever.
MAX_DEAD = 10_000

RawEntry = tuple[bytes, dict[bytes, bytes] | None]
AfterWrite = Callable[[Sequence[FixRow]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log: what one batch of the ingest accepted."""

    entry_id: bytes
    count: int
    raw: bytes


class HistoryWriter:
    """Moves the log of one zone. Several may run at once, in one process or many."""

    def __init__(self, redis: Redis, keys: Keys, store: FixStore, after_write: AfterWrite) -> None:
        self._redis = redis
        self._keys = keys
        self._store = store
        self._after_write = after_write
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
        self._forget = redis.register_script(load_script("moved"))
        self._entries = FEWEST_ENTRIES
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
                await self._ensure_group()
                while True:
                    await self._take_over()
                    asked = self._entries
                    found = await self._read()
                    await self._move(found)
                    failures.well()
                    if 0 < len(found) < asked:
                        await asyncio.sleep(LINGER_S)
            await asyncio.sleep(0.5)

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._keys.log, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            # Also a Redis without room must be worked off: reading tells where there is no group yet.
            if "BUSYGROUP" not in str(error) and not isinstance(error, OutOfMemoryError):
                raise

    async def _read(self) -> list[RawEntry]:
        found = await self._redis.xreadgroup(
            GROUP, self._consumer, {self._keys.log: ">"}, count=self._entries, block=BLOCK_MS
        )
        entries = _entries_of(found)
        if not entries:
            # Before 7.2 Redis notes a writer only where it is handed something; asking for one's own is always noted.
            # What comes was begun and not finished, when PostgreSQL was away. It has to be moved now: being handed out
            # again made it look fresh, so that nobody would ever take it over.
            found = await self._redis.xreadgroup(GROUP, self._consumer, {self._keys.log: "0"}, count=self._entries)
            entries = _entries_of(found)
        if entries:
            fixes = sum(int((fields or {}).get(b"n", 0)) for _, fields in entries)
            fitting = 2 * ROWS_AT_ONCE * len(entries) // max(1, fixes)
            self._entries = min(MOST_ENTRIES, max(FEWEST_ENTRIES, fitting))
        return entries

    async def _take_over(self) -> None:
        """Finish what a dead writer began."""
        start: bytes | str = "0-0"
        while True:
            start, entries, *_ = await self._redis.xautoclaim(
                self._keys.log, GROUP, self._consumer, TAKE_OVER_AFTER_MS, start_id=start, count=self._entries
            )
            await self._move(entries)
            if start in {b"0-0", "0-0"}:
                return

    async def _move(self, found: list[RawEntry]) -> None:
        for entries in _portions(found):
            rows = await self._write(await self._rows_of(entries))
            if rows:
                await self._note(rows)
            arguments = [argument for entry in entries for argument in (entry.entry_id, entry.count)]
            await self._forget(keys=[self._keys.log, self._keys.backlog], args=[GROUP, *arguments])

    async def _rows_of(self, entries: list[Entry]) -> list[FixRow]:
        rows: list[FixRow] = []
        for entry in entries:
            try:
                runs = decode_runs(entry.raw)
            except msgspec.DecodeError as error:
                await self._set_aside(entry.raw, f"not a list of runs of fixes: {error}")
                continue
            for run in runs:
                try:
                    rows += _rows(run)
                except Unstorable as error:
                    await self._set_aside(encode_run(run), str(error))
        return rows

    async def _write(self, rows: list[FixRow]) -> list[FixRow]:
        """Store them; where something in them cannot be stored, halve until it stands alone."""
        if not rows:
            return []
        try:
            await self._store.write(rows)
        except Unstorable as error:
            if len(rows) == 1:
                await self._set_aside(encode_run(rows[0]), str(error))
                return []
            half = len(rows) // 2
            return [*await self._write(rows[:half]), *await self._write(rows[half:])]
        return rows

    async def _set_aside(self, raw: bytes, reason: str) -> None:
        log.error("a logged fix cannot be stored and is set aside", reason=reason)
        await self._redis.xadd(self._keys.dead, {"fix": raw, "reason": reason}, maxlen=MAX_DEAD, approximate=True)

    async def _note(self, rows: Sequence[FixRow]) -> None:
        """What follows from the fixes may wait for the database, but its defects must not hold up the history.

        One transporter's defect is not the others': where all together meet one, each is told alone.
        """
        if await self._follow_up(rows):
            return
        alone: dict[int, list[FixRow]] = {}
        for row in rows:
            alone.setdefault(row.transporter_id, []).append(row)
        for transporter_id, fixes in alone.items():
            if not await self._follow_up(fixes):
                log.error("stored fixes could not be followed up", transporter_id=transporter_id, fixes=len(fixes))

    async def _follow_up(self, rows: Sequence[FixRow]) -> bool:
        """False where a defect was met. Raises where the database is away."""
        try:
            await self._after_write(rows)
        except (IntegrityError, DataError, ProgrammingError):
            log.debug("follow-up failed", exc_info=True)
            return False
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            log.debug("follow-up failed", exc_info=True)
            return False
        return True


def _portions(found: list[RawEntry]) -> Iterator[list[Entry]]:
    """The entries in portions of a bounded number of fixes; those that were deleted meanwhile are left out."""
    portion: list[Entry] = []
    size = 0
    for entry_id, known in found:
        fields = known if known is not None else {b"runs": b"[]"}  # deleted meanwhile
        count = int(fields.get(b"n", 0))
        if portion and size + count > ROWS_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(Entry(entry_id, count, fields.get(b"runs", repr(fields).encode())))
        size += count
    if portion:
        yield portion


def _entries_of(found: object) -> list[RawEntry]:
    """RESP3 answers a map of streams, RESP2 a list of pairs."""
    if not found:
        return []
    if isinstance(found, dict):
        batches = next(iter(found.values()))
        return [entry for batch in batches for entry in (batch if isinstance(batch, list) else [batch])]
    return list(found[0][1])  # type: ignore[index]


def _rows(run: LoggedRun) -> list[FixRow]:
    """Raises Unstorable for a time that is on no calendar."""
    try:
        received_at = utc_from_ms(run.received_ms)
    except (ValueError, OverflowError, OSError) as error:
        raise Unstorable(f"no such time: {error}") from None
    return [
        FixRow(
            run.transporter_id,
            run.device,
            run.epoch,
            fix.seq,
            fix.lat,
            fix.lon,
            _to_ms(fix.recorded_at),
            received_at,
            fix.accuracy_m,
            fix.speed_mps,
            fix.heading_deg,
            fix.battery,
            run.flags.get(fix.seq, []),
        )
        for fix in run.fixes
    ]


def _to_ms(moment: datetime) -> datetime:
    """As the live position has it: to the millisecond."""
    return utc_from_ms(round(moment.timestamp() * 1000)) if moment.microsecond % 1000 else moment

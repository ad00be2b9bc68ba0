"""Fixes into PostgreSQL: in bulk, and each exactly once, whoever writes and however often.

A unique key over partitions would have to contain ``recorded_at``, and a duplicate may come with another one. So the
seqs that are stored are kept as bitmaps, whose rows are locked, looked at and changed in the transaction that copies
the fixes in. Several writers that hold the same fix take turns at its bitmap; the second sees that it is there.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from dispatch.database.engine import Database, DriverConnection
from dispatch.tracking.partitions import Partitions, day_of
from dispatch.tracking.runs import COLUMNS, COPY_END, COPY_HEAD, DAY_MS, Run, recorded_ms, row, row_head

CHUNK = 4096
# The event loop stands still while so many rows are made: a few milliseconds.
ROWS_AT_ONCE = 500


class Unstorable(Exception):
    """The database will never take these rows as they are."""


class StoreUnavailable(Exception):
    """The database cannot take rows now; the same rows may be tried again."""


class _Key(NamedTuple):
    transporter_id: int
    device: str
    epoch: str
    chunk: int


@dataclass(slots=True)
class _Chunk:
    """Rows of a bitmap, encoded, by their bit; and the days (since 1970) that they are of."""

    rows: dict[int, bytes] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)
    newest_ms: int = -(2**62)

    def unseen(self, seen: bytes) -> tuple[list[bytes], bytes]:
        """The rows that are not stored yet, and the bitmap with them."""
        bits = bytearray(seen.ljust(CHUNK // 8, b"\0"))
        fresh = []
        for bit, encoded in self.rows.items():
            mask = 1 << (bit & 7)
            if not bits[bit >> 3] & mask:
                bits[bit >> 3] |= mask
                fresh.append(encoded)
        return fresh, bytes(bits.rstrip(b"\0"))


@dataclass(slots=True)
class _Numbering:
    """What one device numbers on from 1."""

    head: bytes
    chunks: dict[int, _Chunk] = field(default_factory=dict)

    def take(self, run: Run) -> None:
        """Raises struct.error, ValueError or OverflowError where something in it cannot be stored."""
        head, received_ms, flags = self.head, run.received_ms, run.flags
        for point in run.fixes:
            number, bit = divmod(point.seq, CHUNK)
            chunk = self.chunks.get(number)
            if chunk is None:
                chunk = self.chunks[number] = _Chunk()
            if bit in chunk.rows:
                continue
            at_ms = recorded_ms(point)
            chunk.rows[bit] = row(head, received_ms, point, at_ms, flags.get(point.seq) if flags else None)
            chunk.days.add(at_ms // DAY_MS)
            chunk.newest_ms = max(chunk.newest_ms, at_ms)


ADD_CHUNKS = """
INSERT INTO stored_seqs (transporter_id, device, epoch, chunk, seen, newest_at)
SELECT a, b, c, d, ''::bytea, e
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) AS k (a, b, c, d, e)
ORDER BY a, b COLLATE "C", c COLLATE "C", d
ON CONFLICT DO NOTHING
"""
LOCK_CHUNKS = """
SELECT s.transporter_id, s.device, s.epoch, s.chunk, s.seen
FROM stored_seqs s
JOIN unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS k (a, b, c, d)
  ON (s.transporter_id, s.device, s.epoch, s.chunk) = (k.a, k.b, k.c, k.d)
ORDER BY s.transporter_id, s.device COLLATE "C", s.epoch COLLATE "C", s.chunk
FOR UPDATE OF s
"""
SAVE_CHUNKS = """
UPDATE stored_seqs s SET seen = k.f, newest_at = GREATEST(s.newest_at, k.e)
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::bytea[]) AS k (a, b, c, d, e, f)
WHERE (s.transporter_id, s.device, s.epoch, s.chunk) = (k.a, k.b, k.c, k.d)
"""

_THE_ROWS_FAULT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    struct.error,
    ValueError,
    TypeError,
    OverflowError,
)


class FixStore:
    """Writes fixes. Several may work on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.partitions = Partitions(database.engine)

    async def write(self, runs: Sequence[Run]) -> int:
        """Store what is not stored yet, all or nothing; returns how many fixes that was.

        Raises Unstorable or StoreUnavailable; then nothing of ``runs`` was stored by this call.
        """
        try:
            chunks, days = await _encoded(runs)
            await self.partitions.ensure(days)
            try:
                return await self._write(chunks)
            except IntegrityError as error:
                if not isinstance(error.driver_exception, asyncpg.CheckViolationError):
                    raise
                self.partitions.forget()  # no partition: another process dropped that day meanwhile
                await self.partitions.ensure(days)
                return await self._write(chunks)
        except (SQLAlchemyError, OSError, *_THE_ROWS_FAULT) as error:
            cause = error.driver_exception if isinstance(error, DBAPIError) else error
            told = f"{type(cause).__name__}: {cause}"
            if isinstance(cause, _THE_ROWS_FAULT):
                raise Unstorable(told[:300]) from error
            raise StoreUnavailable(told) from error

    async def _write(self, chunks: dict[_Key, _Chunk]) -> int:
        keys = sorted(chunks)
        columns = [list(column) for column in zip(*keys, strict=True)] if keys else [[], [], [], []]
        newest = [_moment(chunks[key].newest_ms) for key in keys]
        stored = await self._write_known(chunks, keys, columns, newest)
        if stored is None:
            # A device's first fixes and every 4,096th. Before the transaction, which then takes all its locks in one
            # order; a bitmap without a bit means nothing.
            async with self._database.connection() as driver:
                await driver.execute(ADD_CHUNKS, *columns, newest)
            stored = await self._write_known(chunks, keys, columns, newest)
        if stored is None:
            raise StoreUnavailable("bitmaps were cleared away while they were filled")
        return stored

    async def _write_known(
        self, chunks: dict[_Key, _Chunk], keys: list[_Key], columns: list[list[Any]], newest: list[datetime]
    ) -> int | None:
        """None, and nothing done, where a bitmap is missing."""
        async with self._database.transaction() as driver:
            seen = {_Key(*record[:4]): record[4] for record in await driver.fetch(LOCK_CHUNKS, *columns)}
            if len(seen) < len(keys):
                return None
            fresh: list[bytes] = []
            maps: list[bytes] = []
            for key in keys:
                rows, bits = chunks[key].unseen(seen[key])
                fresh += rows
                maps.append(bits)
            if fresh:
                await _copy(driver, fresh)
                await driver.execute(SAVE_CHUNKS, *columns, newest, maps)
        return len(fresh)


async def _copy(driver: DriverConnection, rows: list[bytes]) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield COPY_HEAD
        for start in range(0, len(rows), ROWS_AT_ONCE):
            yield b"".join(rows[start : start + ROWS_AT_ONCE])
        yield COPY_END

    await driver.copy_to_table("stored_fixes", source=source(), columns=COLUMNS, format="binary")


async def _encoded(runs: Sequence[Run]) -> tuple[dict[_Key, _Chunk], set[date]]:
    """The rows by bitmap and bit, and their days; of a duplicate within the runs the first stays."""
    numberings: dict[tuple[int, str, str], _Numbering] = {}
    made = 0
    for run in runs:
        owner = (run.transporter_id, run.device, run.epoch)
        numbering = numberings.get(owner)
        if numbering is None:
            numbering = numberings[owner] = _Numbering(row_head(*owner))
        numbering.take(run)
        made += len(run.fixes)
        if made >= ROWS_AT_ONCE:
            made = 0
            await asyncio.sleep(0)
    chunks: dict[_Key, _Chunk] = {}
    days: set[int] = set()
    for owner, numbering in numberings.items():
        for number, chunk in numbering.chunks.items():
            chunks[_Key(*owner, number)] = chunk
            days |= chunk.days
    return chunks, {day_of(_moment(day * DAY_MS)) for day in days}


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)

"""Fixes into PostgreSQL: in bulk, and each exactly once, whoever writes and however often.

A unique key over partitions would have to contain ``recorded_at``, and a duplicate may come with another one. So the
seqs that are stored are kept as bitmaps, whose rows are locked, looked at and changed in the transaction that copies
the fixes in. Several writers that hold the same fix take turns at its bitmap; the second sees that it is there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.tracking.partitions import Partitions, day_of

CHUNK = 4096


class FixRow(NamedTuple):
    """A fix as it is stored; the columns of ``stored_fixes`` in the order of the copy."""

    transporter_id: int
    device: str
    epoch: str
    seq: int
    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    battery: float | None
    flags: list[str]


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
    rows: dict[int, FixRow] = field(default_factory=dict)

    @property
    def newest_at(self) -> datetime:
        return max(row.recorded_at for row in self.rows.values())


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
    ValueError,
    TypeError,
    OverflowError,
)


class FixStore:
    """Writes fixes. Several may work on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.partitions = Partitions(database.engine)

    async def write(self, rows: Sequence[FixRow]) -> list[FixRow]:
        """Store what is not stored yet and return it, all or nothing.

        Raises Unstorable or StoreUnavailable; then nothing of ``rows`` was stored by this call.
        """
        try:
            days = {day_of(row.recorded_at) for row in rows}
            await self.partitions.ensure(days)
            try:
                return await self._write(rows)
            except IntegrityError as error:
                if not isinstance(error.driver_exception, asyncpg.CheckViolationError):
                    raise
                self.partitions.forget()  # no partition: another process dropped that day meanwhile
                await self.partitions.ensure(days)
                return await self._write(rows)
        except (SQLAlchemyError, OSError, *_THE_ROWS_FAULT) as error:
            cause = error.driver_exception if isinstance(error, DBAPIError) else error
            told = f"{type(cause).__name__}: {cause}"
            if isinstance(cause, _THE_ROWS_FAULT):
                raise Unstorable(told[:300]) from error
            raise StoreUnavailable(told) from error

    async def _write(self, rows: Sequence[FixRow]) -> list[FixRow]:
        chunks = _by_chunk(rows)
        keys = sorted(chunks)
        columns = [list(column) for column in zip(*keys, strict=True)]
        newest = [chunks[key].newest_at for key in keys]
        async with self._database.transaction() as driver:
            await driver.execute(ADD_CHUNKS, *columns, newest)
            locked = await driver.fetch(LOCK_CHUNKS, *columns)
            seen = {_Key(*record[:4]): int.from_bytes(record["seen"], "little") for record in locked}
            fresh: list[FixRow] = []
            for key in keys:
                for bit, row in chunks[key].rows.items():
                    if not seen[key] >> bit & 1:
                        seen[key] |= 1 << bit
                        fresh.append(row)
            if fresh:
                await driver.copy_records_to_table("stored_fixes", records=fresh, columns=FixRow._fields)
                maps = [seen[key].to_bytes((seen[key].bit_length() + 7) // 8, "little") for key in keys]
                await driver.execute(SAVE_CHUNKS, *columns, newest, maps)
        return fresh


def _by_chunk(rows: Sequence[FixRow]) -> dict[_Key, _Chunk]:
    """The rows by bitmap and bit; of a duplicate within the rows the first stays."""
    chunks: defaultdict[_Key, _Chunk] = defaultdict(_Chunk)
    for row in rows:
        key = _Key(row.transporter_id, row.device, row.epoch, row.seq // CHUNK)
        chunks[key].rows.setdefault(row.seq % CHUNK, row)
    return chunks

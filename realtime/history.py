"""The durable log in Redis, worked off into PostgreSQL: exactly once in effect.

A consumer group shares the work among processes. Entries are written with ON CONFLICT DO NOTHING, then acknowledged
and deleted; a writer that dies in between leaves its entries pending and another takes them over.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.tracking.models import StoredFix
from realtime.fixes import LoggedFix, decode_fixes
from realtime.keys import Keys
from realtime.protocol import utc_from_ms

log = structlog.get_logger(__name__)

GROUP = "history"
READ_ENTRIES = 100
BLOCK_MS = 1_000
TAKE_OVER_AFTER_MS = 5_000
# The event loop stands still while their parameters are bound.
ROWS_AT_ONCE = 2_000
# One row, prepared once and run for many: a statement of 2,000 rows takes 30 times as long, nearly all to compile it.
ADD_FIX = insert(StoredFix).on_conflict_do_nothing()

Entry = tuple[bytes, dict[bytes, bytes]]
Newest = Mapping[int, tuple[float, float]]


class HistoryWriter:
    """Moves the log of one zone. Several may run at once, in one process or many."""

    def __init__(
        self, redis: Redis, keys: Keys, database: Database, after_write: Callable[[Newest], Awaitable[None]]
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._after_write = after_write
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to move the log."""
        self._task = asyncio.create_task(self._run(), name="history")

    async def stop(self) -> None:
        """End; what is pending stays in the log for the next writer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._ensure_group()
                while True:
                    await self._take_over()
                    await self._move(await self._read())
            except (RedisError, SQLAlchemyError, OSError) as error:
                log.warning("history writer waits", error=f"{type(error).__name__}: {error}"[:300])
            except Exception:  # a defect must not end the history for ever
                log.exception("history writer failed")
            await asyncio.sleep(0.5)

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._keys.log, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _read(self) -> list[Entry]:
        found = await self._redis.xreadgroup(
            GROUP, self._consumer, {self._keys.log: ">"}, count=READ_ENTRIES, block=BLOCK_MS
        )
        return _entries_of(found)

    async def _take_over(self) -> None:
        """Finish what a dead writer began."""
        start = "0-0"
        while True:
            start, entries, *_ = await self._redis.xautoclaim(
                self._keys.log, GROUP, self._consumer, TAKE_OVER_AFTER_MS, start_id=start, count=READ_ENTRIES
            )
            await self._move(entries)
            if start in {b"0-0", "0-0"}:
                return

    async def _move(self, entries: list[Entry]) -> None:
        if not entries:
            return
        fixes = [fix for _, fields in entries for fix in decode_fixes(fields[b"fixes"])]
        await self._write(fixes)
        ids = [entry_id for entry_id, _ in entries]
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self._keys.log, GROUP, *ids)
            pipe.xdel(self._keys.log, *ids)
            await pipe.execute()
        newest = sorted(fixes, key=lambda fix: fix.recorded_ms)
        await self._after_write({fix.transporter_id: (fix.lat, fix.lon) for fix in newest})

    async def _write(self, fixes: list[LoggedFix]) -> None:
        async with self._database.work() as work:
            connection = await work.session.connection()
            for start in range(0, len(fixes), ROWS_AT_ONCE):
                rows = [_row(fix) for fix in fixes[start : start + ROWS_AT_ONCE]]
                await connection.execute(ADD_FIX, rows)


def _entries_of(found: object) -> list[Entry]:
    """RESP3 answers a map of streams, RESP2 a list of pairs."""
    if not found:
        return []
    if isinstance(found, dict):
        batches = next(iter(found.values()))
        return [entry for batch in batches for entry in (batch if isinstance(batch, list) else [batch])]
    return list(found[0][1])  # type: ignore[index]


def _row(fix: LoggedFix) -> dict[str, object]:
    return {
        "transporter_id": fix.transporter_id,
        "device": fix.device,
        "epoch": fix.epoch,
        "seq": fix.seq,
        "lat": fix.lat,
        "lon": fix.lon,
        "recorded_at": utc_from_ms(fix.recorded_ms),
        "received_at": utc_from_ms(fix.received_ms),
        "accuracy_m": fix.accuracy_m,
        "speed_mps": fix.speed_mps,
        "heading_deg": fix.heading_deg,
        "battery": fix.battery,
        "flags": list(fix.flags),
    }

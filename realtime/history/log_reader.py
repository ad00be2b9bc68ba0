"""The durable log as one writer of its consumer group reads it: what is new, what it began itself, what others left."""

import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ResponseError

from realtime.redis.keys import Keys

GROUP = "history"
# Entries of a read, and the fixes that they are meant to hold: many entries while they are small. Redis answers nobody
# else while it hands them out, and under load an entry is hundreds of times one of an idle hour.
MOST_ENTRIES, FEWEST_ENTRIES = 400, 2
FIXES_A_READ = 4_000
BLOCK_MS = 1_000
TAKE_OVER_AFTER_MS = 5_000

RawEntry = tuple[bytes, dict[bytes, bytes] | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log: what one batch of the ingest accepted."""

    entry_id: bytes
    count: int
    raw: bytes


class LogReader:
    """One name in the group. Raises RedisError."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
        self._entries = FEWEST_ENTRIES

    async def ensure_group(self) -> None:
        """Make the group where there is none."""
        try:
            await self._redis.xgroup_create(self._keys.log, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            # Also a Redis without room must be worked off: reading tells where there is no group yet.
            if "BUSYGROUP" not in str(error) and not isinstance(error, OutOfMemoryError):
                raise

    async def step(self, fixes: int) -> tuple[list[Entry], bool]:
        """About so many fixes that are new, after waiting for the first; and whether there were no more."""
        found: list[Entry] = []
        while sum(entry.count for entry in found) < fixes:
            asked = self._entries
            some = await self._read(">", block_ms=None if found else BLOCK_MS)
            found += some
            if len(some) < asked:
                return found, True
        return found, False

    async def begun(self) -> list[Entry]:
        """What this writer was handed and has not forgotten, oldest first.

        Being handed out again makes it look fresh, so nobody would ever take it over: it has to be moved now. Before
        7.2 Redis notes a writer only where it is handed something; asking for one's own is always noted.
        """
        return await self._read("0", block_ms=None)

    async def left_by_others(self) -> AsyncIterator[list[Entry]]:
        """What a dead writer began, a portion at a time."""
        start: bytes | str = "0-0"
        while True:
            start, entries, *_ = await self._redis.xautoclaim(
                self._keys.log, GROUP, self._consumer, TAKE_OVER_AFTER_MS, start_id=start, count=self._entries
            )
            if entries:
                yield [_entry(entry) for entry in entries]
            if start in {b"0-0", "0-0"}:
                return

    async def _read(self, start: str, *, block_ms: int | None) -> list[Entry]:
        answer = await self._redis.xreadgroup(
            GROUP, self._consumer, {self._keys.log: start}, count=self._entries, block=block_ms
        )
        entries = [_entry(entry) for entry in _entries_of(answer)]
        if entries:
            fixes = sum(entry.count for entry in entries)
            fitting = FIXES_A_READ * len(entries) // max(1, fixes)
            self._entries = min(MOST_ENTRIES, max(FEWEST_ENTRIES, fitting))
        return entries


def _entry(found: RawEntry) -> Entry:
    entry_id, known = found
    fields = known if known is not None else {b"runs": b"[]"}  # deleted meanwhile
    raw = fields.get(b"runs")
    return Entry(entry_id, int(fields.get(b"n", 0)), repr(fields).encode() if raw is None else raw)


def _entries_of(found: object) -> list[RawEntry]:
    """RESP3 answers a map of streams, RESP2 a list of pairs."""
    if not found:
        return []
    if isinstance(found, dict):
        batches = next(iter(found.values()))
        return [entry for batch in batches for entry in (batch if isinstance(batch, list) else [batch])]
    return list(found[0][1])  # type: ignore[index]

"""Pings in: filters, batches, one atomic step in Redis, and only then the word that they are safe."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.filters import Limits, why_not
from realtime.fixes import encode_fix, logged_fix
from realtime.keys import Keys, device_stream
from realtime.protocol import Fix, Reject
from realtime.redis_client import load_script

log = structlog.get_logger(__name__)

# A script blocks Redis while it runs; this many fixes take it a few milliseconds.
MAX_BATCH = 2_000


class IngestUnavailable(Exception):
    """The fixes could not be made safe. Some may be stored all the same; sending them again does no harm."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose fixes they are and how they are numbered."""

    transporter_id: int
    device: str
    epoch: str

    @property
    def stream(self) -> str:
        """Name of the numbering in Redis."""
        return device_stream(self.transporter_id, self.device, self.epoch)


@dataclass(frozen=True, slots=True)
class Sifted:
    """A frame's fixes after the filters: arguments for the script, and what was rejected."""

    arguments: list[Any]
    count: int
    rejected: list[tuple[int, Reject]]
    highest_seq: int


@dataclass(slots=True)
class _Waiting:
    source: Source
    sifted: Sifted
    done: asyncio.Future[int]


class Ingest:
    """The ingest of one process: many connections hand in, one task stores.

    While a batch is on its way to Redis the next one gathers, so batches grow with the load and with Redis'
    latency, and a lone ping waits ``flush_ms`` at most.
    """

    def __init__(self, redis: Redis, keys: Keys, *, flush_ms: float, max_age_s: int, max_ahead_s: int) -> None:
        self._redis = redis
        self._keys = keys
        self._flush_s = flush_ms / 1000
        self._max_age_ms = max_age_s * 1000
        self._max_ahead_ms = max_ahead_s * 1000
        self._script = redis.register_script(load_script("ingest"))
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        """Begin to store what is handed in."""
        self._task = asyncio.create_task(self._run(), name="ingest")

    async def stop(self) -> None:
        """Store what is waiting, then end."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def last_seq(self, source: Source) -> int:
        """Highest safely stored seq of a device's epoch, 0 if none. Raises IngestUnavailable."""
        try:
            found = await self._redis.get(self._keys.last_seq + source.stream)
        except RedisError as error:
            raise IngestUnavailable(str(error)) from error
        return int(found or 0)

    def sift(self, source: Source, fixes: Sequence[Fix]) -> Sifted:
        """Run the filters over a frame's fixes."""
        now_ms = time.time_ns() // 1_000_000
        limits = Limits(now_ms - self._max_age_ms, now_ms + self._max_ahead_ms)
        arguments: list[Any] = []
        rejected: list[tuple[int, Reject]] = []
        highest = 0
        for fix in fixes:
            recorded_ms = round(fix.recorded_at.timestamp() * 1000)
            highest = max(highest, fix.seq)
            reason = why_not(fix, recorded_ms, limits)
            if reason is not None:
                rejected.append((fix.seq, reason))
                continue
            encoded = encode_fix(
                logged_fix(source.transporter_id, source.device, source.epoch, fix, recorded_ms, now_ms)
            )
            arguments += (fix.seq, recorded_ms, repr(fix.lat), repr(fix.lon), encoded)
        return Sifted(arguments, len(arguments) // 5, rejected, highest)

    def submit(self, source: Source, sifted: Sifted) -> asyncio.Future[int]:
        """Hand in a frame. The future tells how many fixes were new, once all are safe; or IngestUnavailable."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(IngestUnavailable("the server is stopping"))
        elif sifted.count == 0:
            done.set_result(0)
        else:
            self._waiting.append(_Waiting(source, sifted, done))
            self._wake.set()
        return done

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            if self._flush_s and len(self._waiting) == 1 and not self._closing:
                await asyncio.sleep(self._flush_s)
            batch = self._take_batch()
            if batch:
                await self._store(batch)
            if not self._waiting and not self._closing:
                self._wake.clear()

    def _take_batch(self) -> list[_Waiting]:
        size = taken = 0
        for waiting in self._waiting:
            if taken and size + waiting.sifted.count > MAX_BATCH:
                break
            size += waiting.sifted.count
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _store(self, batch: list[_Waiting]) -> None:
        keys = self._keys
        arguments: list[Any] = [time.time_ns() // 1_000_000, keys.seen, keys.last_seq, keys.positions("")]
        for waiting in batch:
            arguments += (waiting.source.transporter_id, waiting.source.stream, waiting.sifted.count)
            arguments += waiting.sifted.arguments
        try:
            new = await self._script(
                keys=[keys.log, keys.live, keys.live_at, keys.geo, keys.last_seen, keys.offset, keys.backlog],
                args=arguments,
            )
        except (RedisError, OSError) as error:
            log.warning("batch not stored", fixes=sum(waiting.sifted.count for waiting in batch), error=str(error))
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_exception(IngestUnavailable(str(error)))
            return
        for waiting, count in zip(batch, new, strict=True):
            if not waiting.done.done():
                waiting.done.set_result(int(count))

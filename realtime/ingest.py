"""Pings in: filters, batches, one atomic step in Redis, and only then the word that they are safe."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.doubts import Trail, decode_trail, encode_trail, judge
from realtime.filters import Limits, Plausibility, why_not
from realtime.fixes import encode_fix, logged_fix
from realtime.keys import Keys, device_key, device_stream
from realtime.protocol import Fix, Reject
from realtime.redis_client import load_script
from realtime.throttle import Rates, Throttle

log = structlog.get_logger(__name__)

# A script blocks Redis while it runs; this many fixes take it a few milliseconds.
MAX_BATCH = 2_000
# As the script reads it: a fix that may not become the live position.
NEVER_MS = -2


class IngestUnavailable(Exception):
    """The fixes could not be made safe. Some may be stored all the same; sending them again does no harm."""


@dataclass(slots=True)
class Source:
    """Whose fixes they are, how they are numbered, and what is remembered of the device."""

    transporter_id: int
    device: str
    epoch: str
    trail: Trail = field(default_factory=Trail)
    stream: str = field(init=False)
    """Name of the numbering in Redis."""
    device_key: str = field(init=False)
    """Name of the device in Redis."""

    def __post_init__(self) -> None:
        self.stream = device_stream(self.transporter_id, self.device, self.epoch)
        self.device_key = device_key(self.transporter_id, self.device)


class Sifted(msgspec.Struct, frozen=True):
    """A frame's fixes after the plausibility steps, and what was rejected.

    ``kept`` is what the script reads: for each fix its seq, the time by which it may lead, and itself as JSON.
    """

    kept: list[int | str]
    count: int
    rejected: list[tuple[int, Reject]]
    highest_seq: int


@dataclass(slots=True)
class _Waiting:
    source: Source
    sifted: Sifted
    done: asyncio.Future[None]


class Ingest:
    """The ingest of one process: many connections hand in, one task stores.

    While a batch is on its way to Redis the next one gathers, so batches grow with the load and with Redis'
    latency, and a lone ping waits ``flush_ms`` at most.
    """

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        flush_ms: float,
        plausibility: Plausibility,
        rates: Rates,
        log_max: int,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._flush_s = flush_ms / 1000
        self._plausibility = plausibility
        self._limits = plausibility.at(0)
        self._limits_ms = 0
        self._rates = rates
        self._log_max = log_max
        self._script = redis.register_script(load_script("ingest"))
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """Frames that are not on their way to Redis yet."""
        return len(self._waiting)

    def throttle(self) -> Throttle:
        """What holds one connection to the rates."""
        return Throttle(self._rates, time.monotonic())

    def start(self) -> None:
        """Begin to store what is handed in."""
        self._task = asyncio.create_task(self._run(), name="ingest")

    async def stop(self) -> None:
        """Store what is waiting, then end."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def resume(self, source: Source) -> int:
        """Highest safely stored seq of a device's epoch, 0 if none; picks up what is remembered of the device.

        Raises IngestUnavailable.
        """
        try:
            last_seq, trail = await self._redis.mget(
                self._keys.last_seq + source.stream, self._keys.trail + source.device_key
            )
        except (RedisError, OSError) as error:
            raise IngestUnavailable(str(error)) from error
        if trail is not None:
            try:
                source.trail = decode_trail(trail)
            except msgspec.DecodeError:  # of another version: it was a help, not a need
                source.trail = Trail()
        return int(last_seq or 0)

    async def keep(self, source: Source, fixes: Sequence[Fix]) -> Sifted:
        """All of it for a request that stands alone: returns once the accepted fixes are safe.

        Raises IngestUnavailable.
        """
        await self.resume(source)
        sifted = self.sift(source, fixes)
        await self.submit(source, sifted)
        return sifted

    def sift(self, source: Source, fixes: Sequence[Fix]) -> Sifted:
        """Run the plausibility steps over a frame's fixes, in the order of the device's clock."""
        now_ms = time.time_ns() // 1_000_000
        limits = self._limits_at(now_ms)
        kept: list[int | str] = []
        rejected: list[tuple[int, Reject]] = []
        for recorded_ms, fix in _by_time(fixes):
            reason = why_not(fix, recorded_ms, limits)
            if reason is not None:
                rejected.append((fix.seq, reason))
                continue
            judged = judge(fix, recorded_ms, source.trail, limits)
            source.trail = judged.trail
            encoded = encode_fix(
                logged_fix(source.transporter_id, source.device, source.epoch, fix, recorded_ms, now_ms, judged)
            )
            kept += (fix.seq, recorded_ms if judged.may_lead else NEVER_MS, encoded.decode())
        highest = max((fix.seq for fix in fixes), default=0)
        return Sifted(kept, len(kept) // 3, rejected, highest)

    def _limits_at(self, now_ms: int) -> Limits:
        """The same for all frames of a millisecond."""
        if now_ms != self._limits_ms:
            self._limits, self._limits_ms = self._plausibility.at(now_ms), now_ms
        return self._limits

    def submit(self, source: Source, sifted: Sifted) -> asyncio.Future[None]:
        """Hand in a frame. The future is done once all its fixes are safe, or raises IngestUnavailable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(IngestUnavailable("the server is stopping"))
        elif sifted.count == 0:
            done.set_result(None)
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

    def _fail(self, batch: list[_Waiting], why: str) -> None:
        """Fail a batch and whatever its device streams have handed in since.

        Were a later frame stored alone, the highest stored seq would jump over those that were not, and an app
        that goes on from there would lose them.
        """
        broken = {waiting.source.stream for waiting in batch}
        later = [waiting for waiting in self._waiting if waiting.source.stream in broken]
        self._waiting = [waiting for waiting in self._waiting if waiting.source.stream not in broken]
        for waiting in [*batch, *later]:
            if not waiting.done.done():
                waiting.done.set_exception(IngestUnavailable(why))

    async def _store(self, batch: list[_Waiting]) -> None:
        keys = self._keys
        arguments: list[Any] = [
            *(time.time_ns() // 1_000_000, keys.seen, keys.last_seq, keys.positions(""), keys.trail, self._log_max)
        ]
        for source, frames in _by_stream(batch):
            arguments += (source.transporter_id, source.stream, source.device_key, encode_trail(source.trail))
            # One argument a device: the client's work is by the argument, not by the byte.
            arguments.append(msgspec.msgpack.encode([part for sifted in frames for part in sifted.kept]))
        try:
            await self._script(
                keys=[keys.log, keys.live, keys.live_at, keys.geo, keys.last_seen, keys.offset, keys.backlog],
                args=arguments,
            )
        except (RedisError, OSError) as error:
            log.warning("batch not stored", fixes=sum(waiting.sifted.count for waiting in batch), error=str(error))
            self._fail(batch, str(error))
            return
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_result(None)


def _by_time(fixes: Sequence[Fix]) -> Iterable[tuple[int, Fix]]:
    """The fixes with their times in ms, oldest first: a backlog may come newest first."""
    timed = [(round(fix.recorded_at.timestamp() * 1000), fix) for fix in fixes]
    if len(timed) > 1:  # one ping a frame is the rule
        timed.sort(key=lambda pair: pair[0])
    return timed


def _by_stream(batch: list[_Waiting]) -> Iterable[tuple[Source, list[Sifted]]]:
    """Frames of one numbering together: what Redis does once a device it does once, not once a frame."""
    frames: dict[str, tuple[Source, list[Sifted]]] = {}
    for waiting in batch:
        frames.setdefault(waiting.source.stream, (waiting.source, []))[1].append(waiting.sifted)
    return frames.values()

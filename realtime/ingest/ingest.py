"""Pings in: filters, batches, one atomic step in Redis, and only then the word that they are safe."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dispatch.jobs.repeated_failures import RepeatedFailures
from realtime.background import end
from realtime.ingest.batches import Group, groups_of, packed_groups
from realtime.ingest.filters import Limits, Plausibility
from realtime.ingest.fix_fields import Oddity
from realtime.ingest.limits import UNLIMITED, Quota, left_of_day_s, why_full
from realtime.ingest.ping_counts import PingCounts
from realtime.ingest.runs import Screened, Source, screen_fixes
from realtime.ingest.submissions import (
    IngestFull,
    IngestUnavailable,
    Promise,
    QuotaSpent,
    Submission,
    Submitter,
)
from realtime.ingest.throttle import Rates, Throttle
from realtime.protocol import Fix
from realtime.redis.client import is_unexpected
from realtime.redis.keys import Keys
from realtime.redis.replicated import Replicated

log = structlog.get_logger(__name__)

# A script blocks Redis while it runs: this many fixes take it a few milliseconds, thrice as long where each is looked
# up. Fewer would make the devices take turns, each with a trip to the disk of its own.
MAX_BATCH = 10_000
# The same where each fix is a device's only one, which takes the script several times as long.
MAX_FRAMES = 2_000
# A call and its trip to the disk cost this process and Redis about as much as two dozen phones' frames. So many are
# not kept waiting for more.
ENOUGH_FRAMES = 100
DAY_MS = 86_400_000
LOOK_AT_MEMORY_EVERY_S = 1.0

_Told = TypeVar("_Told")


class Ingest:
    """The ingest of one process: many connections hand in, one task stores.

    While a batch is on its way to Redis the next one gathers, so batches grow with the load and with Redis'
    latency. A batch leaves ``flush_ms`` after the one before at the earliest: who sends into silence waits for nobody.
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
        replicas: int = 0,
        quota: Quota = UNLIMITED,
        memory_reserve: float = 0.1,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``replicas``: how many must have a batch before it is safe. ``memory_reserve``: share of Redis' memory that
        is left for everything else. ``now``: seconds since 1970.
        """
        self._redis = redis
        self._now = now
        self._quota = quota
        self._memory_reserve = memory_reserve
        self._full = ""
        self._looking: asyncio.Task[None] | None = None
        self._keys = keys
        self._flush_s = flush_ms / 1000
        self._plausibility = plausibility
        self._limits = plausibility.at(0)
        self._limits_ms = 0
        self._rates = rates
        self._log_max = log_max
        self._replicated = Replicated(redis, keys, replicas=replicas)
        self._script = self._replicated.script("ingest", held=True)
        self._resume = self._replicated.script("resume")
        self._waiting: list[Submission] = []
        self._left_s = 0.0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.counts = PingCounts()
        self._failures = RepeatedFailures(
            failed="batch not stored", waits="batch not stored now", is_defect=is_unexpected
        )

    @property
    def waiting(self) -> int:
        """Frames that are not on their way to Redis yet."""
        return len(self._waiting)

    def now(self) -> datetime:
        """The moment by which fixes are judged."""
        return datetime.fromtimestamp(self._now(), UTC)

    def throttle(self) -> Throttle:
        """What holds one connection to the rates."""
        return Throttle(self._rates, time.monotonic())

    def start(self) -> None:
        """Begin to store what is handed in."""
        self._task = asyncio.create_task(self._run(), name="ingest")
        self._looking = asyncio.create_task(self._look_at_memory(), name="ingest-memory")

    async def stop(self) -> None:
        """Store what is waiting, then end and keep nothing of the client."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._looking is not None:
            await end(self._looking)
        await self._script.give_back()

    async def resume(self, source: Source) -> int:
        """Highest safely stored seq of a device's epoch, 0 if none; picks up what is remembered of the device.

        Raises IngestUnavailable.
        """
        try:
            last_seq, trail, _ = await self._resume(
                keys=[self._keys.ingest_state],
                args=[self._keys.last_seq, self._keys.trail, "", "", source.member, source.numbering, "", ""],
            )
        except (RedisError, OSError) as error:
            raise IngestUnavailable(str(error)) from error
        return source.pick_up(last_seq, trail)

    async def keep(self, source: Source, fixes: Sequence[Fix], odd: Sequence[Oddity] = ()) -> Screened:
        """All of it for a request that stands alone: returns once the accepted fixes are safe.

        Raises IngestUnavailable.
        """
        await self.resume(source)
        screened = self.screen(source, fixes, odd=odd)
        await self.submit(source, screened)
        return screened

    def screen(
        self,
        source: Source,
        fixes: Sequence[Fix],
        sent: Sequence[bytes] | None = None,
        odd: Sequence[Oddity] = (),
    ) -> Screened:
        """Run the plausibility steps over fixes, in the order of the device's clock; see ``runs.screen_fixes``."""
        now_ms = int(self._now() * 1000)
        screened = screen_fixes(source, fixes, sent, now_ms, self._limits_at(now_ms), odd)
        self.counts.take(len(fixes), screened.rejected)
        return screened

    def _limits_at(self, now_ms: int) -> Limits:
        """The same for all frames of a millisecond."""
        if now_ms != self._limits_ms:
            self._limits, self._limits_ms = self._plausibility.at(now_ms), now_ms
        return self._limits

    def submit(self, source: Source, screened: Screened) -> asyncio.Future[None]:
        """Hand in a frame. The future is done once all its fixes are safe, or raises IngestUnavailable."""
        promise = Promise()
        try:
            if not self.hand_in(source, screened, promise):
                promise.stored()
        except IngestUnavailable as error:
            promise.failed(error)
        return promise.future

    def hand_in(self, source: Source, screened: Screened, submitter: Submitter) -> bool:
        """Hand in a frame, of which the submitter will be told. False: there is nothing in it to store.

        Raises IngestUnavailable.
        """
        if self._closing:
            raise IngestUnavailable("the server is stopping")
        if screened.run is None:
            return False
        if self._full:
            raise IngestFull(self._full)
        if not self._waiting:
            self._wake.set()
        self._waiting.append(Submission(source, screened, submitter, time.monotonic()))
        return True

    async def _look_at_memory(self) -> None:
        """Refuse before Redis has to: what fills it up would also keep the log from being worked off."""
        failures = RepeatedFailures(
            failed="looking at Redis' memory failed", waits="Redis' memory not looked at", is_defect=is_unexpected
        )
        while True:
            with failures.noted():
                self._full = why_full(await self._redis.info("memory"), self._memory_reserve)
            await asyncio.sleep(LOOK_AT_MEMORY_EVERY_S)

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            early_s = self._left_s + self._flush_s - time.monotonic()
            if early_s > 0 and len(self._waiting) < ENOUGH_FRAMES and not self._closing:
                await asyncio.sleep(early_s)
            self._left_s = time.monotonic()
            batch = self._take_batch()
            if batch:
                await self._store(batch)
            del batch  # its connections may end before there is another
            if not self._waiting and not self._closing:
                self._wake.clear()

    def _take_batch(self) -> list[Submission]:
        size = taken = 0
        for waiting in self._waiting:
            if taken and (size + waiting.screened.count > MAX_BATCH or taken == MAX_FRAMES):
                break
            size += waiting.screened.count
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    def _fail(self, batch: list[Submission], why: IngestUnavailable) -> None:
        """Fail a batch and whatever its device streams have handed in since.

        Were a later frame stored alone, the highest stored seq would jump over those that were not, and an app
        that goes on from there would lose them.
        """
        broken = {waiting.source.stream for waiting in batch}
        later = [waiting for waiting in self._waiting if waiting.source.stream in broken]
        self._waiting = [waiting for waiting in self._waiting if waiting.source.stream not in broken]
        self.counts.failed += sum(waiting.screened.count for waiting in [*batch, *later])
        for submitter in dict.fromkeys(waiting.submitter for waiting in [*batch, *later]):
            _tell(submitter.failed, why)

    async def _store(self, batch: list[Submission]) -> None:
        groups = groups_of([(waiting.source, waiting.screened) for waiting in batch])
        try:
            again, over = await self._call(groups, listed=False)
            if again:  # stored by another connection meanwhile, some or all of it
                _, more = await self._call(again, listed=True)
                over += more
        except Exception as error:
            log.debug("batch not stored", exc_info=True)
            self._failures.note(error)  # a defect must not end the storing of everybody's pings
            told = str(error) if isinstance(error, RedisError | OSError) else "a defect of the server"
            self._fail(batch, IngestUnavailable(told))
            return
        self._failures.well()
        if over:
            batch = self._turn_down(batch, {group.source.stream for group in over})
        if batch:
            self.counts.safe(sum(waiting.screened.count for waiting in batch), time.monotonic() - batch[0].since_s)
        frames: dict[Submitter, int] = {}
        for waiting in batch:
            frames[waiting.submitter] = frames.get(waiting.submitter, 0) + 1
        for submitter, count in frames.items():
            _tell(submitter.stored, count)

    def _turn_down(self, batch: list[Submission], spent: set[str]) -> list[Submission]:
        """Fail those whose transporter has had its share of the day; the others."""
        left_s = left_of_day_s(self.now())
        why = QuotaSpent("this transporter has sent more pings, or begun more epochs, than are meant for a day", left_s)
        self._fail([waiting for waiting in batch if waiting.source.stream in spent], why)
        return [waiting for waiting in batch if waiting.source.stream not in spent]

    async def _call(self, groups: list[Group], *, listed: bool) -> tuple[list[Group], list[Group]]:
        """The groups that must come again as a list, and those that are too much for today."""
        keys = self._keys
        now_ms = int(self._now() * 1000)
        today = now_ms // DAY_MS
        again, over = await self._script(
            keys=[
                keys.log,
                keys.live,
                keys.ingest_state,
                keys.geo,
                keys.last_seen,
                keys.offset,
                keys.backlog,
                keys.had_on(today),
                keys.live_at,
            ],
            args=[
                packed_groups(groups, listed=listed),
                now_ms,
                today,
                keys.seen,
                keys.last_seq,
                keys.positions(""),
                keys.trail,
                self._log_max,
                self._quota.fixes,
                self._quota.bitmaps,
            ],
        )
        return [groups[number - 1] for number in again], [groups[number - 1] for number in over]


def _tell(call: Callable[[_Told], None], what: _Told) -> None:
    """One submitter's defect must not end the storing of everybody's pings."""
    try:
        call(what)
    except Exception:
        log.exception("a submitter failed")

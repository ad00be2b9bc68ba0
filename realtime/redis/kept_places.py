"""Where everybody is who is online, in columns that a process keeps up to date by what it has not heard of yet.

Redis notes of each transporter when it was last heard of. A reading asks for those who were heard of since the reading
before, and how many are online in all: where the columns have another number, somebody was taken off the map, and they
are read anew. That is done also after an error, and every half minute because another host's clock may be wrong.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from redis.asyncio import Redis

from dispatch.keyed_columns import Column, KeyedColumns
from dispatch.ports import LivePosition
from realtime.fixes import decode_update
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits

# A batch of pings carries the time at which it was begun, and may reach Redis so much later.
OVERLAP_S = 5.0
READ_ANEW_S = 30.0
# So many people and fixes are taken in between two looks at whatever else the event loop has to do.
FIXES_AT_ONCE = 1_000

KINDS: dict[str, Any] = {"lat": np.float64, "lon": np.float64, "heard_ms": np.float64, "update": object}
"""``update``: the newest fix as Redis has it, None where there is none and the place is not known."""


Ids: TypeAlias = npt.NDArray[np.int64]


class _Fix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The beginning of a ``LoggedFix``: as far as the place."""

    transporter_id: int
    device: str
    epoch: str
    seq: int
    lat: float
    lon: float


_decode_updates = msgspec.json.Decoder(list[tuple[int, _Fix]]).decode


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """Who was online at a moment, and where; see ``LivePlaces``."""

    _rows: KeyedColumns
    _limits: PresenceLimits
    _now_s: float

    @property
    def transporter_ids(self) -> npt.NDArray[np.int64]:
        return self._rows.keys

    @property
    def lat(self) -> npt.NDArray[np.float64]:
        return self._rows["lat"]

    @property
    def lon(self) -> npt.NDArray[np.float64]:
        return self._rows["lon"]

    def position(self, row: int) -> LivePosition:
        """The newest fix with all that is known of it."""
        presence = self._limits.of(float(self._rows["heard_ms"][row]), self._now_s)
        return decode_update(self._rows["update"][row]).position(presence)


class KeptPlaces:
    """The columns of one process; any number of questions may share them."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        limits: PresenceLimits,
        now: Callable[[], float] = time.time,
        *,
        at_once: int = FIXES_AT_ONCE,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._limits = limits
        self._now = now
        self._at_once = at_once
        self._lock = asyncio.Lock()
        self._rows = KeyedColumns.empty(KINDS)
        self._read_s: float | None = None
        self._anew_s = 0.0

    async def read(self) -> KnownPlaces:
        """Everybody who is online or stale now and whose place is known. Raises RedisError."""
        async with self._lock:
            try:
                now_s = await self._catch_up()
            except BaseException:  # also where nobody waits any more: what came is half
                self._forget()
                raise
            heard_ms, has_fix = self._rows["heard_ms"], ~np.isnan(self._rows["lat"])
            online = self._rows.take(has_fix & (heard_ms >= self._limits.oldest_online_ms(now_s)))
            return KnownPlaces(online, self._limits, now_s)

    def _forget(self) -> None:
        self._rows, self._read_s = KeyedColumns.empty(KINDS), None

    async def _catch_up(self) -> float:
        """The moment that the columns are true for."""
        now_s = self._now()
        if self._read_s is not None and 0 <= now_s - self._anew_s < READ_ANEW_S:
            oldest_ms = self._limits.oldest_online_ms(now_s)
            there_are = await self._take_in(max(oldest_ms, (self._read_s - OVERLAP_S) * 1000), oldest_ms)
            if np.count_nonzero(self._rows["heard_ms"] >= oldest_ms) == there_are:
                self._read_s = now_s
                return now_s
        self._forget()
        oldest_ms = self._limits.oldest_online_ms(now_s)
        await self._take_in(oldest_ms, oldest_ms)
        self._read_s = self._anew_s = now_s
        return now_s

    async def _take_in(self, since_ms: float, oldest_ms: float) -> int:
        """Put in those who were heard of since; how many are online in all.

        Who they are is asked at once, as of one moment; the answer is made numbers slice by slice.
        """
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.execute_command("ZRANGE", self._keys.last_seen, repr(since_ms), "+inf", "BYSCORE", "WITHSCORES")
            pipe.zcount(self._keys.last_seen, repr(oldest_ms), "+inf")
            heard, there_are = await pipe.execute()
        in_pairs = bool(heard) and isinstance(heard[0], (list, tuple))
        step = self._at_once if in_pairs else 2 * self._at_once
        slices: list[tuple[Ids, dict[str, Column]]] = []
        for start in range(0, len(heard), step):
            members, scores = _members_and_scores(heard[start : start + step])
            ids = np.fromiter(map(int, members), np.int64, len(members))
            heard_ms = np.fromiter(map(float, scores), np.float64, len(members))
            slices.append((ids, {"heard_ms": heard_ms, **await self._fixes_of(members)}))
        if slices:
            columns = {name: np.concatenate([some[name] for _, some in slices]) for name in KINDS}
            self._rows = self._rows.with_rows(np.concatenate([ids for ids, _ in slices]), columns)
        return int(there_are)

    async def _fixes_of(self, members: list[bytes]) -> dict[str, Column]:
        """The newest fix of each, and its place."""
        found: list[Any] = await self._redis.hmget(self._keys.live, members)
        rows = [row for row, update in enumerate(found) if update is not None]
        fixes = _decode_updates(b"[%b]" % b",".join(update for update in found if update is not None))
        lat, lon = np.full((2, len(members)), np.nan)
        lat[rows] = [fix.lat for _, fix in fixes]
        lon[rows] = [fix.lon for _, fix in fixes]
        updates = np.full(len(members), None, dtype=object)
        updates[:] = found
        return {"lat": lat, "lon": lon, "update": updates}


def _members_and_scores(reply: list[Any]) -> tuple[list[bytes], list[Any]]:
    """Of a range with scores: one after the other, or in pairs where the connection speaks the newer protocol."""
    if reply and isinstance(reply[0], (list, tuple)):
        return [member for member, _ in reply], [score for _, score in reply]
    return reply[0::2], reply[1::2]

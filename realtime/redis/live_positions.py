"""Live positions out of Redis: implements the LivePositions port."""

import time
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from dispatch.ports import LivePosition, Presence
from realtime.fixes import LiveUpdate, decode_update
from realtime.redis.client import load_script
from realtime.redis.kept_places import KeptPlaces, KnownPlaces
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits

# Beyond it the geo index has no cells, and so nobody.
GEO_MAX_LAT = 85.05112878


class RedisLivePositions:
    """Reads what the ingest keeps. Offline ones show nowhere; stale ones do, and say so."""

    def __init__(
        self, redis: Redis, keys: Keys, *, limits: PresenceLimits, now: Callable[[], float] = time.time
    ) -> None:
        """``now``: seconds since 1970."""
        self._redis = redis
        self._keys = keys
        self._limits = limits
        self._now = now
        self._kept = KeptPlaces(redis, keys, limits, now)
        self._nearby = redis.register_script(load_script("nearby"))

    async def positions_of(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each online transporter among the given."""
        if not transporter_ids:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zmscore(self._keys.last_seen, [str(member) for member in transporter_ids])
            pipe.hmget(self._keys.live, [str(member) for member in transporter_ids])
            scores, updates = await pipe.execute()
        now_s = self._now()
        found = {}
        for transporter_id, heard_ms, update in zip(transporter_ids, scores, updates, strict=True):
            presence = self._limits.of(heard_ms, now_s)
            if update is not None and presence is not Presence.OFFLINE:
                found[transporter_id] = decode_update(update).position(presence)
        return found

    async def places(self) -> KnownPlaces:
        """Everybody who is online or stale."""
        return await self._kept.read()

    async def presence_of(self, transporter_ids: list[int]) -> dict[int, Presence]:
        """Presence of each, by when we last heard of it."""
        if not transporter_ids:
            return {}
        members = [str(member) for member in transporter_ids]
        scores = await self._redis.zmscore(self._keys.last_seen, members)
        now_s = self._now()
        return {
            transporter_id: self._limits.of(heard_ms, now_s)
            for transporter_id, heard_ms in zip(transporter_ids, scores, strict=True)
        }

    async def presences(self) -> dict[int, Presence]:
        """Everyone who is online or stale; whoever is missing is offline."""
        now_s = self._now()
        oldest_ms = self._limits.oldest_online_ms(now_s)
        heard: list[Any] = await self._redis.zrangebyscore(self._keys.last_seen, oldest_ms, "+inf", withscores=True)
        return {int(member): self._limits.of(heard_ms, now_s) for member, heard_ms in heard}

    async def find_update(self, transporter_id: int) -> LiveUpdate | None:
        """The newest fix with its offset, online or not."""
        found = await self._redis.hget(self._keys.live, transporter_id)
        return None if found is None else decode_update(found)

    async def last_known(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """The newest fix of each, online or not."""
        if not transporter_ids:
            return {}
        found = await self._redis.hmget(self._keys.live, [str(member) for member in transporter_ids])
        pairs = zip(transporter_ids, found, strict=True)
        return {who: decode_update(update).position() for who, update in pairs if update is not None}

    async def current_offset(self) -> int:
        """The newest offset handed out."""
        return int(await self._redis.get(self._keys.offset) or 0)

    async def online(self) -> list[int]:
        """All online transporters."""
        oldest_ms = self._limits.oldest_online_ms(self._now())
        members: list[Any] = await self._redis.zrangebyscore(self._keys.last_seen, oldest_ms, "+inf")
        return [int(member) for member in members]

    async def remove(self, transporter_id: int) -> None:
        """Take a transporter off the map. When its newest fix was is kept: its live position never moves back."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(self._keys.geo, transporter_id)
            pipe.zrem(self._keys.last_seen, transporter_id)
            pipe.hdel(self._keys.live, str(transporter_id))
            await pipe.execute()

    async def nearby(self, lat: float, lon: float, radius_m: float, limit: int) -> list[tuple[int, float]]:
        """Online and stale transporters within the radius, nearest first, in one step of Redis."""
        if abs(lat) > GEO_MAX_LAT:
            return []
        found: list[bytes] = await self._nearby(
            keys=[self._keys.geo, self._keys.last_seen],
            args=[repr(lon), repr(lat), repr(radius_m), limit, self._limits.oldest_online_ms(self._now())],
        )
        return [(int(found[at]), float(found[at + 1])) for at in range(0, len(found), 2)]

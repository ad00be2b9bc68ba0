"""Live positions out of Redis: implements the LivePositions port."""

import time
from typing import Any

from redis.asyncio import Redis

from dispatch.ports import LivePosition
from realtime.fixes import LiveUpdate, decode_update
from realtime.keys import Keys
from realtime.protocol import utc_from_ms


class RedisLivePositions:
    """Reads what the ingest keeps. A transporter is online while we heard of it within ``online_after_s``."""

    def __init__(self, redis: Redis, keys: Keys, *, online_after_s: int) -> None:
        self._redis = redis
        self._keys = keys
        self._online_after_ms = online_after_s * 1000

    async def positions_of(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each online transporter among the given."""
        if not transporter_ids:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zmscore(self._keys.last_seen, [str(member) for member in transporter_ids])
            pipe.hmget(self._keys.live, [str(member) for member in transporter_ids])
            scores, updates = await pipe.execute()
        oldest_ms = time.time() * 1000 - self._online_after_ms
        return {
            transporter_id: _position(decode_update(update))
            for transporter_id, score, update in zip(transporter_ids, scores, updates, strict=True)
            if update is not None and score is not None and score >= oldest_ms
        }

    async def find_update(self, transporter_id: int) -> LiveUpdate | None:
        """The newest fix with its offset, online or not."""
        found = await self._redis.hget(self._keys.live, transporter_id)
        return None if found is None else decode_update(found)

    async def current_offset(self) -> int:
        """The newest offset handed out."""
        return int(await self._redis.get(self._keys.offset) or 0)

    async def online(self) -> list[int]:
        """All online transporters."""
        oldest_ms = time.time() * 1000 - self._online_after_ms
        members: list[Any] = await self._redis.zrangebyscore(self._keys.last_seen, oldest_ms, "+inf")
        return [int(member) for member in members]

    async def nearby(self, lat: float, lon: float, radius_m: float, limit: int) -> list[tuple[int, float]]:
        """Online transporters within the radius, nearest first.

        The index has no expiry of its own, so offline ones are passed over here and the search widened until
        enough are found or the area is exhausted.
        """
        oldest_ms = time.time() * 1000 - self._online_after_ms
        asked = limit
        while True:
            found: list[Any] = await self._redis.geosearch(
                self._keys.geo,
                longitude=lon,
                latitude=lat,
                radius=radius_m,
                unit="m",
                sort="ASC",
                count=asked,
                withdist=True,
            )
            members = [member for member, _ in found]
            scores = await self._redis.zmscore(self._keys.last_seen, members) if members else []
            online = [
                (int(member), float(distance))
                for (member, distance), score in zip(found, scores, strict=True)
                if score is not None and score >= oldest_ms
            ]
            if len(online) >= limit or len(found) < asked:
                return online[:limit]
            asked *= 4


def _position(update: LiveUpdate) -> LivePosition:
    fix = update.fix
    return LivePosition(
        transporter_id=fix.transporter_id,
        lat=fix.lat,
        lon=fix.lon,
        recorded_at=utc_from_ms(fix.recorded_ms),
        received_at=utc_from_ms(fix.received_ms),
        accuracy_m=fix.accuracy_m,
        speed_mps=fix.speed_mps,
        heading_deg=fix.heading_deg,
    )

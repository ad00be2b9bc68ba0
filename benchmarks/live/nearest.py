"""The nearest 50 of 100,000 online transporters, beside one GEOSEARCH with COUNT on a single key of the same size.

Both search the same points of the same city in turn; offline transporters are passed over by ours alone.
"""

import statistics
import time
from typing import Any

import numpy as np
from redis.asyncio import Redis

from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits

TRANSPORTERS = 100_000
NEAREST = 50
RADII_M = (1_000.0, 2_000.0, 5_000.0, 20_000.0)
ROUNDS = 25
MUST_STAY_UNDER = 2.0
CITY, SPREAD_DEG = (27.70, 85.32), 0.05
CHUNK = 5_000


async def measure(redis_url: str) -> dict[str, Any]:
    """Median milliseconds of both and their ratio, a radius at a time."""
    redis, keys = connect_redis(redis_url), Keys("bench")
    try:
        places = await _populate(redis, keys)
        live = RedisLivePositions(redis, keys, limits=PresenceLimits(60, 3600))
        return {f"{radius_m:.0f}": await _compare(redis, keys, live, places, radius_m) for radius_m in RADII_M}
    finally:
        await redis.aclose()


async def _populate(redis: Redis, keys: Keys) -> list[tuple[float, float]]:
    draw = np.random.default_rng(1)
    lat = (CITY[0] + draw.normal(0, SPREAD_DEG, TRANSPORTERS)).tolist()
    lon = (CITY[1] + draw.normal(0, SPREAD_DEG, TRANSPORTERS)).tolist()
    now_ms = time.time() * 1000
    for start in range(0, TRANSPORTERS, CHUNK):
        rows = range(start, start + CHUNK)
        await redis.geoadd(keys.geo, [value for row in rows for value in (lon[row], lat[row], row)])
        await redis.zadd(keys.last_seen, {str(row): now_ms for row in rows})
    return list(zip(lat[:ROUNDS], lon[:ROUNDS], strict=True))


async def _compare(
    redis: Redis, keys: Keys, live: RedisLivePositions, places: list[tuple[float, float]], radius_m: float
) -> dict[str, float]:
    ours: list[float] = []
    single: list[float] = []
    for lat, lon in places:
        started = time.perf_counter()
        found = await live.nearby(lat, lon, radius_m, NEAREST)
        between = time.perf_counter()
        plain: list[Any] = await redis.geosearch(
            keys.geo, longitude=lon, latitude=lat, radius=radius_m, unit="m", sort="ASC", count=NEAREST, withdist=True
        )
        single.append(time.perf_counter() - between)
        ours.append(between - started)
        # Two in one cell of the index are equally far and may come in either order.
        if [distance_m for _, distance_m in found] != [float(row[1]) for row in plain]:
            raise RuntimeError(f"both must find the same around {lat}, {lon} within {radius_m} m")
    ours_ms, single_ms = statistics.median(ours) * 1000, statistics.median(single) * 1000
    return {
        "ours_ms": ours_ms,
        "geosearch_ms": single_ms,
        "ratio": ours_ms / single_ms,
        "must_stay_under": MUST_STAY_UNDER,
    }

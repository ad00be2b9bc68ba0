"""Who is near, who is online, and how they leave."""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from dispatch.geo import great_circle_m
from dispatch.ports import Presence
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits, PresenceSweeper
from tests.support.world import THAMEL, World, ok, ping

LIMITS = PresenceLimits(stale_after_s=45, offline_after_s=120)


@pytest.fixture
def keys() -> Keys:
    return Keys(f"zone-{uuid4().hex[:8]}")


@pytest.fixture
def redis(world: World) -> Redis:
    return world.server.services.redis


async def place(
    redis: Redis, keys: Keys, silence_s: dict[int, float], places: dict[int, tuple[float, float]]
) -> RedisLivePositions:
    now_ms = time.time() * 1000
    for who, (lat, lon) in places.items():
        await redis.geoadd(keys.geo, [lon, lat, str(who)])
    if silence_s:
        await redis.zadd(keys.last_seen, {str(who): now_ms - silence * 1000 for who, silence in silence_s.items()})
    return RedisLivePositions(redis, keys, limits=LIMITS)


@given(st.floats(0, 1000))
def test_presence_goes_from_online_over_stale_to_offline(silence_s: float) -> None:
    found = LIMITS.of((5000 - silence_s) * 1000, now_s=5000)
    wanted = Presence.ONLINE if silence_s <= 45 else Presence.STALE if silence_s <= 120 else Presence.OFFLINE
    assert found is wanted or min(abs(silence_s - 45), abs(silence_s - 120)) < 1e-6
    assert LIMITS.of(None, now_s=5000) is Presence.OFFLINE


@pytest.mark.parametrize("radius_m", [100, 900, 5_000, 100_000])
async def test_the_nearest_are_those_that_a_look_at_everybody_finds(redis: Redis, keys: Keys, radius_m: float) -> None:
    chance = random.Random(7)  # noqa: S311  # a scatter
    places = {
        who: (
            THAMEL[0] + chance.gauss(0, 0.002 * 10 ** (who % 3)),
            THAMEL[1] + chance.gauss(0, 0.002 * 10 ** (who % 3)),
        )
        for who in range(1, 400)
    }
    silence = {who: 300.0 if who % 2 else 60.0 for who in places}
    live = await place(redis, keys, silence, places)
    ranked = sorted((great_circle_m(*THAMEL, *where), who) for who, where in places.items() if who % 2 == 0)
    wanted = [who for distance_m, who in ranked if distance_m <= radius_m]
    for limit in (1, 20, 500):
        found = await live.nearby(*THAMEL, radius_m, limit)
        assert [distance for _, distance in found] == sorted(distance for _, distance in found)
        assert {who for who, _ in found} == set(wanted[:limit])


async def test_nobody_near_is_an_empty_answer(redis: Redis, keys: Keys) -> None:
    live = await place(redis, keys, {}, {})
    assert await live.nearby(*THAMEL, 500_000, 50) == []
    assert await live.nearby(89.9, 179.9, 500_000, 50) == []


async def test_the_sweeper_takes_the_offline_out_and_leaves_the_others(redis: Redis, keys: Keys) -> None:
    silence = {1: 10.0, 2: 60.0, 3: 121.0, 4: 9000.0}
    live = await place(redis, keys, silence, dict.fromkeys(silence, THAMEL))
    sweeper = PresenceSweeper(redis, keys, LIMITS)
    assert sorted(await sweeper.sweep()) == [3, 4]
    assert await sweeper.sweep() == []
    assert sorted(map(int, await _members(redis, keys))) == [1, 2]
    presence = await live.presence_of([1, 2, 3, 4])
    assert presence == {1: Presence.ONLINE, 2: Presence.STALE, 3: Presence.OFFLINE, 4: Presence.OFFLINE}


async def _members(redis: Redis, keys: Keys) -> Any:
    return await redis.zrange(keys.geo, 0, -1)


async def test_who_was_swept_is_back_with_the_next_ping_even_a_late_one(world: World) -> None:
    driver, services, now = await world.driver(), world.server.services, datetime.now(UTC)
    me = driver.transporter_id

    async def ping_and_look(seq: int, lat: float, at: datetime) -> set[int]:
        async with world.phone(driver, epoch="one") as phone:
            await phone.send(ping(seq, lat, 85.0, at))
            await phone.until_ack(seq)
        return {who for who, _ in await services.live.nearby(27.0, 85.0, 5_000, 500)}

    assert me in await ping_and_look(1, 27.0, now)
    long_ago_ms = (time.time() - services.settings.offline_after_s - 1) * 1000
    await services.redis.zadd(services.keys.last_seen, {str(me): long_ago_ms})
    await services.background.presence.sweep()
    assert await services.live.positions_of([me]) == {}
    assert me in await ping_and_look(2, 26.0, now - timedelta(hours=1))
    assert (await services.live.positions_of([me]))[me].lat == 27.0


async def test_nearby_tells_presence_and_what_each_can_still_take(world: World) -> None:
    driver = await world.driver(capacity_kg=20)
    delivery = await world.delivery(package_weight=12.5)
    await world.online_at(driver, 26.5, 87.0)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    found = ok(await (await world.admin()).get("/api/transporters/nearby/", lat=26.5, lon=87.0, radius_km=1))
    [row] = [row for row in found["results"] if row["id"] == driver.transporter_id]
    assert (row["presence"], row["free_capacity_kg"], row["active_deliveries"]) == ("online", 7.5, 1)

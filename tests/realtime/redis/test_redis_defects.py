"""What Redis refuses for ever is a defect of ours, what it refuses for now is not: told apart by its own words."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.exceptions import RedisError

from realtime.redis.client import connect_redis, is_defect
from realtime.redis.keys import Keys
from tests.support.own_redis import OwnRedis
from tests.support.watching import another_world
from tests.support.world import THAMEL, World

FOR_EVER: list[tuple[Any, ...]] = [
    ("LPUSH", "text", "value"),
    ("NO-SUCH-COMMAND",),
    ("GET", "too", "many"),
    ("EVAL", "return nil + 1", 0),
    ("EVAL", "return redis.call('LPUSH', KEYS[1], 'value')", 1, "text"),
    ("EVAL", "this is no script", 0),
]
FOR_NOW: dict[str, list[tuple[Any, ...]]] = {
    "maxmemory": [("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")],
    "min-replicas-to-write": [
        ("CONFIG", "SET", "min-replicas-to-write", "3"),
        ("CONFIG", "SET", "min-replicas-to-write", "0"),
    ],
    "replicaof": [("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")],
}
WRITES: list[tuple[Any, ...]] = [
    ("SET", "text", "value"),
    ("EVAL", "return redis.call('SET', KEYS[1], 'value')", 1, "text"),
]


@pytest.fixture
async def client(own_redis: OwnRedis) -> AsyncIterator[Any]:
    async with connect_redis(own_redis.url, retries=0) as client:
        await client.set("text", "value")
        yield client


@pytest.mark.parametrize("command", FOR_EVER, ids=lambda command: " ".join(map(str, command)))
async def test_a_command_that_can_never_succeed_is_a_defect(client: Any, command: tuple[Any, ...]) -> None:
    with pytest.raises(RedisError) as refused:
        await client.execute_command(*command)
    assert is_defect(refused.value)


@pytest.mark.parametrize("state", FOR_NOW)
@pytest.mark.parametrize("write", WRITES, ids=["command", "script"])
async def test_a_write_that_is_refused_in_this_state_of_redis_is_no_defect(
    client: Any, state: str, write: tuple[Any, ...]
) -> None:
    begin, end = FOR_NOW[state]
    await client.execute_command(*begin)
    try:
        with pytest.raises(RedisError) as refused:
            await client.execute_command(*write)
    finally:
        await client.execute_command(*end)
    assert not is_defect(refused.value), refused.value
    await client.execute_command(*write)


async def test_a_request_that_meets_a_defect_is_a_500_and_one_that_meets_an_outage_a_503(
    world: World, own_redis: OwnRedis, client: Any
) -> None:
    async with another_world(world.server, redis_url=own_redis.url) as other:
        geo = Keys(other.server.settings.zone).geo
        admin = await other.admin()
        await client.set(geo, "no index")
        try:
            found = await admin.get("/api/transporters/nearby/", lat=THAMEL[0], lon=THAMEL[1])
        finally:
            await client.delete(geo)
        assert (found.status_code, found.json()["code"]) == (500, "internal_error")
        begin, end = FOR_NOW["replicaof"]
        await client.execute_command(*begin)
        try:
            ticket = await admin.post("/api/v1/auth/ws-ticket/")
        finally:
            await client.execute_command(*end)
        assert (ticket.status_code, ticket.headers["Retry-After"]) == (503, "2")
        assert (await admin.get("/api/transporters/nearby/", lat=THAMEL[0], lon=THAMEL[1])).status_code == 200
        assert (await admin.post("/api/v1/auth/ws-ticket/")).status_code in {200, 201}

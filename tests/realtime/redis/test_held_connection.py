"""A connection that is kept for one call after the other is no weaker than one of the pool."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from realtime.redis.client import connect_redis
from realtime.redis.held_connection import HeldConnection
from realtime.redis.keys import Keys
from realtime.redis.replicated import Replicated
from tests.support.own_redis import OwnRedis

NOBODY = ["", "", "", 1]
"""What ``resume`` is told beside the devices."""


@pytest.fixture
async def client(own_redis: OwnRedis) -> AsyncIterator[Redis]:
    found = connect_redis(own_redis.url)
    yield found
    await found.aclose()


async def test_after_the_server_closed_it_or_a_call_was_cut_off_another_is_taken(client: Redis) -> None:
    held = HeldConnection(client)
    first = await held.call("CLIENT", "ID")
    with pytest.raises(ResponseError):
        await held.call("NONSENSE")
    assert await held.call("CLIENT", "ID") == first
    await client.client_kill_filter(_id=str(first))
    with pytest.raises(RedisConnectionError):
        await held.call("CLIENT", "ID")
    second = await held.call("CLIENT", "ID")
    assert second != first
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await held.call("BLPOP", f"nobody-{uuid4()}", 5)
    assert await held.call("CLIENT", "ID") not in {first, second}
    assert not held.is_busy


async def test_a_script_is_run_for_all_who_call_at_once_and_after_the_connection_was_closed(client: Redis) -> None:
    keys = Keys(f"held-{uuid4().hex[:8]}")
    script = Replicated(client, keys, replicas=0).script("resume", held=True)
    for _ in range(2):
        for found in await asyncio.gather(*(script([keys.ingest_state], NOBODY) for _ in range(5))):
            assert found == []
        for one in await client.client_list():
            await client.client_kill_filter(_id=one["id"], skipme=True)
        await client.script_flush()
    assert await script([keys.ingest_state], NOBODY) == []


async def test_one_that_is_given_back_serves_the_pool_again(own_redis: OwnRedis) -> None:
    alone = connect_redis(own_redis.url, max_connections=1)
    held = HeldConnection(alone)
    kept = await held.call("CLIENT", "ID")
    await held.give_back()
    await held.give_back()  # a second time does nothing
    assert await alone.client_id() == kept
    assert await held.call("CLIENT", "ID") == kept
    await held.give_back()
    await alone.aclose()

"""Which connection is a device's, also where Redis did what it was asked and its answer did not come."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from realtime.ingest.runs import Source
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys
from realtime.sockets.device_connections import DeviceConnections
from tests.support.own_redis import OwnRedis


@pytest.fixture
async def client(own_redis: OwnRedis) -> AsyncIterator[Redis]:
    found = connect_redis(own_redis.url)
    yield found
    await found.aclose()


async def test_a_connection_that_asks_again_because_no_answer_came_ends_the_older_one_and_never_itself(
    client: Redis,
) -> None:
    ended: list[str] = []

    def end(connection_id: str) -> bool:
        ended.append(connection_id)
        return True

    connections = DeviceConnections(client, Keys(f"taken-{uuid4().hex[:8]}"), replicas=0, end_own=end)
    phone = Source(7, "phone", "one")
    for _ in range(3):
        await connections.take(phone, "first")
    assert ended == []
    for _ in range(3):
        await connections.take(phone, "second")
    assert ended == ["first"] * 3, "told again: the first answer may be the one that did not come"
    await connections.take(phone, "third")
    await connections.take(Source(7, "tablet", "one"), "another device")
    assert ended[3:] == ["second"]

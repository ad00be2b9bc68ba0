"""What an outage of Redis may and may not do to pings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api.embedded import EmbeddedServices
from realtime.ingest import Ingest, IngestUnavailable, Source
from realtime.keys import Keys
from realtime.protocol import Fix
from realtime.redis_client import connect_redis


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[tuple[EmbeddedServices, Redis]]:
    services = EmbeddedServices(tmp_path, postgres=False)
    urls = await services.start()
    client = connect_redis(str(urls.redis_url))
    yield services, client
    await client.aclose()
    await services.stop()


def _fixes(first: int, last: int) -> list[Fix]:
    return [Fix(seq, 27.7, 85.3, datetime.now(UTC)) for seq in range(first, last + 1)]


async def test_nothing_is_stored_behind_pings_that_could_not_be(redis: tuple[EmbeddedServices, Redis]) -> None:
    services, client = redis
    ingest = Ingest(client, Keys(), flush_ms=0, max_age_s=86400, max_ahead_s=60)
    source = Source(1, "phone", uuid4().hex)
    ingest.start()
    try:
        await ingest.submit(source, ingest.sift(source, _fixes(1, 100)))
        await services.stop()
        lost = ingest.submit(source, ingest.sift(source, _fixes(101, 200)))
        while ingest.waiting:  # the batch is on its way to a Redis that is gone
            await asyncio.sleep(0)
        behind = ingest.submit(source, ingest.sift(source, _fixes(201, 300)))
        for future in (lost, behind):
            with pytest.raises(IngestUnavailable):
                await future
        await services.start()
        assert await ingest.last_seq(source) == 100
        assert await ingest.submit(source, ingest.sift(source, _fixes(101, 300))) == 200
        assert await ingest.last_seq(source) == 300
    finally:
        await ingest.stop()

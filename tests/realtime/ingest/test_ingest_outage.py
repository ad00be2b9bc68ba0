"""What an outage of Redis may and may not do to pings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api.embedded import EmbeddedServices
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source
from realtime.ingest.submissions import IngestUnavailable
from realtime.ingest.throttle import Rates
from realtime.protocol import Fix
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys
from tests.support.waiting import PATIENCE_S


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
    ingest = Ingest(
        client,
        Keys(),
        flush_ms=0,
        plausibility=Plausibility(max_age_ms=86_400_000, max_ahead_ms=60_000),
        rates=Rates(1e6, 1e9),
        log_max=1_000_000,
    )
    source = Source(1, "phone", uuid4().hex)
    ingest.start()
    try:
        await ingest.submit(source, ingest.screen(source, _fixes(1, 100)))
        await services.stop()
        lost = ingest.submit(source, ingest.screen(source, _fixes(101, 200)))
        async with asyncio.timeout(PATIENCE_S):
            while ingest.waiting:  # noqa: ASYNC110  # until the batch is on its way to a Redis that is gone
                await asyncio.sleep(0)
        behind = ingest.submit(source, ingest.screen(source, _fixes(201, 300)))
        for future in (lost, behind):
            with pytest.raises(IngestUnavailable):
                await future
        await services.start()
        assert await ingest.resume(source) == 100
        await ingest.submit(source, ingest.screen(source, _fixes(101, 300)))
        assert await ingest.resume(source) == 300
    finally:
        await ingest.stop()

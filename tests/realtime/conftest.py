"""What several tests of the live part stand on."""

from collections.abc import AsyncIterator

import pytest

from tests.support.own_redis import OwnRedis


@pytest.fixture(scope="module")
async def own_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OwnRedis]:
    """One for each module, to be killed, frozen and filled."""
    redis = OwnRedis(tmp_path_factory.mktemp("redis"))
    await redis.start()
    yield redis
    await redis.stop()

"""One cluster a module."""

from collections.abc import AsyncIterator

import pytest

from tests.realtime.cluster.nodes import Cluster


@pytest.fixture(scope="package")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Three masters and a replica, whom tests send to whoever has their zone."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        await cluster.start()
        await cluster.follow(cluster.nodes[-1], cluster.nodes[0])
        yield cluster
    finally:
        await cluster.stop()

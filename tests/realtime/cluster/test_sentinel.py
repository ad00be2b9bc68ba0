"""A master, its replica and three sentinels: a server moves over with the role."""

from collections.abc import AsyncIterator

import pytest

from tests.realtime.cluster.nodes import Node
from tests.realtime.cluster.reporter import Reporter
from tests.realtime.cluster.sentinels import Watched
from tests.support.watching import another_world, frames_until, step, under_way, watch
from tests.support.world import World


@pytest.fixture
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path_factory.mktemp("sentinels"))
    try:
        await watched.start()
        yield watched
    finally:
        await watched.stop()


@pytest.mark.slow
async def test_a_server_follows_its_master_behind_sentinels(world: World, watched: Watched) -> None:
    async with another_world(world.server, redis_url=watched.url) as sentinelled:
        delivery, driver = await under_way(sentinelled)
        async with (
            watch(sentinelled, delivery["tracking_number"]) as watcher,
            Reporter(sentinelled, driver).reporting() as reporter,
        ):
            await reporter.until_promised(20)
            master: Node = watched.master
            await master.kill()
            await reporter.until_promised(20)
            await step(driver, delivery, "pickup")
            await frames_until(watcher, status="picked_up")

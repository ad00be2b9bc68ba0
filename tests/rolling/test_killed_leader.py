"""Whoever leads rolling dispatch is killed amid it: another goes on, nothing is given twice and nothing forgotten."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.places import somewhere
from tests.support.process_worlds import kill_everything, world_of
from tests.support.rolling_zones import deliveries_at, driver_at, rolling_zone
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import until
from tests.support.world import ok


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """Two workers and a steward with servers of their own; who was heard of once stays on the map."""
    more = {"DISPATCH_WORKERS": "2", "DISPATCH_STALE_AFTER_S": "1800", "DISPATCH_OFFLINE_AFTER_S": "3600"}
    server = ServerProcess(tmp_path_factory.mktemp("rolling") / "data", free_port(), more)
    await server.start()
    yield server
    await server.end()


@pytest.mark.slow
async def test_rolling_dispatch_goes_on_after_its_leader_was_killed_and_gives_each_delivery_once(
    server: ServerProcess,
) -> None:
    async with world_of(server) as world:
        admin, here = await world.admin(), somewhere()
        for _ in range(3):
            await driver_at(world, here, max_active=5)
        numbers = await deliveries_at(world, here, *[{}] * 12)
        zone = await rolling_zone(admin, here)

        async def given() -> dict[int, Any] | None:
            try:
                replies = [await admin.get(f"/api/deliveries/{number}/") for number in numbers]
            except httpx.HTTPError:
                return None
            if not all(reply.is_success for reply in replies):
                return None
            return {one["id"]: one for one in map(ok, replies) if one["status"] == "assigned"}

        async def begun() -> bool:
            return bool(await given())

        await until(begun)
        before = (await zone.state())["leader"]
        kill_everything(server)

        async def all_given() -> dict[int, Any] | None:
            found = await given()
            return found if found is not None and len(found) == len(numbers) else None

        found = await until(all_given)
        assert max(Counter(one["transporter"]["id"] for one in found.values()).values()) <= 5
        for one in found.values():
            steps = Counter(step["status"] for step in one["tracking_history"])
            assert steps["assigned"] >= 1
        state = await zone.state()
        assert state["leader"] != before
        assert state["error"] == ""
        given_in_all = state["last_hour"]["given"]
        assert given_in_all == len(numbers), "each was given once"

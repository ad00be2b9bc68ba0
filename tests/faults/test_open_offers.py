"""Everything that carries offers is killed while they are open: each still ends, and a delivery has one taker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.places import at, somewhere
from tests.support.process_worlds import kill_everything, world_of
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """Two workers and a steward with servers of their own; what is offered is seen at once."""
    more = {"DISPATCH_WORKERS": "2", "DISPATCH_OFFER_STAGGER_S": "0"}
    server = ServerProcess(tmp_path_factory.mktemp("offers") / "data", free_port(), more)
    await server.start()
    yield server
    await server.end()


async def _asked(
    world: World, admin: Person, place: tuple[float, float], deadline_s: int
) -> tuple[str, list[dict[str, Any]]]:
    """The path of a delivery's searches, and the offers of the one that was begun."""
    [delivery] = await world.deliveries(at(place))
    path = f"/api/deliveries/{delivery['id']}/offers/"
    return path, ok(await admin.post(path, {"mode": "all", "deadline_s": deadline_s}), 201)["searches"][0]["offers"]


async def _accepted(driver: Driver, offer_id: int) -> int:
    """Accept as phones do: again until there is an answer."""

    async def answered() -> int | None:
        reply = await driver.post(f"/api/offers/{offer_id}/accept/")
        return reply.status_code if reply.status_code < 500 else None

    return int(await until(answered, despite=httpx.HTTPError))


async def _state(admin: Person, path: str) -> dict[str, Any] | None:
    try:
        reply = await admin.get(path)
    except httpx.HTTPError:
        return None
    return ok(reply) if reply.is_success else None


@pytest.mark.slow
async def test_offers_that_are_open_when_everything_is_killed_end_at_their_deadline_or_have_one_taker(
    server: ServerProcess,
) -> None:
    async with world_of(server) as world:
        admin, here = await world.admin(), somewhere()
        drivers = {}
        for _ in range(3):
            driver = await world.driver()
            await world.online_at(driver, *here)
            drivers[driver.transporter_id] = driver
        unanswered, left_open = await _asked(world, admin, here, 15)
        contested, offers = await _asked(world, admin, here, 120)
        assert (len(left_open), len(offers)) == (3, 3)
        tries = [asyncio.create_task(_accepted(drivers[offer["transporter_id"]], offer["id"])) for offer in offers]
        kill_everything(server)
        assert sorted(await asyncio.gather(*tries)) == [200, 409, 409]

        async def ended() -> dict[str, Any] | None:
            found = await _state(admin, unanswered)
            return found if found is not None and found["searches"][0]["status"] != "searching" else None

        found = await until(ended)
        assert (found["status"], found["searches"][0]["status"]) == ("available", "exhausted")
        for offer in found["searches"][0]["offers"]:
            assert offer["status"] == "expired"
            assert offer["ended_at"] >= offer["deadline"], "it could be answered as long as was promised"
        taken = ok(await admin.get(contested))
        assert taken["status"] == "assigned"
        statuses = {offer["transporter_id"]: offer["status"] for offer in taken["searches"][0]["offers"]}
        assert statuses[taken["transporter_id"]] == "accepted"
        assert sorted(statuses.values()) == ["accepted", "withdrawn", "withdrawn"]

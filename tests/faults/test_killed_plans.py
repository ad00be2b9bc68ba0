"""Everything that works on a plan is killed before and amid its commit: nothing is given twice or forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.dispatch.city import City, settle
from dispatch.assignments.models import Assignment
from dispatch.deliveries.models import Delivery, DeliveryStatus
from tests.support.process_worlds import kill_everything, world_of
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import until
from tests.support.world import Person, World, ok

PLANS = "/api/assignment-plans/"


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """Two workers and a steward with servers of their own."""
    server = ServerProcess(tmp_path_factory.mktemp("plans") / "data", free_port(), {"DISPATCH_WORKERS": "2"})
    await server.start()
    yield server
    await server.end()


async def _answered(admin: Person, path: str, *, commits: bool = False) -> dict[str, Any]:
    """Ask as a page does that wants an answer: again until there is one."""

    async def told() -> dict[str, Any] | None:
        reply = await (admin.post(path) if commits else admin.get(path))
        return None if reply.status_code >= 500 else ok(reply)

    found: dict[str, Any] = await until(told, despite=httpx.HTTPError)
    return found


async def _given(world: World) -> dict[int, int]:
    """Delivery → transporter, of all that are assigned."""

    async def read() -> tuple[dict[int, int]]:
        async with world.server.services.database.work() as work:
            rows = await work.session.execute(
                select(Delivery.id, Delivery.transporter_id).where(Delivery.status == DeliveryStatus.ASSIGNED)
            )
            return ({row[0]: row[1] or 0 for row in rows},)

    found: tuple[dict[int, int]] = await until(read, despite=(SQLAlchemyError, OSError))
    return found[0]


@pytest.mark.slow
async def test_a_plan_outlives_the_death_of_everything_and_its_commit_goes_on_where_it_was_killed(
    server: ServerProcess,
) -> None:
    """250 deliveries are two sets: the second waits for a row that somebody holds when everything is killed."""
    async with world_of(server) as world:
        services, admin = world.server.services, await world.admin()
        await settle(services.database, services.redis, services.keys, City(250, 200))
        plan = ok(await admin.post(PLANS, {}), 201)
        path, planned = f"{PLANS}{plan['id']}/", {one["delivery_id"]: one["transporter_id"] for one in plan["pairs"]}
        assert len(planned) > 200

        kill_everything(server)
        assert (await _answered(admin, path))["status"] == "open"
        assert await _given(world) == {}

        committing = await _killed_amid(server, world, admin, plan)
        half = await _answered(admin, path)
        given = await _given(world)
        assert (half["status"], half["progress"]["assigned"]) == ("committing", len(given))
        assert 0 < len(given) <= 200
        assert given.items() <= planned.items()
        assert committing is None, "whoever committed has heard nothing, and asks again"

        done = await _answered(admin, f"{path}commit/", commits=True)
        given = await _given(world)
        refused = {one["delivery_id"] for one in done["progress"]["refused"]}
        assert (done["status"], done["progress"]["left"]) == ("committed", 0)
        assert given.items() <= planned.items()
        assert given.keys() | refused == planned.keys()
        assert not given.keys() & refused
        async with services.database.work() as work:
            count = func.count(Assignment.id)
            twice = select(Assignment.delivery_id).group_by(Assignment.delivery_id).having(count > 1)
            assert (await work.session.scalars(twice)).all() == []
            assert await work.session.scalar(select(count)) == len(given)
        again = await _answered(admin, f"{path}commit/", commits=True)
        assert again["progress"] == done["progress"]


async def _killed_amid(
    server: ServerProcess, world: World, admin: Person, plan: dict[str, Any]
) -> httpx.Response | None:
    """Commit, and kill everything once the first set is written; the answer, where one came."""
    path = f"{PLANS}{plan['id']}/"

    async def commit() -> httpx.Response | None:
        with suppress(httpx.HTTPError):
            return await admin.post(f"{path}commit/")
        return None

    async def half_done() -> bool:
        return bool(ok(await admin.get(path))["progress"]["assigned"])

    last = select(Delivery.id).where(Delivery.id == plan["pairs"][-1]["delivery_id"]).with_for_update()
    with suppress(SQLAlchemyError, OSError):  # the connection that holds the row dies too
        async with world.server.services.database.work() as holder:
            await holder.session.execute(last)
            asked = asyncio.create_task(commit())
            await until(half_done)
            kill_everything(server)
    return await asked

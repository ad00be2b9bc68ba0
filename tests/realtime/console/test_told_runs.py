"""What a dispatcher's console hears of bulk runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import websockets
from sqlalchemy import update

from api.server.serving import RunningServer
from dispatch.assignments.models import AssignmentRun, RunStatus
from dispatch.assignments.results import BulkResult, Failure
from dispatch.assignments.runs import GONE_AFTER, Run, begin_run
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import PATIENCE_S
from tests.support.watching import next_frame
from tests.support.world import Person, World, ok


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Consoles hear of all runs, so nobody else's may go on."""
    async with world_of_its_own(server) as own:
        yield own


@asynccontextmanager
async def _console(world: World, admin: Person) -> AsyncIterator[websockets.ClientConnection]:
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    options: dict[str, Any] = {"subprotocols": names, "max_size": None, "open_timeout": PATIENCE_S}
    async with websockets.connect(f"{world.ws_url}/ws/console", **options) as socket:
        await socket.send('{"type":"subscribe"}')
        yield socket


async def _told(socket: websockets.ClientConnection, run_id: int, **values: object) -> list[dict[str, Any]]:
    """All that is told of a run until it stands so."""
    frames = []
    while True:
        frame = await next_frame(socket)
        if frame["type"] == "run" and frame["id"] == run_id:
            frames.append(frame)
            if all(frame[key] == value for key, value in values.items()):
                return frames


async def test_a_console_hears_that_a_run_begins_how_far_it_has_come_and_that_it_has_ended(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    async with _console(world, admin) as socket:
        async with services.database.work() as work:
            begun = await begin_run(work, services.clock, admin.user_id)
        [frame] = await _told(socket, begun.id)
        assert (frame["status"], frame["asked_by"], frame["deliveries"]) == ("running", admin.user_id, None)
        async with services.database.work() as work:
            run = Run(work, services.clock, begun.id)
            await run.planned(BulkResult([], [Failure(1, "No.")], 9.0, certified=True, planned_total=9.0), 9)
        [frame] = await _told(socket, begun.id)
        assert (frame["deliveries"], frame["planned"], frame["failed"], frame["left"]) == (10, 9, 1, 9)
        async with services.database.work() as work:
            await Run(work, services.clock, begun.id).wrote(4, [])
        [frame] = await _told(socket, begun.id)
        assert (frame["assigned"], frame["left"], frame["ended_at"]) == (4, 5, None)
        async with services.database.work() as work:
            await Run(work, services.clock, begun.id).end(RunStatus.FAILED, "No more.")
        [frame] = await _told(socket, begun.id)
        assert (frame["status"], frame["error"]) == ("failed", "No more.")
        assert frame["ended_at"] is not None


async def test_who_comes_later_hears_of_the_runs_that_go_on_and_of_those_that_have_just_ended(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    now = services.clock.now()
    async with services.database.work() as work:
        long_over = AssignmentRun(
            started_at=now, heartbeat_at=now, ended_at=now - timedelta(hours=1), status=RunStatus.DONE
        )
        over = AssignmentRun(started_at=now, heartbeat_at=now, ended_at=now, status=RunStatus.DONE)
        going_on = AssignmentRun(started_at=now, heartbeat_at=now, status=RunStatus.RUNNING, assigned=3)
        work.session.add_all([long_over, over, going_on])
    heard: dict[int, dict[str, Any]] = {}
    async with _console(world, admin) as socket:
        while going_on.id not in heard:
            frame = await next_frame(socket)
            if frame["type"] == "run":
                heard[frame["id"]] = frame
    assert heard[over.id]["status"] == "done"
    assert heard[going_on.id]["assigned"] == 3
    assert long_over.id not in heard


async def test_a_console_hears_that_the_server_of_a_run_has_died(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    async with _console(world, admin) as socket:
        async with services.database.work() as work:
            begun = await begin_run(work, services.clock, admin.user_id)
        await _told(socket, begun.id, status="running")
        async with services.database.work() as work:
            silent_since = services.clock.now() - GONE_AFTER - timedelta(seconds=1)
            run = update(AssignmentRun).where(AssignmentRun.id == begun.id)
            await work.session.execute(run.values(heartbeat_at=silent_since))
        await _told(socket, begun.id, status="interrupted")


async def test_a_run_that_was_asked_for_over_http_is_told_to_its_end(world: World) -> None:
    admin, here, vehicle_type = await world.admin(), somewhere(), f"v{uuid4().hex[:12]}"
    driver = await world.driver(vehicle_type=vehicle_type, max_active=5)
    await world.online_at(driver, *north_of(here, 300))
    await world.deliveries(at(here), at(here))
    async with _console(world, admin) as socket:
        body = {"vehicle_type_filter": vehicle_type}
        begun = ok(await admin.post("/api/auto-assign/", body, Prefer="respond-async"), 202)
        told = await _told(socket, begun["id"], status="done")
    assert (told[-1]["assigned"], told[-1]["left"]) == (2, 0)

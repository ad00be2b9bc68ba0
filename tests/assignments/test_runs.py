"""Bulk runs that are followed: what is said while they run, how they end, and what a killed server leaves behind."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from api.server.serving import RunningServer
from benchmarks.dispatch.city import City, settle
from dispatch.assignments.models import Assignment, AssignmentRun, RunStatus
from dispatch.assignments.past_runs import RunRetention
from dispatch.assignments.results import BulkResult, Failure
from dispatch.assignments.runs import FAILURES_KEPT, GONE_AFTER, Run, RunEnded, RunReport, begin_run, report_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from tests.support.killed_worker import scene
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok

AUTO, BULK = "/api/auto-assign/", "/api/deliveries/bulk-operations/"
FOLLOW = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Bulk runs are over all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


async def _ended(admin: Person, location: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = ok(await admin.get(location))
        return None if run["status"] == "running" else run

    found: dict[str, Any] = await until(ended)
    return found


async def _two_and_three(world: World) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """One transporter, three low deliveries near it of which one is too heavy, and the body of a run over them."""
    here, vehicle_type = somewhere(), f"v{uuid4().hex[:12]}"
    driver = await world.driver(vehicle_type=vehicle_type, max_active=5)
    await world.online_at(driver, *north_of(here, 300))
    low = at(here) | {"priority": "low"}
    made = await world.deliveries(low, low, low | {"package_weight": 80.0})
    return vehicle_type, made, {"priority_filter": "low", "vehicle_type_filter": vehicle_type}


async def test_who_would_rather_follow_a_run_gets_a_202_and_then_the_answer_that_others_waited_for(
    world: World,
) -> None:
    admin = await world.admin()
    _, [one, other, heavy], body = await _two_and_three(world)
    reply = await admin.post(AUTO, body, **FOLLOW)
    begun = ok(reply, 202)
    assert (begun["status"], begun["result"], begun["asked_by"]) == ("running", None, admin.user_id)
    assert reply.headers["preference-applied"] == "respond-async"
    run = await _ended(admin, reply.headers["location"])
    assert (run["id"], run["status"], run["error"]) == (begun["id"], "done", "")
    progress = run["progress"]
    assert (progress["assigned"], progress["planned"], progress["left"]) == (2, 2, 0)
    assert (run["certified_optimal"], run["gap"]) == (True, pytest.approx(0.0, abs=1e-6))
    assert {row["delivery_id"] for row in run["result"]["assignments"]} == {one["id"], other["id"]}
    reasons = {row["delivery_id"]: row["reason"] for row in run["result"]["failures"]}
    assert "capacity" in reasons[str(heavy["id"])]
    assert run["result"]["summary"]["successful_assignments"] == 2
    event = ok(await admin.get("/api/v1/audit/", actor_id=admin.user_id, action="deliveries.assigned"))["results"][0]
    assert (event["subject_id"], event["detail"]["assigned"]) == (str(run["id"]), 2)


async def test_a_run_over_named_deliveries_can_be_followed_and_a_dry_run_is_waited_for(world: World) -> None:
    admin = await world.admin()
    vehicle_type, made, _ = await _two_and_three(world)
    body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in made]}
    fleet = {"vehicle_type_filter": vehicle_type}
    planned = ok(await admin.post(BULK, body | {"parameters": fleet | {"dry_run": True}}, **FOLLOW))
    assert planned["results"]["successful"] == 2
    reply = await admin.post(BULK, body | {"parameters": fleet}, Prefer="return=minimal, Respond-Async; wait=3")
    assert reply.status_code == 202
    run = await _ended(admin, reply.headers["location"])
    assert run["progress"]["assigned"] == 2
    waited = await admin.post(BULK, body | {"parameters": fleet}, Prefer="respond-asynchronously")
    assert waited.status_code == 200


async def test_a_repeat_under_the_same_key_gets_the_same_run(world: World) -> None:
    admin, key = await world.admin(), {"Idempotency-Key": uuid4().hex}
    _, _, body = await _two_and_three(world)
    first = ok(await admin.post(AUTO, body, **FOLLOW, **key), 202)
    again = ok(await admin.post(AUTO, body, **FOLLOW, **key), 202)
    assert first["id"] == again["id"]
    assert (await _ended(admin, f"/api/assignment-runs/{first['id']}/"))["progress"]["assigned"] == 2


async def test_a_run_over_nothing_is_done_at_once_and_an_unknown_one_is_not_found(world: World) -> None:
    admin = await world.admin()
    reply = await admin.post(AUTO, {"time_range_hours": 1e-6}, **FOLLOW)
    run = await _ended(admin, reply.headers["location"])
    assert (run["status"], run["progress"]["deliveries"], run["result"]["assignments"]) == ("done", 0, [])
    assert (await admin.get(f"/api/assignment-runs/{2**62}/")).status_code == 404


async def test_a_run_without_a_sign_of_life_is_found_ended_and_its_server_writes_no_more(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    now = services.clock.now()
    async with services.database.work() as work:
        silent = AssignmentRun(
            started_at=now, heartbeat_at=now - GONE_AFTER - timedelta(seconds=1), assigned=7, failed=0
        )
        alive = AssignmentRun(started_at=now, heartbeat_at=now, assigned=7, failed=0)
        work.session.add_all([silent, alive])
    assert ok(await admin.get(f"/api/assignment-runs/{alive.id}/"))["status"] == "running"
    found = ok(await admin.get(f"/api/assignment-runs/{silent.id}/"))
    assert (found["status"], found["progress"]["assigned"]) == ("interrupted", 7)
    assert "server" in found["error"]
    async with services.database.work() as work:
        with pytest.raises(RunEnded):
            await Run(work, services.clock, silent.id).wrote(1, [])
        await Run(work, services.clock, silent.id).end(RunStatus.DONE)
    assert ok(await admin.get(f"/api/assignment-runs/{silent.id}/"))["status"] == "interrupted"


@pytest.mark.slow
async def test_a_run_whose_server_is_killed_in_its_midst_says_truly_what_was_committed(
    world: World, tmp_path: Path
) -> None:
    """250 deliveries are two sets: the second waits for a row that somebody holds when the server is killed."""
    async with scene(world, tmp_path, "never") as killed:
        services = killed.world.server.services
        await settle(services.database, services.redis, services.keys, City(250, 200))
        admin = await killed.world.admin()
        async with services.database.work() as holder:
            ids = list(await holder.session.scalars(select(Delivery.id).order_by(Delivery.id)))
            await holder.session.execute(select(Delivery.id).where(Delivery.id == ids[220]).with_for_update())
            begun = ok(await admin.post(AUTO, {}, **FOLLOW), 202)

            async def half_done() -> bool:
                run = ok(await admin.get(f"/api/assignment-runs/{begun['id']}/"))
                return bool(run["progress"]["assigned"])

            await until(half_done)
            killed.process.kill()
            await killed.process.wait()
        async with services.database.work() as work:
            given = list(
                await work.session.scalars(select(Delivery.id).where(Delivery.status == DeliveryStatus.ASSIGNED))
            )
            await work.session.execute(
                update(AssignmentRun).values(heartbeat_at=services.clock.now() - GONE_AFTER - timedelta(seconds=1))
            )
        report = await _report_of_survivor(killed.world, begun["id"])
        assert 0 < len(given) < 250
        assert report.run.status is RunStatus.INTERRUPTED
        assert report.run.assigned == len(given)
        assert report.result is not None
        assert {row.delivery_id for row in report.result.assigned} == set(given)


async def _report_of_survivor(world: World, run_id: int) -> RunReport:
    async with world.server.services.database.work() as work:
        return await report_of(work, world.server.services.clock, run_id)


async def test_admins_find_all_runs_newest_first_and_by_how_they_stand(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    now = services.clock.now()
    silent_since = now - GONE_AFTER - timedelta(seconds=1)
    async with services.database.work() as work:
        made = [
            AssignmentRun(started_at=now, heartbeat_at=now, ended_at=now, status=RunStatus.DONE, deliveries=3),
            AssignmentRun(started_at=now, heartbeat_at=now, status=RunStatus.RUNNING, deliveries=4, assigned=1),
            AssignmentRun(started_at=now, heartbeat_at=silent_since, status=RunStatus.RUNNING),
            AssignmentRun(started_at=now, heartbeat_at=now, ended_at=now, status=RunStatus.FAILED, error="No."),
        ]
        work.session.add_all(made)
    done, running, silent, failed = [run.id for run in made]
    page = ok(await admin.get("/api/assignment-runs/", page_size=3))
    assert [run["id"] for run in page["results"]] == [failed, silent, running]
    assert page["next"] is not None
    assert page["results"][0]["error"] == "No."
    assert page["results"][2]["progress"] == {"deliveries": 4, "planned": None, "assigned": 1, "failed": 0, "left": 3}
    assert "result" not in page["results"][0]
    found = {}
    for status in ("running", "interrupted", "done"):
        rows = ok(await admin.get("/api/assignment-runs/", status=status, page_size=100))["results"]
        assert {run["status"] for run in rows} == {status}
        found[status] = {run["id"] for run in rows}
    assert running in found["running"]
    assert silent in found["interrupted"]
    assert done in found["done"]
    assert (await admin.get("/api/assignment-runs/", status="lost")).status_code == 400


async def test_runs_that_ended_long_ago_are_dropped_and_what_they_assigned_stays(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    _, _, body = await _two_and_three(world)
    old, new = [ok(await admin.post(AUTO, body, **FOLLOW), 202)["id"] for _ in range(2)]
    for number in (old, new):
        await _ended(admin, f"/api/assignment-runs/{number}/")
    async with services.database.work() as work:
        made = set(await work.session.scalars(select(Assignment.id).where(Assignment.run_id.in_([old, new]))))
        ended_at = services.clock.now() - timedelta(days=31)
        run = update(AssignmentRun).where(AssignmentRun.id == old).values(ended_at=ended_at)
        await work.session.execute(run)
        await work.session.execute(update(Assignment).where(Assignment.id.in_(made)).values(run_id=old))
    await RunRetention(services.database, services.clock, keep_days=0).sweep()
    assert (await admin.get(f"/api/assignment-runs/{old}/")).status_code == 200
    await RunRetention(services.database, services.clock, keep_days=30).sweep()
    assert (await admin.get(f"/api/assignment-runs/{old}/")).status_code == 404
    assert (await admin.get(f"/api/assignment-runs/{new}/")).status_code == 200
    async with services.database.work() as work:
        left = (
            await work.session.execute(select(Assignment.id, Assignment.run_id).where(Assignment.id.in_(made)))
        ).all()
    assert {number for number, _ in left} == made
    assert len(made) == 2
    assert {run_id for _, run_id in left} == {None}


async def test_a_run_names_a_bounded_number_of_those_whom_nobody_gets_and_counts_all(world: World) -> None:
    services, admin = world.server.services, await world.admin()
    failures = [Failure(number, "No.") for number in range(1, FAILURES_KEPT + 500)]
    async with services.database.work() as work:
        begun = await begin_run(work, services.clock, admin.user_id)
        run = Run(work, services.clock, begun.id)
        await run.planned(BulkResult([], failures[:-1000], 0.0, certified=True, planned_total=0.0), 700)
        for start in range(0, 1000, 200):
            await run.wrote(0, failures[-1000:][start : start + 200])
        await run.end(RunStatus.DONE)
    told = ok(await admin.get(f"/api/assignment-runs/{begun.id}/"))
    assert told["progress"]["failed"] == told["result"]["summary"]["failed_assignments"] == len(failures)
    assert FAILURES_KEPT - 200 < len(told["result"]["failures"]) <= FAILURES_KEPT

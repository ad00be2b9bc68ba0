"""A dry run shows the plan that the same request would carry out, as plans show theirs, and leaves nothing behind."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from api.server.serving import RunningServer
from dispatch.assignments.models import Assignment
from dispatch.assignments.plans_models import AssignmentPlan
from dispatch.decisions.models import Decision
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.world import Driver, World, ok

AUTO, BULK, PLANS = "/api/auto-assign/", "/api/deliveries/bulk-operations/", "/api/assignment-plans/"


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """It is counted what is left behind, so nobody else's may be."""
    async with world_of_its_own(server) as own:
        yield own


async def _kept(world: World) -> tuple[int, ...]:
    async with world.server.services.database.work() as work:
        tables = (Decision, Assignment, AssignmentPlan)
        return tuple([await work.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables])


async def _online(world: World, *ways_m: float) -> tuple[tuple[float, float], list[Driver]]:
    here, drivers = somewhere(), []
    for way_m in ways_m:
        driver = await world.driver()
        await world.online_at(driver, *north_of(here, way_m))
        drivers.append(driver)
    return here, drivers


async def test_of_one_delivery_it_names_who_would_have_it_with_terms_and_bound_and_gives_it_to_nobody(
    world: World,
) -> None:
    here, (near, far) = await _online(world, 500, 3000)
    admin = await world.admin()
    [delivery] = await world.deliveries(at(here))
    before = await _kept(world)
    shown = ok(await admin.post(AUTO, {"delivery_id": delivery["id"], "dry_run": True}))
    assert (shown["dry_run"], shown["assigned_transporter"]["id"]) == (True, near.transporter_id)
    [pair], quality = shown["plan"]["pairs"], shown["plan"]["quality"]
    assert (pair["delivery_id"], pair["transporter_id"], pair["locked"]) == (
        delivery["id"],
        near.transporter_id,
        False,
    )
    assert pair["distance_km"] == pytest.approx(0.5, abs=0.01)
    assert (quality["total"], quality["gap"], quality["certified_optimal"]) == (pair["scores"]["total"], 0, True)
    assert (quality["greedy_total"], quality["greedy_pairs"]) == (quality["total"], 1)
    assert [one["transporter_id"] for one in shown["alternatives"]] == [far.transporter_id]
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"
    assert await _kept(world) == before
    assert ok(await admin.get("/api/v1/audit/", actor_id=admin.user_id, action="delivery.assigned"))["count"] == 0
    made = ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    assert (made["dry_run"], made["plan"], made["score_details"]) == (False, None, shown["score_details"])


async def test_of_one_that_nobody_can_take_it_says_why_and_keeps_no_decision(world: World) -> None:
    here, _ = await _online(world, 500)
    admin = await world.admin()
    [heavy] = await world.deliveries(at(here) | {"package_weight": 900})
    before = await _kept(world)
    refused = await admin.post(AUTO, {"delivery_id": heavy["id"], "dry_run": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_transporter")
    assert refused.json()["reason"] == "Nobody in reach has enough free capacity for the package."
    assert await _kept(world) == before


async def test_who_gave_a_delivery_back_is_not_shown_as_the_one_who_would_have_it(world: World) -> None:
    here, (near, far) = await _online(world, 500, 3000)
    admin = await world.admin()
    [delivery] = await world.deliveries(at(here))
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    ok(await near.post(f"/api/deliveries/{delivery['id']}/give-back/", {"reason": "vehicle_trouble"}))
    shown = ok(await admin.post(AUTO, {"delivery_id": delivery["id"], "dry_run": True}))
    assert shown["assigned_transporter"]["id"] == far.transporter_id
    assert shown["plan"]["quality"]["certified_optimal"] is True


async def test_a_run_over_many_gives_what_somebody_gave_back_to_the_next_best_as_it_was_shown(world: World) -> None:
    here, (near, far) = await _online(world, 500, 3000)
    admin = await world.admin()
    [delivery] = await world.deliveries(at(here))
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    ok(await near.post(f"/api/deliveries/{delivery['id']}/give-back/", {"reason": "vehicle_trouble"}))
    body = {"operation": "auto_assign", "delivery_ids": [delivery["id"]]}
    shown = ok(await admin.post(BULK, body | {"parameters": {"dry_run": True}}))["results"]
    done = ok(await admin.post(BULK, body))["results"]
    assert [one["transporter_id"] for one in shown["plan"]["pairs"]] == [far.transporter_id]
    assert (done["assignments"], done["failures"]) == (shown["assignments"], [])
    why = ok(await admin.get(f"/api/deliveries/{delivery['id']}/decision/", transporter=near.transporter_id))
    assert why["asked"]["verdict"] == "gave_back"


async def test_of_many_it_shows_what_a_plan_of_the_same_shows(world: World) -> None:
    here, _ = await _online(world, 200, 2500)
    admin = await world.admin()
    parcels = await world.deliveries(*[at(north_of(here, way)) for way in (0, 1000, 2000)])
    [heavy] = await world.deliveries(at(here) | {"package_weight": 900})
    ids = [parcel["id"] for parcel in (*parcels, heavy)]
    plan = ok(await admin.post(PLANS, {"delivery_ids": ids}), 201)
    before = await _kept(world)
    shown = ok(
        await admin.post(BULK, {"operation": "auto_assign", "delivery_ids": ids, "parameters": {"dry_run": True}})
    )
    results = shown["results"]
    assert results["plan"]["quality"] == pytest.approx(plan["quality"], abs=0.02)
    assert {(one["delivery_id"], one["transporter_id"]) for one in results["plan"]["pairs"]} == {
        (one["delivery_id"], one["transporter_id"]) for one in plan["pairs"]
    }
    assert {one["delivery_id"]: one["reason"] for one in results["failures"]} == {
        one["delivery_id"]: one["reason"] for one in plan["left_out"]
    }
    ours = sorted(results["plan"]["pairs"], key=lambda one: one["delivery_id"])
    theirs = sorted(plan["pairs"], key=lambda one: one["delivery_id"])
    for one, other in zip(ours, theirs, strict=True):
        assert one["scores"] == pytest.approx(other["scores"], abs=0.02)
        assert one["distance_km"] == pytest.approx(other["distance_km"], abs=0.01)
    assert await _kept(world) == before
    waiting = ok(await admin.post(AUTO, {"dry_run": True}))
    assert waiting["plan"]["quality"]["total"] == pytest.approx(waiting["summary"]["planned_total"], abs=0.06)
    assert len(waiting["plan"]["pairs"]) == waiting["summary"]["successful_assignments"]

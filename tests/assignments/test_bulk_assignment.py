"""Rows 13 and 21 for many deliveries: the highest total within capacity, filters, limits, and a reason each."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.shapes import check, is_id, is_int, is_number, is_text, is_uuid, like
from tests.support.world import Driver, Place, World, ok, together

NOBODY = "No available transporters found for this delivery"
AUTO, BULK = "/api/auto-assign/", "/api/deliveries/bulk-operations/"
ROW = {
    "delivery_id": is_id,
    "delivery_uuid": is_uuid,
    "tracking_number": is_text,
    "assigned_transporter": is_text,
    "score": is_int,
}
SUMMARY = {"total_processed": is_int, "successful_assignments": is_int, "failed_assignments": is_int}


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """A run over all that wait is over what these tests left waiting, and nobody else."""
    async with world_of_its_own(server) as own:
        yield own


async def _fleet(world: World, places: list[Place], **profile: Any) -> tuple[str, list[Driver]]:
    """Online drivers of a vehicle type that nobody else has."""
    vehicle_type = f"v{uuid4().hex[:12]}"
    drivers = [await world.driver(vehicle_type=vehicle_type, **profile) for _ in places]
    for driver, place in zip(drivers, places, strict=True):
        await world.online_at(driver, *place)
    return vehicle_type, drivers


def _low(place: Place) -> dict[str, Any]:
    """A parcel of the priority that runs are asked for."""
    return at(place) | {"priority": "low"}


def _due(hours: float) -> dict[str, Any]:
    """A pickup that is asked for so many hours from now, and the arrival a day later."""
    pickup = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "requested_pickup_date": pickup.isoformat(),
        "requested_delivery_date": (pickup + timedelta(days=1)).isoformat(),
    }


def _of(rows: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = {str(delivery["id"]) for delivery in deliveries}
    return [row for row in rows if str(row["delivery_id"]) in wanted]


async def _carried_kg(driver: Driver) -> float:
    page = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/", status="assigned"))
    return float(sum(row["package_weight"] for row in page["results"]))


async def test_a_bulk_run_answers_with_every_documented_key_and_a_reason_for_each_failure(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, [driver] = await _fleet(world, [north_of(here, 500)])
    soon = _due(hours=3)
    light, heavy, far = await world.deliveries(
        _low(here) | soon, _low(here) | soon | {"package_weight": 60}, _low(north_of(here, 40_000)) | soon
    )
    body = {
        "priority_filter": "low",
        "vehicle_type_filter": vehicle_type,
        "max_assignments": 20,
        "time_range_hours": 24,
    }
    result = ok(await admin.post(AUTO, body))
    check(result, {"success": True, "assignments": [ROW], "summary": SUMMARY | {"avg_score": is_number}})
    check(result["failures"], [{"delivery_id": like(r"\d+"), "error": NOBODY, "reason": is_text}])
    assert [row["delivery_id"] for row in result["assignments"]] == [light["id"]]
    assert result["assignments"][0]["transporter_id"] == driver.transporter_id
    reasons = {row["delivery_id"]: row["reason"] for row in _of(result["failures"], [heavy, far])}
    assert "capacity" in reasons[str(heavy["id"])]
    assert "radius" in reasons[str(far["id"])]
    summary = result["summary"]
    assert summary["successful_assignments"] == len(result["assignments"])
    assert summary["failed_assignments"] == len(result["failures"])
    assert summary["total_processed"] == len(result["assignments"]) + len(result["failures"])
    assert round(summary["avg_score"]) == result["assignments"][0]["score"]


async def test_the_highest_total_wins_over_serving_one_after_another(world: World) -> None:
    """First come, first served would give the middle driver to the first parcel and leave the second far away."""
    here, admin = somewhere(), await world.admin()
    middle, west = here, north_of(here, -6000)
    vehicle_type, [central, western] = await _fleet(world, [middle, west], max_active=1)
    first, second = await world.deliveries(_low(north_of(here, -2500)), _low(north_of(here, 9000)))
    result = ok(await admin.post(AUTO, {"priority_filter": "low", "vehicle_type_filter": vehicle_type}))
    got = {row["delivery_id"]: row["transporter_id"] for row in _of(result["assignments"], [first, second])}
    assert got == {first["id"]: western.transporter_id, second["id"]: central.transporter_id}


async def test_what_a_transporter_gets_in_bulk_never_weighs_more_than_it_carries(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, drivers = await _fleet(
        world, [north_of(here, 300), north_of(here, 900)], capacity_kg=10, max_active=9
    )
    weights = [6, 5, 4, 4, 3, 3, 2, 2]
    deliveries = await world.deliveries(*[_low(here) | {"package_weight": weight} for weight in weights])
    result = ok(await admin.post(AUTO, {"priority_filter": "low", "vehicle_type_filter": vehicle_type}))
    carried = [await _carried_kg(driver) for driver in drivers]
    assert all(weight <= 10 for weight in carried)
    assigned = _of(result["assignments"], deliveries)
    by_id = {delivery["id"]: delivery["package_weight"] for delivery in deliveries}
    assert sum(by_id[row["delivery_id"]] for row in assigned) == sum(carried)
    assert len(assigned) + len(_of(result["failures"], deliveries)) == len(weights)
    assert len(assigned) >= 5


async def test_no_more_than_max_assignments_are_made_most_urgent_first(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, _ = await _fleet(world, [north_of(here, 300), north_of(here, 600)])
    priorities = ["low", "urgent", "normal", "high", "urgent"]
    deliveries = await world.deliveries(*[at(here) | {"priority": priority} for priority in priorities])
    body = {
        "operation": "auto_assign",
        "delivery_ids": [delivery["id"] for delivery in deliveries],
        "parameters": {"max_assignments": 3, "vehicle_type_filter": vehicle_type},
    }
    result = ok(await admin.post(BULK, body))["results"]
    assert (result["successful"], result["failed"]) == (3, 2)
    chosen = {row["delivery_id"] for row in result["assignments"]}
    assert chosen == {deliveries[row]["id"] for row in (1, 3, 4)}
    assert {row["error"] for row in result["failures"]} == {"Not processed: max_assignments was reached"}


async def test_deliveries_that_nobody_can_take_do_not_use_up_max_assignments(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, _ = await _fleet(world, [north_of(here, 300)])
    stuck = _low(here) | {"package_weight": 80}
    heavy, heavier, light = await world.deliveries(stuck, stuck, _low(here))
    body = {"max_assignments": 1, "priority_filter": "low", "vehicle_type_filter": vehicle_type}
    result = ok(await admin.post(AUTO, body))
    assert [row["delivery_id"] for row in result["assignments"]] == [light["id"]]
    assert len(_of(result["failures"], [heavy, heavier])) == 2


async def test_what_all_who_could_have_it_gave_back_does_not_use_up_max_assignments(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, [driver] = await _fleet(world, [north_of(here, 300)])
    back, other = await world.deliveries(at(here) | {"priority": "urgent"}, at(here))
    body = {
        "operation": "auto_assign",
        "delivery_ids": [back["id"], other["id"]],
        "parameters": {"max_assignments": 1, "vehicle_type_filter": vehicle_type},
    }
    ok(await admin.post(f"/api/deliveries/{back['id']}/assign/", {"transporter_id": driver.transporter_id}))
    ok(await driver.post(f"/api/deliveries/{back['id']}/give-back/", {"reason": "unsafe"}))
    result = ok(await admin.post(BULK, body))["results"]
    assert [row["delivery_id"] for row in result["assignments"]] == [other["id"]]
    [failed] = result["failures"]
    assert failed["reason"] == "All who could have it gave it back before or were ruled out."


async def test_filters_by_priority_and_vehicle_leave_everything_else_alone(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, _ = await _fleet(world, [north_of(here, 300)])
    high, normal = await world.deliveries(at(here) | {"priority": "high"}, at(here))
    other, _ = await _fleet(world, [north_of(here, 30_000)])
    nobody = ok(await admin.post(AUTO, {"priority_filter": "high", "vehicle_type_filter": other}))
    assert nobody["assignments"] == []
    assert len(_of(nobody["failures"], [high])) == 1
    result = ok(await admin.post(AUTO, {"priority_filter": "high", "vehicle_type_filter": vehicle_type}))
    assert [row["delivery_id"] for row in _of(result["assignments"], [high, normal])] == [high["id"]]
    assert _of(result["failures"], [high, normal]) == []


async def test_a_time_range_is_about_the_requested_pickup_or_else_the_creation(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, _ = await _fleet(world, [north_of(here, 300)], max_active=9)
    unasked = {"requested_pickup_date": None, "requested_delivery_date": None}
    wanted = {"soon": _due(hours=5), "overdue": _due(hours=-5), "later": _due(hours=30), "unasked": unasked}
    wanted["long overdue"] = _due(hours=-30)
    made = await world.deliveries(*[_low(here) | due for due in wanted.values()])
    names = {str(delivery["id"]): name for delivery, name in zip(made, wanted, strict=True)}
    body = {"time_range_hours": 6, "vehicle_type_filter": vehicle_type, "priority_filter": "low"}
    result = ok(await admin.post(AUTO, body))
    taken = _of(result["assignments"] + result["failures"], made)
    assert {names[str(row["delivery_id"])] for row in taken} == {"soon", "overdue", "unasked"}
    nothing = ok(await admin.post(AUTO, body | {"time_range_hours": 1e-6}))
    assert _of(nothing["assignments"] + nothing["failures"], made) == []


async def test_a_vehicle_that_nobody_has_is_refused_with_those_that_fit(world: World) -> None:
    admin, driver = await world.admin(), await world.driver(vehicle_type="tempo")
    assert driver.transporter_id
    bulk = {"operation": "auto_assign", "delivery_ids": [1], "parameters": {"vehicle_type_filter": "spaceship"}}
    for path, body, name in (
        (AUTO, {"vehicle_type_filter": "spaceship"}, "vehicle_type_filter"),
        (AUTO, {"delivery_id": 1, "vehicle_type_filter": "spaceship"}, "vehicle_type_filter"),
        (BULK, bulk, "parameters.vehicle_type_filter"),
    ):
        refused = await admin.post(path, body)
        assert refused.status_code == 400
        [(field, words)] = refused.json()["errors"].items()
        assert field == name
        assert "motorcycle" in words
    ok(await admin.post(AUTO, {"vehicle_type_filter": "tempo", "max_assignments": 1, "time_range_hours": 1e-6}))
    ok(await admin.post(AUTO, {"vehicle_type_filter": "truck", "max_assignments": 1, "time_range_hours": 1e-6}))


async def test_a_bulk_operation_on_named_deliveries_answers_as_documented(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, [driver] = await _fleet(world, [north_of(here, 300)])
    mine, taken, heavy = await world.deliveries(at(here), at(here), at(here) | {"package_weight": 70})
    ok(await driver.post(f"/api/deliveries/{taken['id']}/accept/"))
    unknown = 2**62
    body = {
        "operation": "auto_assign",
        "delivery_ids": [mine["id"], taken["id"], heavy["id"], unknown, mine["id"]],
        "parameters": {"max_assignments": 10, "vehicle_type_filter": vehicle_type},
    }
    answer = ok(await admin.post(BULK.rstrip("/"), body))
    row = {"delivery_id": mine["id"], "transporter": "Some Driver", "score": is_int}
    failure = {"delivery_id": is_id, "error": is_text}
    results = {"successful": 1, "failed": 3, "assignments": [row], "failures": [failure]}
    check(answer, {"operation": "auto_assign", "results": results})
    assert {entry["delivery_id"] for entry in answer["results"]["failures"]} == {taken["id"], heavy["id"], unknown}


async def test_a_bulk_operation_that_means_nothing_is_refused_by_field(world: World) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    good = {"operation": "auto_assign", "delivery_ids": [1]}
    for change, field in (
        ({"operation": "explode"}, "operation"),
        ({"delivery_ids": []}, "delivery_ids"),
        ({"delivery_ids": "1"}, "delivery_ids"),
        ({"delivery_ids": [0]}, "delivery_ids[0]"),
        ({"delivery_ids": [10**30]}, "delivery_ids[0]"),
        ({"parameters": {"max_assignments": -1}}, "parameters.max_assignments"),
        ({"parameters": {"priority_filter": 3}}, "parameters.priority_filter"),
    ):
        refused = await admin.post(BULK, good | change)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert (await seller.post(BULK, good)).status_code == 403


async def test_bulk_runs_accepts_and_single_assignments_at_once_give_each_delivery_once(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    places = [north_of(here, metres) for metres in (200, 400, 600)]
    vehicle_type, drivers = await _fleet(world, places, capacity_kg=9, max_active=4)
    deliveries = await world.deliveries(*[_low(here)] * 8)
    requests = [admin.post(AUTO, {"priority_filter": "low", "vehicle_type_filter": vehicle_type}) for _ in range(3)]
    requests += [admin.post(AUTO, {"delivery_id": delivery["id"]}) for delivery in deliveries[:4]]
    requests += [
        driver.post(f"/api/deliveries/{delivery['id']}/accept/") for driver in drivers for delivery in deliveries[4:]
    ]
    replies = await together(requests)
    assert {reply.status_code for reply in replies} <= {200, 400, 409}
    ok(await admin.post(AUTO, {"priority_filter": "low", "vehicle_type_filter": vehicle_type}))
    tracks = [ok(await world.http.get(f"/api/deliveries/{one['tracking_number']}/track/")) for one in deliveries]
    assert [len(track["tracking_history"]) for track in tracks] == [1] * 8
    carried = [await _carried_kg(driver) for driver in drivers]
    assert sum(carried) == 20
    assert all(weight <= 9 for weight in carried)


async def test_a_dry_run_says_what_would_be_and_gives_nothing(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type, drivers = await _fleet(world, [north_of(here, 500), north_of(here, 900)])
    deliveries = await world.deliveries(*[at(here)] * 3)
    ids, fleet = [delivery["id"] for delivery in deliveries], {"vehicle_type_filter": vehicle_type}
    body = {"operation": "auto_assign", "delivery_ids": ids}
    plan = ok(await admin.post(BULK, body | {"parameters": fleet | {"dry_run": True}}))["results"]
    assert (plan["dry_run"], plan["successful"], plan["certified_optimal"]) == (True, 3, True)
    assert 0 < plan["planned_total"] <= plan["upper_bound"]
    assert {one["transporter_id"] for one in plan["assignments"]} <= {driver.transporter_id for driver in drivers}
    for delivery in deliveries:
        assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"
    assert ok(await admin.get("/api/v1/audit/", actor_id=admin.user_id, action="deliveries.assigned"))["count"] == 0
    done = ok(await admin.post(BULK, body | {"parameters": fleet}))["results"]
    assert (done["dry_run"], done["assignments"]) == (False, plan["assignments"])
    all_that_wait = ok(await admin.post(AUTO, fleet | {"dry_run": True, "max_assignments": 1}))
    assert all_that_wait["summary"]["dry_run"] is True

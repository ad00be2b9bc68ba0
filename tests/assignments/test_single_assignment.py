"""Row 13 for one delivery: who gets it, by which scores, and what is said when nobody can."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.places import at, north_of, somewhere
from tests.support.shapes import check, is_id, is_int, is_number, is_string, is_text, is_time, is_uuid
from tests.support.world import Driver, Place, World, ok, together

PATH = "/api/auto-assign/"
ASSIGNED = {
    "success": True,
    "message": "Delivery assigned successfully",
    "delivery_id": is_id,
    "delivery_uuid": is_uuid,
    "assigned_transporter": {
        "id": is_id,
        "name": is_text,
        "business_name": is_string,
        "vehicle_type": is_text,
        "vehicle_number": is_string,
        "rating": is_number,
        "phone": is_text,
    },
    "score_details": {
        "distance_score": is_int,
        "rating_score": is_int,
        "capacity_score": is_int,
        "workload_score": is_int,
        "total_score": is_int,
    },
    "alternatives": [{"transporter_id": is_id, "name": is_text, "score": is_int}],
    "distance_km": is_number,
    "estimated_delivery_time": is_time,
}
FAILED = {"success": False, "error": is_text, "suggestions": [is_text]}


async def _drivers(world: World, places: list[Place], **profile: Any) -> list[Driver]:
    drivers = []
    for place in places:
        driver = await world.driver(**profile)
        await world.online_at(driver, *place)
        drivers.append(driver)
    return drivers


async def _one(world: World, place: Place, **more: Any) -> dict[str, Any]:
    [delivery] = await world.deliveries(at(place) | more)
    return delivery


@pytest.mark.parametrize("ending", ["/", ""])
async def test_the_nearest_of_equals_gets_the_delivery_and_the_rest_are_alternatives(world: World, ending: str) -> None:
    here, admin = somewhere(), await world.admin()
    far, near = await _drivers(world, [north_of(here, 8000), north_of(here, 1000)])
    delivery = await _one(world, here)
    made = ok(await admin.post(PATH.rstrip("/") + ending, {"delivery_id": delivery["id"]}))
    check(made, ASSIGNED)
    assert made["assigned_transporter"]["id"] == near.transporter_id
    assert [other["transporter_id"] for other in made["alternatives"]] == [far.transporter_id]
    assert made["distance_km"] == pytest.approx(6.5, abs=0.1)
    assert (made["delivery_id"], made["delivery_uuid"]) == (delivery["id"], delivery["delivery_id"])


async def test_the_scores_are_those_of_the_contract_reckoned_by_hand(world: World) -> None:
    """100 × (1 − 5 km / 20 km); 4 of 5 stars; 15 of 20 free kg; 1 of 4 deliveries under way."""
    settings = world.server.settings
    here, admin = somewhere(), await world.admin()
    spot = north_of(here, 5000)
    [driver] = await _drivers(world, [spot], capacity_kg=30, max_active=4)
    door = {"delivery_latitude": spot[0], "delivery_longitude": spot[1]}
    rated, carried, heavy = await world.deliveries(
        at(spot) | door | {"package_weight": 1}, at(here) | {"package_weight": 10}, at(here) | {"package_weight": 15}
    )
    for step, body in (("accept", None), ("pickup", None), ("deliver", {"customer_rating": 4})):
        ok(await driver.post(f"/api/deliveries/{rated['id']}/{step}/", body))
    ok(await driver.post(f"/api/deliveries/{carried['id']}/accept/"))
    made = ok(await admin.post(PATH, {"delivery_id": heavy["delivery_id"]}))
    distance, rating, capacity, workload = 100 * (1 - 5 / settings.assign_radius_km), 80, 2 * 100 * (1 - 15 / 20), 75
    total = (distance + rating + capacity + workload) / 4
    assert made["score_details"] == {
        "distance_score": round(distance),
        "rating_score": rating,
        "capacity_score": round(capacity),
        "workload_score": workload,
        "total_score": round(total),
    }
    assert made["assigned_transporter"]["rating"] == 4.0
    assert made["alternatives"] == []


async def test_only_verified_online_free_and_strong_enough_transporters_are_candidates(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    paper = {"kind": "licence", "number": "1"}
    unverified, expired, away = [await world.driver() for _ in range(3)]
    weak = await world.driver(capacity_kg=4.9)
    for driver in (unverified, expired, weak, away):
        await world.online_at(driver, *here)
    ok(await unverified.patch("/api/transporters/me/", {"business_name": "Another name"}))
    ok(await expired.patch("/api/transporters/me/", {"documents": [paper | {"expires_on": yesterday}]}))
    ok(await admin.post(f"/api/transporters/{expired.transporter_id}/verify/"))
    ok(await away.patch("/api/transporters/me/", {"is_available": False}))
    await world.driver()  # offline
    [beyond] = await _drivers(world, [north_of(here, 25_000)])
    delivery = await _one(world, here, package_weight=5)
    refused = await admin.post(PATH, {"delivery_id": delivery["id"]})
    assert refused.status_code == 409
    check(refused.json(), FAILED)
    assert "capacity" in refused.json()["reason"]
    ok(await away.patch("/api/transporters/me/", {"is_available": True}))
    made = ok(await admin.post(PATH, {"delivery_id": delivery["id"]}))
    assert (made["assigned_transporter"]["id"], made["alternatives"]) == (away.transporter_id, [])
    assert beyond.transporter_id != away.transporter_id


async def test_where_nobody_is_the_contracts_error_comes_with_what_would_have_helped(world: World) -> None:
    admin, here = await world.admin(), somewhere()
    await _drivers(world, [north_of(here, metres) for metres in (21_000, 21_500, 21_990)])
    [full] = await _drivers(world, [here], max_active=1)
    carried, delivery = [await _one(world, here), await _one(world, here)]
    ok(await full.post(f"/api/deliveries/{carried['id']}/accept/"))
    refused = await admin.post(PATH, {"delivery_id": delivery["id"]})
    assert refused.status_code == 409
    check(refused.json(), FAILED)
    assert refused.json()["error"] == "No available transporters found for this delivery"
    wider, slot, *_ = refused.json()["suggestions"]
    assert wider == "Raise the radius to 22.0 km: 3 more"
    assert slot == "1 in reach has as many deliveries as it may: allow it more at once, or wait for one to end"


async def test_what_would_have_helped_is_said_of_those_who_were_asked_for_alone(world: World) -> None:
    here, admin, kind = somewhere(), await world.admin(), "rickshaw"
    await _drivers(world, [here])  # lacks nothing but such a vehicle
    await _drivers(world, [here], vehicle_type=kind, capacity_kg=2)
    delivery = await _one(world, here, package_weight=5)
    refused = await admin.post(PATH, {"delivery_id": delivery["id"], "vehicle_type_filter": kind})
    small = "1 in reach has too little free capacity for 5 kg: split the parcel, or wait until it has delivered"
    assert (refused.status_code, refused.json()["suggestions"]) == (409, [small])


async def test_one_delivery_is_assigned_by_its_filters_or_not_at_all(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    [near] = await _drivers(world, [north_of(here, 100)])
    [van] = await _drivers(world, [north_of(here, 5000)], vehicle_type="van")
    delivery = await _one(world, here)
    for wrong, field in (({"max_assignments": 3}, "max_assignments"), ({"time_range_hours": 24}, "time_range_hours")):
        refused = await admin.post(PATH, {"delivery_id": delivery["id"]} | wrong)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    other = await admin.post(PATH, {"delivery_id": delivery["id"], "priority_filter": "urgent"})
    assert (other.status_code, other.json()["code"]) == (409, "filter_mismatch")
    assert "normal, not urgent" in other.json()["error"]
    nobody = await admin.post(PATH, {"delivery_id": delivery["id"], "vehicle_type_filter": "truck"})
    assert (nobody.status_code, nobody.json()["error"]) == (409, "No available transporters found for this delivery")
    body = {"delivery_id": delivery["id"], "vehicle_type_filter": "van", "priority_filter": "normal"}
    made = ok(await admin.post(PATH, body))
    assert (made["assigned_transporter"]["id"], made["alternatives"]) == (van.transporter_id, [])
    assert near.transporter_id != van.transporter_id


@pytest.mark.parametrize("left_empty", ["", " ", "\u3000\x1f"])
async def test_a_delivery_that_is_not_named_by_mistake_does_not_mean_all_that_wait(
    world: World, left_empty: str
) -> None:
    here, admin = somewhere(), await world.admin()
    await _drivers(world, [here])
    waiting = await _one(world, here)
    refused = await admin.post(PATH, {"delivery_id": left_empty})
    wrong = {"delivery_id": "must have a character that can be seen"}
    assert (refused.status_code, refused.json()["errors"]) == (400, wrong)
    assert ok(await admin.get(f"/api/deliveries/{waiting['id']}/"))["transporter"] is None


async def test_errors_of_auto_assign_keep_their_shape(world: World) -> None:
    admin, customer, here = await world.admin(), await world.person(), somewhere()
    [driver] = await _drivers(world, [here])
    delivery = await _one(world, here)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    shape = {"success": False, "error": is_text}
    for who, body, status in (
        (admin, {"delivery_id": delivery["id"]}, 409),
        (admin, {"delivery_id": 2**62}, 404),
        (admin, {"delivery_id": "nonsense"}, 404),
        (admin, {"delivery_id": 0}, 400),
        (admin, {"delivery_id": 10**30}, 400),
        (admin, {"delivery_id": True}, 400),
        (admin, {"priority_filter": "soon"}, 400),
        (admin, {"max_assignments": 0}, 400),
        (admin, {"time_range_hours": -1}, 400),
        (customer, {"delivery_id": delivery["id"]}, 403),
        (driver, {"delivery_id": delivery["id"]}, 403),
    ):
        refused = await who.post(PATH, body)
        assert refused.status_code == status, refused.text
        check(refused.json(), shape)
        assert isinstance(refused.json()["suggestions"], list)
    assert (await world.http.post(PATH, json={})).status_code == 401


async def test_ten_assignments_of_one_delivery_at_once_give_it_to_one(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    await _drivers(world, [north_of(here, 100), north_of(here, 200)])
    delivery = await _one(world, here)
    replies = await together(admin.post(PATH, {"delivery_id": delivery["id"]}) for _ in range(10))
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 9
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert len(tracked["tracking_history"]) == 1


async def test_deliveries_assigned_at_once_never_overload_a_transporter(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, far = await _drivers(world, [north_of(here, 100), north_of(here, 5000)], capacity_kg=10)
    deliveries = await world.deliveries(*[at(here) | {"package_weight": 4}] * 6)
    replies = await together(admin.post(PATH, {"delivery_id": delivery["id"]}) for delivery in deliveries)
    assert sorted(reply.status_code for reply in replies) == [200] * 4 + [409] * 2
    for driver in (near, far):
        assert ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))["count"] == 2

"""Zones: areas with their own radius and weights, that may be paused; the smallest that a pickup lies in counts."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from tests.support.lists import all_pages
from tests.support.places import at, north_of, somewhere
from tests.support.world import Driver, Person, Place, World, ok, together

PATH = "/api/zones/"


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


def _square(place: Place, half_deg: float) -> dict[str, Any]:
    lat, lon = place
    ring = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return {"type": "Polygon", "coordinates": [[[lon + x * half_deg, lat + y * half_deg] for x, y in ring]]}


async def _zone(admin: Person, place: Place, half_deg: float = 0.01, **more: Any) -> dict[str, Any]:
    body = {"name": f"Zone {uuid4().hex[:8]}", "area": _square(place, half_deg)} | more
    made: dict[str, Any] = ok(await admin.post(PATH, body), 201)
    return made


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def _assigned(admin: Person, delivery: dict[str, Any]) -> int:
    return int(ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))["assigned_transporter"]["id"])


@pytest.mark.parametrize(
    ("ring", "field", "words"),
    [
        ([[85, 27], [86, 27], [86, 28], [85, 28]], "area.coordinates.0", "closed"),
        ([[85, 27], [86, 28], [86, 27], [85, 28], [85, 27]], "area.coordinates", "cross itself"),
        ([[85, 27], [86, 27], [85, 27]], "area.coordinates.0", "at least 4"),
        ([[27, 95], [28, 95], [28, 96], [27, 95]], "area.coordinates.0", "longitude comes first"),
        ([[85, 27], [85.1, 27], [85.2, 27], [85, 27]], "area.coordinates", "area"),
        ([[-175, 0], [175, 0], [175, 1], [-175, 0]], "area.coordinates.0", "180th meridian"),
    ],
)
async def test_what_is_no_area_is_refused_with_the_ring_and_the_reason(
    admin: Person, ring: list[list[float]], field: str, words: str
) -> None:
    body = {"name": f"Zone {uuid4().hex}", "area": {"type": "Polygon", "coordinates": [ring]}}
    refused = await admin.post(PATH, body)
    assert refused.status_code == 400
    [(named, told)] = refused.json()["errors"].items()
    assert named == field
    assert words in told or words == "area", told


async def test_a_zone_is_made_changed_and_removed_and_two_who_change_it_at_once_do_not_undo_one_another(
    admin: Person,
) -> None:
    made = await _zone(admin, somewhere(), mode="waves", tick_s=20, radius_km=5)
    assert (made["mode"], made["tick_s"], made["radius_km"], made["weights"]) == ("waves", 20, 5, None)
    assert made["area_km2"] == pytest.approx(4.9, rel=0.2)
    path = f"{PATH}{made['id']}/"
    changed = ok(await admin.patch(path, {"radius_km": None, "version": made["version"]}))
    assert (changed["radius_km"], changed["version"]) == (None, made["version"] + 1)
    late = await admin.patch(path, {"radius_km": 3, "version": made["version"]})
    assert (late.status_code, late.json()["code"]) == (409, "zone_changed")
    other = await _zone(admin, somewhere())
    taken = await admin.patch(path, {"name": other["name"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "zone_name_taken")
    named = {one["name"] for one in await all_pages(admin, PATH)}
    assert {made["name"], other["name"]} <= named
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


async def test_nothing_is_assigned_by_itself_in_a_paused_zone_but_a_dispatcher_still_can(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    zone = await _zone(admin, here)
    single, bulk = await world.deliveries(*[at(here)] * 2)
    ok(await admin.post(f"{PATH}{zone['id']}/pause/", {"reason": "Flood at the bridge."}))
    refused = await admin.post("/api/auto-assign/", {"delivery_id": single["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "zone_paused")
    assert refused.json()["error"] == f"Zone {zone['name']} is paused: Flood at the bridge."
    body = {"operation": "auto_assign", "delivery_ids": [bulk["id"]]}
    [failed] = ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]["failures"]
    assert (failed["delivery_id"], failed["reason"]) == (bulk["id"], "zone_paused")
    ok(await admin.post(f"/api/deliveries/{single['id']}/assign/", {"transporter_id": driver.transporter_id}))
    resumed = ok(await admin.post(f"{PATH}{zone['id']}/resume/"))
    assert (resumed["paused_at"], resumed["pause_reason"]) == (None, "")
    assert await _assigned(admin, bulk) == driver.transporter_id


async def test_a_zone_s_radius_and_weights_decide_and_of_two_zones_the_smaller(world: World, admin: Person) -> None:
    here = somewhere()
    near = await _at(world, here, capacity_kg=7)
    far = await _at(world, north_of(here, 9000), capacity_kg=50)
    first, second, third = await world.deliveries(*[at(here) | {"package_weight": 4}] * 3)
    assert await _assigned(admin, first) == near.transporter_id
    ok(await admin.post(f"/api/deliveries/{first['id']}/unassign/", {"reason": "mistake"}))
    only_capacity = {"distance": 0, "rating": 0, "capacity": 1, "workload": 0}
    await _zone(admin, here, 0.02, weights=only_capacity)
    assert await _assigned(admin, first) == far.transporter_id
    small = await _zone(admin, here, 0.005, radius_km=2)
    assert await _assigned(admin, second) == near.transporter_id
    refused = await admin.post("/api/auto-assign/", {"delivery_id": third["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_transporter")
    assert (await admin.delete(f"{PATH}{small['id']}/")).status_code == 204
    assert await _assigned(admin, third) == far.transporter_id


async def test_one_run_over_several_zones_goes_by_the_rules_of_each_and_gives_nobody_too_much(
    world: World, admin: Person
) -> None:
    here = somewhere()
    there = north_of(here, 6000)
    driver = await _at(world, north_of(here, 3000), max_active=2)
    await _zone(admin, here, 0.01, radius_km=4)
    closed = await _zone(admin, there, 0.01, radius_km=1)
    made = await world.deliveries(*[at(here)] * 2, at(there), at(north_of(here, 3000)))
    body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in made]}
    planned = ok(await admin.post("/api/deliveries/bulk-operations/", body | {"parameters": {"dry_run": True}}))
    done = ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]
    assert (planned["results"]["successful"], done["successful"], done["failed"]) == (2, 2, 2)
    assert {one["transporter_id"] for one in done["assignments"]} == {driver.transporter_id}
    assert made[2]["id"] in {one["delivery_id"] for one in done["failures"]}, f"beyond the radius of {closed['name']}"
    assert done["certified_optimal"] is True, "it is one plan, each delivery by its own radius"


async def test_a_plan_and_what_is_kept_of_a_run_go_by_the_rules_of_each_delivery_s_zone(
    world: World, admin: Person
) -> None:
    here = somewhere()
    there = north_of(here, 6000)
    near = await _at(world, north_of(here, 500), capacity_kg=4.2)
    roomy = await _at(world, north_of(here, 3000), capacity_kg=50)
    await _zone(admin, here, 0.01, weights={"distance": 1, "rating": 0, "capacity": 0, "workload": 0})
    await _zone(admin, there, 0.01, weights={"distance": 0, "rating": 0, "capacity": 1, "workload": 0}, radius_km=9)
    made = await world.deliveries(*[at(place) | {"package_weight": 4} for place in (here, there)])
    wanted = {made[0]["id"]: near.transporter_id, made[1]["id"]: roomy.transporter_id}
    body = {"delivery_ids": list(wanted)}
    plan = ok(await admin.post("/api/assignment-plans/", body), 201)
    assert {pair["delivery_id"]: pair["transporter_id"] for pair in plan["pairs"]} == wanted
    assert sum(pair["scores"]["total"] for pair in plan["pairs"]) == pytest.approx(plan["quality"]["total"], abs=0.05)
    even = {"weights": {"distance": 0, "rating": 0, "capacity": 1, "workload": 0}}
    told = ok(await admin.post("/api/assignment-plans/", body | even), 201)
    assert {pair["transporter_id"] for pair in told["pairs"]} == {roomy.transporter_id}
    run = {"operation": "auto_assign", "delivery_ids": list(wanted)}
    done = ok(await admin.post("/api/deliveries/bulk-operations/", run))["results"]
    assert {one["delivery_id"]: one["transporter_id"] for one in done["assignments"]} == wanted
    for parcel, winner, loser in ((made[0], near, roomy), (made[1], roomy, near)):
        path = f"/api/deliveries/{parcel['id']}/decision/"
        kept = ok(await admin.get(path, transporter=loser.transporter_id))
        assert kept["candidates"][0]["transporter_id"] == winner.transporter_id
        assert kept["asked"]["verdict"] in {"outbid", "equal"}
        assert kept["asked"]["behind"] > 0


async def test_many_points_fall_into_the_zones_that_single_ones_do(world: World, admin: Person) -> None:
    here = somewhere()
    for half_deg in (0.03, 0.01):
        await _zone(admin, here, half_deg)
    zones = await world.server.services.deliveries.zones.read()
    draw = np.random.default_rng(3)
    lats, lons = (value + draw.uniform(-0.05, 0.05, 200) for value in here)
    many = zones.of_many([*lats.tolist(), None], [*lons.tolist(), None]).tolist()
    single = [zones.at(lat, lon) for lat, lon in zip(lats, lons, strict=True)]
    assert [None if place < 0 else zones.zones[place] for place in many] == [*single, None]
    assert {None} < set(single)


async def test_a_delivery_without_a_fee_costs_what_its_zone_says_else_what_the_settings_say(
    world: World, admin: Person
) -> None:
    here, settings = somewhere(), world.server.settings
    zone = await _zone(admin, here, fees={"base": "80.50", "per_km": 12})
    assert zone["fees"] == {"base": 80.5, "per_km": 12.0}
    unnamed = at(here) | {"delivery_fee": None}
    tolled, named, elsewhere = await world.deliveries(
        unnamed, at(here) | {"delivery_fee": 70}, at(north_of(here, 9000)) | {"delivery_fee": None}
    )
    way = ok(await admin.get(f"/api/deliveries/{tolled['id']}/"))["distance_km"]
    assert tolled["delivery_fee"] == pytest.approx(80.5 + 12 * way, abs=0.01)
    assert named["delivery_fee"] == 70
    assert elsewhere["delivery_fee"] == float(settings.delivery_fee_base)
    ok(await admin.patch(f"{PATH}{zone['id']}/", {"fees": {"base": 10**9, "per_km": 0}}))
    [dear] = await world.deliveries(unnamed)
    assert dear["delivery_fee"] == float(settings.max_delivery_fee)
    ok(await admin.patch(f"{PATH}{zone['id']}/", {"fees": None}))
    [usual] = await world.deliveries(unnamed)
    assert usual["delivery_fee"] == float(settings.delivery_fee_base)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"fees": {"base": -1, "per_km": 0}}, "fees.base"),
        ({"fees": {"base": 1, "per_km": "0.005"}}, "fees.per_km"),
        ({"fees": {"base": 1}}, "fees.per_km"),
        ({"fees": {"base": 1, "per_km": 1, "per_kg": 1}}, "fees.per_kg"),
        ({"fees": 5}, "fees"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 1.5}, "capacity"),
        ({"capacity": 10**9}, "capacity"),
    ],
)
async def test_wrong_fees_and_capacities_are_named(admin: Person, wrong: dict[str, Any], field: str) -> None:
    body = {"name": f"Zone {uuid4().hex}", "area": _square(somewhere(), 0.01)} | wrong
    refused = await admin.post(PATH, body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


async def test_a_zone_is_given_no_more_by_itself_than_its_capacity_but_people_may_go_over_it(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here, max_active=9)
    zone = await _zone(admin, here, capacity=2)
    first, second, third, fourth = (one["id"] for one in await world.deliveries(*[at(here)] * 4))
    body = {"operation": "auto_assign", "delivery_ids": [first, second, third]}
    done = ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]
    assert [one["delivery_id"] for one in done["assignments"]] == [first, second]
    [failed] = done["failures"]
    assert (failed["delivery_id"], failed["reason"]) == (third, "zone_full")
    refused = await admin.post("/api/auto-assign/", {"delivery_id": third})
    assert (refused.status_code, refused.json()["code"]) == (409, "zone_full")
    assert refused.json()["error"] == f"Zone {zone['name']} has 2 deliveries under way, as many as it may."
    asked = ok(await admin.post(f"/api/deliveries/{third}/offers/", {}), 201)
    assert (asked["searches"][0]["status"], asked["searches"][0]["offers"]) == ("exhausted", [])
    ok(await admin.post(f"/api/deliveries/{third}/assign/", {"transporter_id": driver.transporter_id}))
    ok(await driver.post(f"/api/deliveries/{fourth}/accept/"))
    for one in (first, second, third):
        ok(await admin.post(f"/api/deliveries/{one}/unassign/", {"reason": "mistake"}))
    assert ok(await admin.post("/api/auto-assign/", {"delivery_id": first}))


async def test_a_dry_run_shows_no_more_than_a_zone_has_room_for(world: World, admin: Person) -> None:
    here = somewhere()
    await _at(world, here, max_active=9)
    await _zone(admin, here, capacity=1)
    body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in await world.deliveries(*[at(here)] * 2)]}
    path = "/api/deliveries/bulk-operations/"
    shown = ok(await admin.post(path, body | {"parameters": {"dry_run": True}}))["results"]
    done = ok(await admin.post(path, body))["results"]
    assert (shown["successful"], len(shown["plan"]["pairs"])) == (1, 1)
    assert (shown["assignments"], shown["failures"]) == (done["assignments"], done["failures"])
    full = await admin.post("/api/auto-assign/", {"delivery_id": done["failures"][0]["delivery_id"], "dry_run": True})
    assert (full.status_code, full.json()["code"]) == (409, "zone_full")


async def test_many_decisions_at_once_do_not_go_over_a_zone_s_capacity_together(world: World, admin: Person) -> None:
    here = somewhere()
    for _ in range(4):
        await _at(world, here, max_active=9)
    await _zone(admin, here, capacity=3)
    made = await world.deliveries(*[at(here)] * 8)
    replies = await together(admin.post("/api/auto-assign/", {"delivery_id": one["id"]}) for one in made)
    codes = sorted(reply.json().get("code", "given") for reply in replies)
    assert codes == ["given"] * 3 + ["zone_full"] * 5

"""Row 18 and profiles: making one, changing it, being verified, being found, one's own deliveries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.shapes import check, is_bool, is_id, is_int, is_number, is_string, is_text, is_time, is_uuid, or_null
from tests.support.world import Driver, World, ok, together

PATH = "/api/transporters"
PROFILE = {"phone": "+977-9841555555", "vehicle_type": "motorcycle", "capacity_kg": 50}
TRANSPORTER = {
    "id": is_id,
    "user": is_id,
    "name": is_text,
    "business_name": is_string,
    "phone": is_text,
    "vehicle_type": is_text,
    "vehicle_number": is_string,
    "capacity_kg": is_number,
    "rating": is_number,
    "rating_count": is_int,
    "is_available": is_bool,
    "is_verified": is_bool,
    "papers_version": is_int,
    "verified_version": or_null(is_int),
}
ROW: dict[str, Any] = {
    "id": is_id,
    "delivery_id": is_uuid,
    "tracking_number": is_text,
    "status": "assigned",
    "priority": "normal",
    "pickup_address": is_text,
    "delivery_address": is_text,
    "package_weight": 2.5,
    "delivery_fee": 150.00,
    "distance_km": or_null(is_number),
    "assigned_at": is_time,
    "requested_pickup_date": "2030-10-28T09:00:00Z",
    "estimated_delivery_time": is_time,
}


@pytest.fixture(scope="module")
async def someone(world: World) -> Driver:
    """A transporter who stays as they are."""
    return await world.driver()


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_transporter_lists_the_deliveries_it_has_with_every_documented_key(world: World, ending: str) -> None:
    driver, other, admin = await world.driver(), await world.driver(), await world.admin()
    deliveries = await world.deliveries({}, {}, {})
    for delivery in deliveries:
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    path = f"{PATH}/{driver.transporter_id}/deliveries{ending}"
    for who in (driver, admin):
        page = ok(await who.get(path))
        check(page, {"count": 3, "next": None, "previous": None, "results": [ROW]})
        assert [row["id"] for row in page["results"]] == [delivery["id"] for delivery in reversed(deliveries)]
    assert ok(await driver.get(path, page_size=2))["next"].endswith("page_size=2&page=2")
    refused = await other.get(path)
    assert (refused.status_code, is_text(refused.json()["detail"])) == (404, True)
    for missing in (2**62, 10**30, 0):
        assert (await admin.get(f"{PATH}/{missing}/deliveries/")).status_code == 404


async def test_deliveries_are_filtered_by_status_and_by_the_days_of_assignment(world: World) -> None:
    driver = await world.driver()
    assigned, carried = await world.deliveries({}, {})
    for delivery in (assigned, carried):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{carried['id']}/pickup/"))
    path = f"{PATH}/{driver.transporter_id}/deliveries/"
    now = datetime.now(UTC)
    # Two days, since a filter's days are Nepal's, which begin before those of UTC.
    earlier, later = now - timedelta(days=2), now + timedelta(days=2)
    both = [carried["id"], assigned["id"]]
    for query, ids in (
        ({"status": "assigned"}, [assigned["id"]]),
        ({"status": "picked_up"}, [carried["id"]]),
        ({"status": "delivered"}, []),
        ({"date_from": earlier.date().isoformat(), "date_to": later.date().isoformat()}, both),
        ({"date_from": earlier.isoformat(), "date_to": later.isoformat()}, both),
        ({"date_from": later.date().isoformat()}, []),
        ({"date_to": earlier.date().isoformat()}, []),
        ({"date_from": "0001-01-01", "date_to": "9999-12-31"}, both),
        ({"date_from": earlier.isoformat().replace("+00:00", "Z")}, both),
    ):
        assert [row["id"] for row in ok(await driver.get(path, **query))["results"]] == ids, query
    for query in (
        {"status": "lost"},
        {"date_from": "yesterday"},
        {"date_to": "2024-13-01"},
        {"date_from": "0001-01-01T00:00:00+14:00"},
        {"page_size": "101"},
    ):
        refused = await driver.get(path, **query)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, list(query))


async def test_a_profile_is_made_once_even_in_a_race_and_waits_for_its_verification(world: World) -> None:
    person, admin = await world.person("transporter"), await world.admin()
    assert (await person.get(f"{PATH}/me/")).status_code == 404
    replies = await together(person.post(f"{PATH}/", PROFILE) for _ in range(4))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    made = ok(await person.get(f"{PATH}/me"))
    check(made, TRANSPORTER | {"user": person.user_id, "is_verified": False, "capacity_kg": 50.0})
    assert ok(await admin.post(f"{PATH}/{made['id']}/verify/"))["is_verified"] is True
    assert ok(await admin.post(f"{PATH}/{made['id']}/verify/", {"approved": False}))["is_verified"] is False
    assert (await admin.post(f"{PATH}/{2**62}/verify/")).status_code == 404


LICENCE = {"kind": "licence", "number": "1", "expires_on": "2999-01-01"}


@pytest.mark.parametrize(
    "change",
    [
        {"business_name": "Quicker Transport"},
        {"phone": "+977-9800000000"},
        {"vehicle_type": "van"},
        {"vehicle_number": "BA-2-PA-4321"},
        {"capacity_kg": 60},
        {"documents": []},
        {"documents": [LICENCE | {"number": "2"}]},
        {"documents": [LICENCE | {"expires_on": None}]},
        {"documents": [LICENCE | {"kind": "permit"}]},
        {"documents": [LICENCE, {"kind": "insurance", "number": "9"}]},
    ],
    ids=str,
)
async def test_whatever_an_admin_verified_must_be_verified_again_once_it_changes(
    world: World, change: dict[str, Any]
) -> None:
    driver, admin, delivery = await world.driver(documents=[LICENCE]), await world.admin(), await world.delivery()
    changed = ok(await driver.patch(f"{PATH}/me/", change))
    assert (changed["is_verified"], changed["papers_version"], changed["verified_version"]) == (False, 2, 1)
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/accept/")
    assert (refused.status_code, refused.json()["code"]) == (403, "documents_not_in_order")
    assert ok(await admin.post(f"{PATH}/{driver.transporter_id}/verify/"))["is_verified"] is True
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))


@pytest.mark.parametrize(
    "change",
    [
        {"is_available": True},
        {"max_active": 2},
        {"capacity_kg": 50, "vehicle_type": "motorcycle", "phone": "+977-9841555555"},
        {"business_name": "Quick Transport", "documents": [LICENCE]},
    ],
    ids=str,
)
async def test_what_an_admin_did_not_verify_or_does_not_change_needs_no_verification(
    world: World, change: dict[str, Any]
) -> None:
    driver = await world.driver(documents=[LICENCE])
    changed = ok(await driver.patch(f"{PATH}/me/", change))
    assert (changed["is_verified"], changed["papers_version"], changed["verified_version"]) == (True, 1, 1)


async def test_an_expired_licence_is_not_got_rid_of_by_taking_it_away(world: World) -> None:
    driver = await world.driver(documents=[LICENCE | {"expires_on": "2020-01-01"}])
    assert ok(await driver.get(f"{PATH}/me/"))["is_verified"] is False
    assert ok(await driver.patch(f"{PATH}/me/", {"documents": []}))["is_verified"] is False


async def test_a_verification_names_the_version_that_was_looked_at(world: World) -> None:
    driver, admin = await world.driver(verified=False, documents=[LICENCE]), await world.admin()
    path = f"{PATH}/{driver.transporter_id}/verify/"
    seen = ok(await driver.get(f"{PATH}/me/"))["papers_version"]
    ok(await driver.patch(f"{PATH}/me/", {"documents": [LICENCE | {"number": "forged"}]}))
    refused = await admin.post(path, {"version": seen})
    assert (refused.status_code, refused.json()["code"]) == (409, "papers_changed")
    assert refused.json()["papers_version"] == seen + 1
    assert ok(await driver.get(f"{PATH}/me/"))["is_verified"] is False
    verified = ok(await admin.post(path, {"version": seen + 1}))
    assert (verified["is_verified"], verified["verified_version"]) == (True, seen + 1)
    for wrong in (0, "first", 2**40, None):
        reply = await admin.post(path, {"version": wrong})
        assert reply.status_code == (200 if wrong is None else 400), wrong


async def test_of_a_verification_and_a_change_at_once_what_was_not_seen_is_never_verified(world: World) -> None:
    driver, admin = await world.driver(verified=False, documents=[LICENCE]), await world.admin()
    path = f"{PATH}/{driver.transporter_id}/verify/"
    seen = ok(await driver.get(f"{PATH}/me/"))["papers_version"]
    changes = [driver.patch(f"{PATH}/me/", {"vehicle_number": f"BA-{number}"}) for number in range(5)]
    await together([admin.post(path, {"version": seen}), *changes, admin.post(path, {"version": seen})])
    now = ok(await driver.get(f"{PATH}/me/"))
    assert (now["papers_version"], now["is_verified"]) == (seen + 5, False)


async def test_more_deliveries_at_once_than_the_setting_an_admin_must_allow(world: World) -> None:
    driver, admin, settings = await world.driver(), await world.admin(), world.server.settings
    most = settings.max_active_deliveries
    person = await world.person("transporter")
    for reply in (
        await driver.patch(f"{PATH}/me/", {"max_active": most + 1}),
        await driver.patch(f"{PATH}/me/", {"max_active": 1000}),
        await person.post(f"{PATH}/", PROFILE | {"max_active": most + 1}),
    ):
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["max_active"])
        assert str(most) in reply.json()["errors"]["max_active"]
    verify = f"{PATH}/{driver.transporter_id}/verify/"
    assert ok(await admin.post(verify, {"max_active": most + 3}))["max_active"] == most + 3
    for number in (1, most + 3):
        assert ok(await driver.patch(f"{PATH}/me/", {"max_active": number}))["max_active"] == number
    assert (await driver.patch(f"{PATH}/me/", {"max_active": most + 4})).status_code == 400
    refused = await admin.post(verify, {"max_active": settings.max_active_grant + 1})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["max_active"])


async def test_a_renewed_paper_takes_the_place_of_the_old_one(world: World) -> None:
    driver = await world.driver(documents=[{"kind": "licence", "number": "1"}, {"kind": "insurance", "number": "5"}])
    wanted = [{"kind": "licence", "number": "2", "expires_on": "2999-12-31"}, {"kind": "permit", "number": "7"}]
    papers = ok(await driver.patch(f"{PATH}/me/", {"documents": wanted}))["documents"]
    assert [(paper["kind"], paper["number"], paper["verified"]) for paper in papers] == [
        ("licence", "2", False),
        ("permit", "7", False),
    ]
    twice = {"documents": [{"kind": "licence", "number": "1"}, {"kind": "licence", "number": "2"}]}
    other = await world.person("transporter")
    for refused in (await driver.patch(f"{PATH}/me/", twice), await other.post(f"{PATH}/", PROFILE | twice)):
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["documents"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity_kg", 0),
        ("capacity_kg", -1),
        ("capacity_kg", 1e-9),
        ("capacity_kg", 1e308),
        ("capacity_kg", "NaN"),
        ("vehicle_type", ""),
        ("vehicle_type", "Motor\x00cycle"),
        ("max_active", 0),
        ("max_active", 10**30),
        ("phone", "call me"),
        ("business_name", "x" * 121),
        ("documents", "licence"),
    ],
)
async def test_a_wrong_field_of_a_profile_is_named_when_made_and_when_changed(
    someone: Driver, field: str, value: object
) -> None:
    for reply in (
        await someone.post(f"{PATH}/", PROFILE | {field: value}),
        await someone.patch(f"{PATH}/me/", {field: value}),
    ):
        assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])


async def test_transporters_around_a_point_come_nearest_first_with_what_they_can_take(world: World) -> None:
    admin, customer = await world.admin(), await world.person()
    near, far, away = await world.driver(), await world.driver(capacity_kg=20), await world.driver()
    for driver, lat in ((near, 60.001), (far, 60.01), (away, 60.5)):
        await world.online_at(driver, lat, 10.0)
    [parcel] = await world.deliveries({"package_weight": 15})
    ok(await far.post(f"/api/deliveries/{parcel['id']}/accept/"))
    around = ok(await admin.get(f"{PATH}/nearby", lat=60.0, lon=10.0, radius_km=5))
    shape = {"id": is_id, "distance_m": is_number, "position": {"lat": is_number, "recorded_at": is_time}}
    check(around, {"count": 2, "results": [shape]})
    found = [(row["id"], row["free_capacity_kg"], row["active_deliveries"]) for row in around["results"]]
    assert found == [(near.transporter_id, 50.0, 0), (far.transporter_id, 5.0, 1)]
    assert around["results"][0]["distance_m"] == pytest.approx(111, abs=2)
    assert (await customer.get(f"{PATH}/nearby/", lat=60.0, lon=10.0)).status_code == 403
    for query, field in (
        ({"lat": 60.0}, "lon"),
        ({"lat": 90, "lon": 0}, "lat"),
        ({"lat": "NaN", "lon": 0}, "lat"),
        ({"lat": 0, "lon": "inf"}, "lon"),
        ({"lat": 0, "lon": 0, "radius_km": "1e400"}, "radius_km"),
        ({"lat": 0, "lon": 0, "limit": 0}, "limit"),
    ):
        refused = await admin.get(f"{PATH}/nearby/", **query)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])

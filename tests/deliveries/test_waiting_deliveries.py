"""What is told of a delivery before it is somebody's, and to whom; what is told of it then."""

import pytest

from dispatch.accounts.models import User
from dispatch.geo import geo_cell, great_circle_m
from tests.support.shapes import is_number
from tests.support.told_numbers import tells
from tests.support.world import BHAKTAPUR, THAMEL, Person, World, ok

PATH = "/api/deliveries/available/"


async def test_only_admins_and_transporters_whose_papers_are_in_order_see_what_waits(world: World) -> None:
    stranger = await world.person("transporter")
    missing = await stranger.get(PATH)
    assert (missing.status_code, "POST /api/transporters/" in missing.json()["detail"]) == (404, True)
    expired = [{"kind": "licence", "number": "1", "expires_on": "2020-01-01"}]
    for driver in (await world.driver(verified=False), await world.driver(documents=expired)):
        refused = await driver.get(PATH)
        assert (refused.status_code, refused.json()["code"]) == (403, "documents_not_in_order")
    for who in (await world.driver(), await world.admin(), await world.person("transporter", "admin")):
        assert ok(await who.get(PATH, page_size=1))["count"] >= 0
    for role in ("customer", "seller"):
        assert (await (await world.person(role)).get(PATH)).status_code == 403


async def test_before_it_is_theirs_a_transporter_sees_the_pickup_and_the_area_of_the_drop_off(world: World) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    count = ok(await driver.get(PATH, page_size=1))["count"]
    page = ok(await driver.get(PATH, page=count, page_size=1))
    [row] = page["results"]
    assert (row["id"], page["next"]) == (delivery["id"], None)
    assert (row["pickup_latitude"], row["pickup_longitude"]) == BHAKTAPUR
    assert row["pickup_address"] == "Farm Location, Bhaktapur"
    cell = geo_cell(*THAMEL, 6)
    assert row["delivery_area"] == {"city": "Kathmandu", "cell": cell.name, "latitude": cell.lat, "longitude": cell.lon}
    assert 0 < great_circle_m(*THAMEL, cell.lat, cell.lon) < 700
    assert row["distance_km"] == round(delivery["distance_km"])
    told = str(page)
    for secret in (
        delivery["tracking_number"],
        delivery["delivery_address"],
        "John Doe",
        "9841234567",
        "Farmer John",
    ):
        assert secret not in told, secret
    assert not any(tells(page, degrees) for degrees in THAMEL)


async def test_what_a_transporter_has_it_sees_whole(world: World) -> None:
    delivery, driver, other = await world.delivery(), await world.driver(), await world.driver()
    path = f"/api/deliveries/{delivery['id']}/"
    assert (await driver.get(path)).status_code == 404
    ok(await driver.post(f"{path}accept/"))
    seen = ok(await driver.get(path))
    assert seen["tracking_number"] == delivery["tracking_number"]
    assert (seen["delivery_address"], seen["delivery_contact_phone"]) == ("Thamel, Kathmandu", "+977-9841234567")
    assert (seen["delivery_latitude"], seen["delivery_longitude"]) == THAMEL
    assert (await other.get(path)).status_code == 404
    assert (await other.get(f"/api/deliveries/{2**62}/")).json() == (await other.get(path)).json()
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"{path}{step}/"))
    after = ok(await driver.get(path))
    assert (after["status"], after["delivery_contact_phone"], after["pickup_contact_phone"]) == (
        "delivered",
        None,
        None,
    )


@pytest.mark.parametrize("key", ["id", "delivery_id"])
async def test_a_seller_and_admins_see_a_delivery_whole(world: World, key: str) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery[key]}/"
    for who in (bought.seller, admin):
        assert ok(await who.get(path))["delivery_contact_phone"] == "+977-9841234567"
    assert (await (await world.person("seller")).get(path)).status_code == 404
    ok(await driver.post(f"{path}accept/"))
    assert ok(await bought.seller.get(path))["transporter"]["phone"] == "+977-9841555555"
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"{path}{step}/"))
    assert ok(await bought.seller.get(path))["transporter"]["phone"] is None
    assert ok(await admin.get(path))["transporter"]["phone"] == "+977-9841555555"


async def test_dispatchers_find_what_is_aboard_of_those_who_may_no_longer_carry(world: World) -> None:
    admin, driver, reliable = await world.admin(), await world.driver(), await world.driver()
    aboard, fine = await world.deliveries({}, {})
    for who, delivery in ((driver, aboard), (reliable, fine)):
        ok(await who.post(f"/api/deliveries/{delivery['id']}/accept/"))
        ok(await who.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    mine = {"transporter": driver.transporter_id}
    assert ok(await admin.get("/api/deliveries/", **mine, in_service=False))["count"] == 0
    ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/", {"approved": False}))
    page = ok(await admin.get("/api/deliveries", in_service=False))
    stranded = [row["id"] for row in page["results"]]
    assert aboard["id"] in stranded
    assert fine["id"] not in stranded
    [row] = ok(await admin.get("/api/deliveries/", **mine, in_service=False, status="picked_up"))["results"]
    assert (row["id"], row["transporter"], row["flags"]) == (aboard["id"], driver.transporter_id, ["no_place"])
    assert is_number(row["delivery_fee"])
    assert ok(await admin.get("/api/deliveries/", **mine, in_service=True))["count"] == 0


async def test_an_account_that_was_closed_is_no_longer_in_service(world: World) -> None:
    admin, driver, delivery = await world.admin(), await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await _close(world, driver)
    listed = ok(await admin.get("/api/deliveries/", transporter=driver.transporter_id, in_service=False))
    assert [row["id"] for row in listed["results"]] == [delivery["id"]]


async def _close(world: World, person: Person) -> None:
    async with world.server.services.database.work() as work:
        user = await work.session.get_one(User, person.user_id)
        user.is_active = False

"""A delivery goes to another door: who may say so until when, what follows, and who is told what of it."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import select

from dispatch.events.models import Event
from tests.support.world import ANOTHER_DOOR, BHAKTAPUR, THAMEL, Person, World, ok, together

# About 11 km from Thamel.
FAR = ANOTHER_DOOR | {"latitude": 27.6400, "longitude": 85.4000}
LINE = "Balaju Height 7, Behind the water park, Kathmandu, Bagmati"
AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}


async def test_the_buyer_changes_the_door_before_the_pickup_and_way_and_arrival_are_reckoned_anew(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    before = await own(bought.seller, delivery)
    async with world.phone(driver) as phone:
        told = ok(await bought.customer.post(by_number(delivery), ANOTHER_DOOR))
        frame = await phone.receive()
    assert (frame["type"], frame["delivery_id"], frame["what"]) == ("change", delivery["id"], "address")
    assert (told["changed"], told["status"], told["delivery_address"]) == (True, "assigned", LINE)
    assert told["distance_km"] > before["distance_km"]
    assert told["estimated_delivery_time"] >= before["estimated_delivery_time"]
    seen = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert "Thamel" not in str(seen)
    assert (LINE in str(seen), "Jane Doe" in str(seen), "9841765432" in str(seen).replace("-", "")) == (
        True,
        True,
        True,
    )


async def test_the_transporters_fee_grows_with_the_way_and_never_falls_and_what_was_paid_stays(world: World) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    paid = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))["total_amount"]
    first = await own(bought.seller, delivery)
    ok(await bought.seller.post(path(delivery), ANOTHER_DOOR))
    farther = await own(bought.seller, delivery)
    per_km = world.server.settings.delivery_fee_per_km
    more = per_km * (Decimal(str(farther["distance_km"])) - Decimal(str(first["distance_km"])))
    assert Decimal(str(farther["delivery_fee"])) == Decimal(str(first["delivery_fee"])) + more.quantize(Decimal("0.01"))
    home = dict(zip(("latitude", "longitude"), THAMEL, strict=True))
    ok(await bought.seller.post(path(delivery), ANOTHER_DOOR | home))
    nearer = await own(bought.seller, delivery)
    assert nearer["distance_km"] == first["distance_km"]
    assert nearer["delivery_fee"] == farther["delivery_fee"]
    assert ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))["total_amount"] == paid


async def test_the_same_address_again_changes_nothing_also_after_the_end(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    replies = await together(bought.customer.post(path(delivery), ANOTHER_DOOR) for _ in range(3))
    assert sorted(ok(reply)["changed"] for reply in replies) == [False, False, True]
    for step, body in (("accept", None), ("pickup", AT_PICKUP), ("deliver", AT_DOOR)):
        ok(await driver.post(path(delivery, step), body))
    assert not ok(await bought.customer.post(path(delivery), ANOTHER_DOOR))["changed"]
    admin = await world.admin()
    assert len(await steps(bought.seller, delivery)) == 1
    logged = ok(await admin.get("/api/v1/audit/", action="delivery.address_changed"))["results"]
    [entry] = [row for row in logged if str(delivery["id"]) == row["subject_id"]]
    assert "Balaju" not in str(entry)
    assert "Thamel" not in str(entry)


async def test_after_the_pickup_a_dispatcher_alone_may_and_after_the_end_nobody(world: World) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    for person in (bought.customer, bought.seller):
        refused(await person.post(path(delivery), ANOTHER_DOOR), "parcel_aboard", delivery_status="picked_up")
    assert ok(await admin.post(path(delivery), FAR))["changed"]
    ok(await driver.post(path(delivery, "deliver"), AT_DOOR))
    for person in (bought.customer, bought.seller, admin):
        refused(await person.post(path(delivery), ANOTHER_DOOR), "wrong_status", delivery_status="delivered")


async def test_who_is_too_far_off_hears_how_far_it_may_be_and_what_fits(world: World) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    most = world.server.settings.address_change_km
    said = refused(await bought.customer.post(path(delivery), FAR), "door_too_far", most_km=most)
    assert said["away_km"] > most
    assert "order anew" in said["detail"]
    nowhere = {name: value for name, value in ANOTHER_DOOR.items() if name not in {"latitude", "longitude"}}
    unknown = await bought.customer.post(path(delivery), nowhere)
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["latitude"])
    assert await steps(bought.seller, delivery) == []


async def test_everything_that_is_wrong_with_an_address_is_named_at_once(world: World) -> None:
    delivery = await world.delivery()
    admin = await world.admin()
    wrong = ANOTHER_DOOR | {"phone_number": "12", "district": "Atlantis", "city": "", "gate": "blue"}
    answer = await admin.post(path(delivery), wrong)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"phone_number", "district", "city", "gate"}
    long = await admin.post(path(delivery), ANOTHER_DOOR | {"address": "A" * 300})
    assert list(long.json()["errors"]) == ["address"]


async def test_the_public_hears_that_it_goes_elsewhere_and_neither_door_and_links_and_code_stay(world: World) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    link = ok(await bought.customer.post(path(delivery, "share-links"), {"label": "Home"}), 201)
    code = (await bought.customer.get(path(delivery, "code"))).json()
    ok(await bought.customer.post(path(delivery), ANOTHER_DOOR))
    public = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert public["tracking_history"][-1]["message"] == "Delivery address changed"
    assert "Thamel" not in str(public)
    assert "Balaju" not in str(public["tracking_history"])
    assert "Jane Doe" not in str(public)
    [kept] = ok(await bought.customer.get(path(delivery, "share-links")))
    assert (kept["id"], kept["is_good"]) == (link["id"], True)
    assert (await bought.customer.get(path(delivery, "code"))).json() == code
    async with world.server.services.database.work() as work:
        mine = select(Event).where(Event.subject == f"delivery:{delivery['id']}")
        events = {event.type: event.data for event in await work.session.scalars(mine)}
    assert events["delivery.address_changed"]["changed_by"] == "buyer"
    assert "Balaju" not in str(events)
    assert "Thamel" not in str(events)


async def test_a_buyer_and_a_courier_who_come_at_once_leave_one_of_two_whole_states(world: World) -> None:
    for _ in range(3):
        bought, driver = await world.bought(), await world.driver()
        delivery = await world.delivery(bought)
        ok(await driver.post(path(delivery, "accept")))
        changed, picked_up = await asyncio.gather(
            bought.customer.post(path(delivery), ANOTHER_DOOR), driver.post(path(delivery, "pickup"), AT_PICKUP)
        )
        ok(picked_up)
        seen = str(await own(bought.seller, delivery))
        if changed.status_code == 200:
            assert LINE in seen
        else:
            refused(changed, "parcel_aboard", delivery_status="picked_up")
            assert "Balaju" not in seen


async def test_others_hear_of_no_such_delivery(world: World) -> None:
    delivery = await world.delivery()
    for role in ("customer", "seller"):
        stranger = await world.person(role)
        assert (await stranger.post(path(delivery), ANOTHER_DOOR)).status_code == 404


def path(delivery: dict[str, Any], step: str = "address") -> str:
    return f"/api/deliveries/{delivery['id']}/{step}/"


def by_number(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['tracking_number']}/address/"


async def own(person: Person, delivery: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = ok(await person.get(f"/api/deliveries/{delivery['id']}/"))
    return seen


async def steps(person: Person, delivery: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that say that it goes elsewhere."""
    history = (await own(person, delivery))["tracking_history"]
    return [step for step in history if step["message"] == "Delivery address changed"]


def refused(reply: httpx.Response, code: str, **more: object) -> dict[str, Any]:
    said: dict[str, Any] = reply.json()
    assert (reply.status_code, said["code"], {name: said[name] for name in more}) == (409, code, more)
    return said

"""What the courier is told about the door: who says so until when, who hears what they say, and who does not."""

from typing import Any

import pytest
from sqlalchemy import select

from dispatch.deliveries.changers import MOST_CHANGES
from dispatch.events.models import Event
from tests.support.world import BHAKTAPUR, THAMEL, World, ok, together

GUARD = "Leave it with the guard"
AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}


async def test_a_buyer_says_something_about_the_door_while_the_parcel_is_aboard_and_the_courier_hears_it_at_once(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, delivery_instructions="Call when arrived")
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    by_number = f"/api/deliveries/{delivery['tracking_number'].lower()}/instructions/"
    assert ok(await bought.customer.get(by_number))["delivery_instructions"] == "Call when arrived"
    async with world.phone(driver) as phone:
        told = ok(await bought.customer.post(by_number, {"instructions": f"  {GUARD} \n"}))
        frame = await phone.receive()
    assert (told["changed"], told["delivery_instructions"]) == (True, GUARD)
    assert (frame["type"], frame["delivery_id"], frame["what"]) == ("change", delivery["id"], "instructions")
    assert ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["delivery_instructions"] == GUARD


async def test_neither_the_public_nor_events_nor_the_audit_log_hear_what_they_say(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    replies = await together(bought.customer.post(path(delivery), {"instructions": GUARD}) for _ in range(3))
    assert sorted(ok(reply)["changed"] for reply in replies) == [False, False, True]
    public = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert public["tracking_history"][-1]["message"] == "Delivery instructions changed"
    logged = ok(await admin.get("/api/v1/audit/", action="delivery.instructions_changed"))["results"]
    [entry] = [row for row in logged if str(delivery["id"]) == row["subject_id"]]
    async with world.server.services.database.work() as work:
        mine = select(Event).where(Event.subject == f"delivery:{delivery['id']}")
        events = {event.type: event.data for event in await work.session.scalars(mine)}
    event = events["delivery.instructions_changed"]
    assert event["changed_by"] == "buyer"
    for told in (public, entry, event):
        assert "guard" not in str(told)


@pytest.mark.parametrize("instructions", ["x" * 501, None, 5, "a\0b", ["leave it"]])
async def test_what_cannot_be_told_is_refused_by_name(world: World, instructions: object) -> None:
    delivery, admin = await world.delivery(), await world.admin()
    reply = await admin.post(path(delivery), {"instructions": instructions, "gate": "blue"})
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"instructions", "gate"})


async def test_a_seller_may_until_the_pickup_a_dispatcher_until_the_end_and_what_was_said_can_be_taken_back(
    world: World,
) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought)
    ok(await bought.seller.post(path(delivery), {"instructions": GUARD}))
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    refused = await bought.seller.post(path(delivery), {"instructions": "Ring twice"})
    assert (refused.status_code, refused.json()["code"]) == (409, "parcel_aboard")
    assert ok(await admin.post(path(delivery), {"instructions": ""}))["delivery_instructions"] == ""
    ok(await driver.post(path(delivery, "deliver"), AT_DOOR))
    for person in (bought.customer, admin):
        late = await person.post(path(delivery), {"instructions": GUARD})
        assert (late.status_code, late.json()["code"]) == (409, "wrong_status")
        assert late.json()["delivery_status"] == "delivered"


async def test_a_seller_may_say_something_about_its_own_door_until_what_comes_back_is_there(world: World) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    back = ok(await admin.post(path(delivery, "return"), {"reason": "Nobody wants it"}))["delivery"]
    assert ok(await bought.seller.post(path(back), {"instructions": GUARD}))["changed"]
    assert ok(await driver.get(f"/api/deliveries/{back['id']}/"))["delivery_instructions"] == GUARD
    assert (await bought.customer.post(path(back), {"instructions": GUARD})).status_code == 404
    ok(await driver.post(path(back, "deliver"), AT_PICKUP))
    late = await bought.seller.post(path(back), {"instructions": "Ring twice"})
    assert (late.status_code, late.json()["code"]) == (409, "wrong_status")


async def test_a_buyer_who_never_stops_changing_is_sent_to_a_dispatcher(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    for time in range(MOST_CHANGES):
        assert ok(await bought.customer.post(path(delivery), {"instructions": f"Ring {time} times"}))["changed"]
    refused = await bought.customer.post(path(delivery), {"instructions": GUARD})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_changes")
    assert ok(await admin.post(path(delivery), {"instructions": GUARD}))["changed"]


async def test_others_hear_of_no_such_delivery(world: World) -> None:
    delivery = await world.delivery()
    for role in ("customer", "seller"):
        stranger = await world.person(role)
        assert (await stranger.post(path(delivery), {"instructions": GUARD})).status_code == 404
        assert (await stranger.get(path(delivery))).status_code == 404


def path(delivery: dict[str, Any], step: str = "instructions") -> str:
    return f"/api/deliveries/{delivery['id']}/{step}/"

"""A buyer says that what a courier told as delivered did not come so: it is looked into before the money is settled."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from dispatch.audit.models import AuditEvent
from dispatch.notifications.models import OutboxMessage
from dispatch.orders.models import Order
from dispatch.payments.orders.completion import OrderCompletion
from dispatch.sales.models import Sale
from tests.support.world import BHAKTAPUR, THAMEL, Bought, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
NOT_THERE = {"reason": "not_received", "note": "Nobody came"}
LOST = {"ending": "lost", "reason": "The photo shows another door"}
STANDS = {"reason": "Your neighbour has it"}


async def test_a_buyer_objects_to_what_was_told_as_delivered_and_everybody_concerned_hears_of_it(world: World) -> None:
    bought, delivery = await delivered(world)
    before = ok(await bought.customer.get(track(delivery)))
    assert (before["objection"], before["objects_until"] is None) == (None, False)
    made = ok(await bought.customer.post(objection(delivery), NOT_THERE))
    assert (made["status"], made["reason"], made["note"], made["answer"]) == ("open", "not_received", "Nobody came", "")
    assert ok(await bought.customer.post(objection(delivery), NOT_THERE)) == made
    after = ok(await bought.customer.get(track(delivery)))
    assert (after["objection"], after["objects_until"], after["status"]) == (made, None, "delivered")
    for reader in (bought.seller, await world.admin()):
        found = ok(await reader.get("/api/objections/", search=delivery["tracking_number"]))["results"]
        assert [(one["delivery_id"], one["status"], one["made_by"]) for one in found] == [
            (delivery["id"], "open", "buyer")
        ]
    other = await world.person("seller")
    assert ok(await other.get("/api/objections/"))["count"] == 0
    assert await told(world, delivery) == {"open:buyer", "open:seller"}


async def test_whoever_knows_the_code_objects_too_and_nobody_else_does_or_hears_of_it(world: World) -> None:
    bought, delivery = await delivered(world)
    unlocked = f"{objection(delivery)}by-code/"
    refused = await world.http.post(unlocked, json=NOT_THERE)
    assert (refused.status_code, refused.json()["code"]) == (403, "code_required")
    stranger = await world.person("customer")
    assert (await stranger.post(objection(delivery), NOT_THERE)).status_code == 404
    digits = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/"))["delivery_contact_phone"][-4:]
    unlock = ok(await world.http.post(f"/api/deliveries/{delivery['tracking_number']}/unlock/", json={"code": digits}))
    made = await world.http.post(unlocked, json=NOT_THERE, params={"unlock": unlock["token"]})
    assert ok(made)["status"] == "open"
    assert ok(await world.http.get(track(delivery)))["objection"] is None
    assert ok(await world.http.get(track(delivery), params={"unlock": unlock["token"]}))["objection"] == ok(made)
    [found] = ok(await bought.seller.get("/api/objections/"))["results"]
    assert found["made_by"] == "receiver"


async def test_an_order_is_not_completed_while_an_objection_is_open_and_is_once_it_is_rejected(world: World) -> None:
    bought, delivery = await delivered(world)
    ok(await bought.customer.post(objection(delivery), NOT_THERE))
    await long_ago(world, bought)
    assert await completed(world, bought) is False
    admin = await world.admin()
    number = await number_of(world, delivery)
    rejected = ok(await admin.post(f"/api/objections/{number}/reject/", STANDS))
    assert (rejected["status"], rejected["answer"]) == ("rejected", "Your neighbour has it")
    assert ok(await admin.post(f"/api/objections/{number}/reject/", STANDS)) == rejected
    seen = ok(await bought.customer.get(track(delivery)))["objection"]
    assert (seen["status"], seen["answer"]) == ("rejected", "Your neighbour has it")
    assert await told(world, delivery) == {"open:buyer", "open:seller", "rejected:buyer", "rejected:seller"}
    assert await noted(world, delivery, "objection.rejected") == 1
    late = await admin.post(f"/api/objections/{number}/uphold/", LOST)
    assert (late.status_code, late.json()["code"], late.json()["objection_status"]) == (
        409,
        "objection_decided",
        "rejected",
    )
    assert await completed(world, bought) is True


@pytest.mark.parametrize("by", ["uphold", "loss"])
async def test_an_objection_that_is_right_gives_the_money_back_as_every_loss_does(world: World, by: str) -> None:
    bought, delivery = await delivered(world)
    ok(await bought.customer.post(objection(delivery), NOT_THERE))
    admin, number = await world.admin(), await number_of(world, delivery)
    path = f"/api/objections/{number}/uphold/" if by == "uphold" else f"/api/deliveries/{delivery['id']}/loss/"
    left = ok(await admin.get(f"/api/deliveries/{delivery['id']}/loss/"))["left"]
    answered = ok(await admin.post(path, LOST))
    assert answered["refund"]["amount"] == left > 0
    [found] = ok(await bought.seller.get("/api/objections/"))["results"]
    assert (found["status"], found["answer"]) == ("upheld", LOST["reason"])
    again = ok(await admin.post(f"/api/objections/{number}/uphold/", LOST))
    assert again["refund"]["refund_id"] == answered["refund"]["refund_id"]
    late = await admin.post(f"/api/objections/{number}/reject/", STANDS)
    assert (late.status_code, late.json()["objection_status"]) == (409, "upheld")
    assert ok(await bought.customer.get(track(delivery)))["ending"] == "lost"
    assert await told(world, delivery) == {"open:buyer", "open:seller", "upheld:seller"}
    assert await noted(world, delivery, "objection.upheld") == (by == "uphold")


async def test_goods_that_go_back_to_their_seller_answer_the_objection_to_them(world: World) -> None:
    bought, delivery = await delivered(world)
    ok(await bought.customer.post(objection(delivery), {"reason": "other_goods"}))
    admin, number = await world.admin(), await number_of(world, delivery)
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "The wrong box was packed"}))
    [found] = ok(await bought.seller.get("/api/objections/"))["results"]
    assert (found["status"], found["answer"]) == ("upheld", "The wrong box was packed")
    late = await admin.post(f"/api/objections/{number}/uphold/", LOST)
    assert (late.status_code, late.json()["code"], late.json()["ending"]) == (409, "ended_otherwise", "returned")


async def test_what_has_not_arrived_or_was_objected_to_in_other_words_is_refused_with_how_it_stands(
    world: World,
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    refused = await bought.customer.post(objection(delivery), NOT_THERE)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_delivered")
    assert refused.json()["delivery_status"] == "available"
    bought, delivery = await delivered(world)
    ok(await bought.customer.post(objection(delivery), NOT_THERE))
    otherwise = await bought.customer.post(objection(delivery), {"reason": "damaged"})
    assert (otherwise.status_code, otherwise.json()["code"]) == (409, "objected_already")


async def test_the_time_to_object_begins_when_the_server_was_told_and_ends(world: World) -> None:
    bought, delivery = await delivered(world)
    arrived = ok(await bought.customer.get(f"/api/marketplace/sales/{bought.sale_id}/"))["delivered_at"]
    until = ok(await bought.customer.get(track(delivery)))["objects_until"]
    open_for = timedelta(seconds=world.server.settings.objection_s)
    assert datetime.fromisoformat(until) == datetime.fromisoformat(arrived) + open_for
    await long_ago(world, bought)
    assert ok(await bought.customer.get(track(delivery)))["objects_until"] is None
    late = await bought.customer.post(objection(delivery), NOT_THERE)
    assert (late.status_code, late.json()["code"]) == (409, "objection_over")
    assert await completed(world, bought) is True


async def test_of_two_who_object_at_once_and_an_admin_who_decides_both_ways_one_is_first(world: World) -> None:
    bought, delivery = await delivered(world)
    replies = await asyncio.gather(*(bought.customer.post(objection(delivery), NOT_THERE) for _ in range(4)))
    assert {reply.status_code for reply in replies} == {200}
    admin, number = await world.admin(), await number_of(world, delivery)
    upheld, rejected = await asyncio.gather(
        admin.post(f"/api/objections/{number}/uphold/", LOST), admin.post(f"/api/objections/{number}/reject/", STANDS)
    )
    assert sorted([upheld.status_code, rejected.status_code]) == [200, 409]
    ended = ok(await bought.customer.get(track(delivery)))
    assert (ended["ending"] == "lost") is upheld.is_success
    assert ended["objection"]["status"] == ("upheld" if upheld.is_success else "rejected")


async def delivered(world: World) -> tuple[Bought, dict[str, Any]]:
    """What a courier has told as delivered, with its buyer and seller."""
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    ok(await driver.post(f"{path}/pickup/", AT_PICKUP))
    ok(await driver.post(f"{path}/deliver/", AT_DOOR))
    return bought, delivery


async def long_ago(world: World, bought: Bought) -> None:
    """As if the time to object had passed since."""
    services = world.server.services
    earlier = services.clock.now() - timedelta(seconds=world.server.settings.objection_s + 60)
    async with services.database.work() as work:
        await work.session.execute(update(Sale).where(Sale.id == bought.sale_id).values(delivered_at=earlier))


async def completed(world: World, bought: Bought) -> bool:
    services = world.server.services
    grace = timedelta(seconds=world.server.settings.objection_s)
    await OrderCompletion(services.database, services.clock, grace=grace).do_key(bought.order_id)
    async with services.database.work() as work:
        return bool((await work.session.get_one(Order, bought.order_id)).order_status == "completed")


async def number_of(world: World, delivery: dict[str, Any]) -> int:
    found = ok(await (await world.admin()).get("/api/objections/", search=delivery["tracking_number"]))["results"]
    return int(found[0]["id"])


async def told(world: World, delivery: dict[str, Any]) -> set[str]:
    """Which mails were written of the objection to a delivery."""
    begin = f"objection:{delivery['id']}:"
    async with world.server.services.database.work() as work:
        keys = await work.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.startswith(begin)))
        return {key.removeprefix(begin) for key in keys}


async def noted(world: World, delivery: dict[str, Any], action: str) -> int:
    async with world.server.services.database.work() as work:
        mine = (AuditEvent.action == action, AuditEvent.subject_id == str(delivery["id"]))
        return int(await work.session.scalar(select(func.count()).where(*mine)) or 0)


def objection(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['tracking_number']}/objection/"


def track(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['tracking_number']}/track/"

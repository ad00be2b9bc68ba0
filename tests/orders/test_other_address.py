"""An order goes to another address while its seller has not packed it: who may say so until when, and who hears."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from dispatch.deliveries.changers import MOST_CHANGES
from dispatch.events.models import Event
from dispatch.orders.models import DeliveryInfo, Order
from tests.support.checkout import Checkout
from tests.support.mailbox import mail_to, mails_to
from tests.support.world import ANOTHER_DOOR, Bought, Person, World, delivery_body, ok, together

LINE = "Balaju Height 7, Behind the water park, Kathmandu, Bagmati"
# About 11 km from Thamel.
FAR = ANOTHER_DOOR | {"latitude": 27.6400, "longitude": 85.4000}


def path(order_id: int, step: str = "address/") -> str:
    return f"/api/v1/marketplace/orders/{order_id}/{step}"


async def _sale(who: Person, bought: Bought) -> dict[str, Any]:
    sale: dict[str, Any] = ok(await who.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    return sale


async def _kept(world: World, order_id: int) -> DeliveryInfo:
    async with world.server.services.database.work() as work:
        order = await work.session.get_one(Order, order_id)
        return await work.session.get_one(DeliveryInfo, order.delivery_info_id)


def _refused(reply: httpx.Response, code: str) -> dict[str, Any]:
    told: dict[str, Any] = reply.json()
    assert (reply.status_code, told["code"]) == (409, code), reply.text
    return told


async def test_what_was_paid_and_is_not_packed_goes_where_its_buyer_says_and_its_seller_reads_it(world: World) -> None:
    bought = await world.bought()
    paid = ok(await bought.customer.get(path(bought.order_id, "")))
    assert paid["can_change_address"]
    told = ok(await bought.customer.post(path(bought.order_id), ANOTHER_DOOR))
    assert (told["delivery"]["full_address"], told["delivery"]["customer_name"]) == (LINE, "Jane Doe")
    assert told["total_to_pay"] == paid["total_to_pay"]
    assert told["tracking_events"][-1]["message"] == "Delivery address changed"
    sale = await _sale(bought.seller, bought)
    assert (sale["destination"]["full_address"], sale["destination"]["phone_number"]) == (LINE, "+977-9841765432")
    unsaid = {"delivery_latitude": None, "delivery_longitude": None}
    made = await world.delivery(bought, destination_version=sale["destination_version"], **unsaid)
    shown = ok(await bought.seller.get(f"/api/deliveries/{made['id']}/"))
    assert (shown["delivery_latitude"], shown["delivery_longitude"]) == (27.733, 85.299)


async def test_nothing_is_packed_for_an_address_that_its_buyer_has_just_changed(world: World) -> None:
    bought = await world.bought()
    read = (await _sale(bought.seller, bought))["destination_version"]
    ok(await bought.customer.post(path(bought.order_id), ANOTHER_DOOR))
    body = delivery_body(bought.sale_id)
    late = await bought.seller.post("/api/deliveries/create/", body | {"destination_version": read})
    _refused(late, "destination_changed")
    now = await _sale(bought.seller, bought)
    assert now["delivery_id"] is None
    version = now["destination_version"]
    ok(await bought.seller.post("/api/deliveries/create/", body | {"destination_version": version}), 201)


async def test_whoever_packs_and_whoever_changes_the_address_at_once_are_never_both_right(world: World) -> None:
    bought = await world.bought()
    body = delivery_body(bought.sale_id)
    body["destination_version"] = (await _sale(bought.seller, bought))["destination_version"]
    packed, changed = await together(
        [
            bought.seller.post("/api/deliveries/create/", body),
            bought.customer.post(path(bought.order_id), ANOTHER_DOOR),
        ]
    )
    assert sorted([packed.is_success, changed.is_success]) == [False, True], f"{packed.text} {changed.text}"
    _refused(packed, "destination_changed") if changed.is_success else _refused(changed, "parcels_made")


async def test_who_brings_goods_without_a_parcel_is_told_by_mail_that_they_go_elsewhere_but_not_where(
    world: World,
) -> None:
    bought = await world.bought()
    number = ok(await bought.customer.get(path(bought.order_id, "")))["order_number"]
    subject = f"Another address for order {number}"
    for count, door in enumerate((ANOTHER_DOOR, ANOTHER_DOOR, ANOTHER_DOOR | {"address": "Balaju Height 8"}), 1):
        ok(await bought.customer.post(path(bought.order_id), door))
        mail = await mail_to(world, bought.seller.email, subject, count=max(1, count - 1))
        text = mail.get_body(("plain",))
        assert text is not None
        told = text.get_content()
        assert f"2 × {(await _sale(bought.seller, bought))['product']['name']}" in told
        assert "Balaju" not in f"{told} {mail.get_body(('html',))}"
    assert len(mails_to(world, bought.seller.email, subject)) == 2, "the same again is told nobody"


async def test_once_all_is_packed_each_parcel_goes_elsewhere_by_itself(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    for person in (bought.customer, admin):
        told = _refused(await person.post(path(bought.order_id), ANOTHER_DOOR), "parcels_made")
        assert (told["tracking_numbers"], told["order_status"]) == ([delivery["tracking_number"]], "processing")
    assert ok(await bought.customer.get(path(bought.order_id, "")))["can_change_address"] is False


async def test_a_seller_hears_of_the_first_address_too_that_is_given_for_what_was_bought_without_one(
    world: World,
) -> None:
    checkout = Checkout(world)
    paid = await checkout.paid(ordered=False)
    [order] = ok(await paid.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    [row] = ok(await paid.seller.get("/api/marketplace/sales/"))["results"]
    read = ok(await paid.seller.get(f"/api/marketplace/sales/{row['id']}/"))
    assert (read["destination"], read["destination_version"]) == (None, 1)
    ok(await paid.customer.post(path(order["id"]), FAR))
    body = delivery_body(row["id"])
    late = await paid.seller.post("/api/deliveries/create/", body | {"destination_version": 1})
    _refused(late, "destination_changed")
    unsaid = body | {"delivery_latitude": None, "delivery_longitude": None}
    made = ok(await paid.seller.post("/api/deliveries/create/", unsaid), 201)
    shown = ok(await paid.seller.get(f"/api/deliveries/{made['id']}/"))
    assert shown["delivery_latitude"] is None, "words of one place and a point of another would part the two"


async def test_what_was_called_off_goes_where_the_order_does_and_what_is_packed_where_its_parcel_does(
    world: World,
) -> None:
    bought, other = await world.bought(), await world.bought()
    delivery = await world.delivery(bought)
    ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/cancel/", {"reason": "customer_asked"}))
    assert ok(await bought.customer.get(path(bought.order_id, "")))["can_change_address"]
    ok(await bought.customer.post(path(bought.order_id), ANOTHER_DOOR))
    assert (await _sale(bought.seller, bought))["destination"]["full_address"] == LINE
    parcel = await world.delivery(other)
    ok(await other.customer.post(f"/api/deliveries/{parcel['id']}/address/", ANOTHER_DOOR))
    assert (await _sale(other.seller, other))["destination"]["full_address"] == LINE


async def test_an_unpaid_order_goes_elsewhere_too_and_one_that_has_ended_nowhere(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    order = await world.order(customer, await world.cart(customer, {await world.product(seller): 1}))
    ok(await customer.post(path(order["id"]), ANOTHER_DOOR))
    ok(await customer.post(path(order["id"], "cancel/")))
    told = _refused(await customer.post(path(order["id"]), FAR), "wrong_status")
    assert told["order_status"] == "cancelled"


async def test_a_buyer_stays_near_what_was_paid_for_and_an_admin_may_go_anywhere(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    told = _refused(await bought.customer.post(path(bought.order_id), FAR), "door_too_far")
    assert told["most_km"] == world.server.settings.address_change_km < told["away_km"]
    nowhere = await bought.customer.post(path(bought.order_id), FAR | {"latitude": None, "longitude": None})
    assert (nowhere.status_code, set(nowhere.json()["errors"])) == (400, {"latitude"})
    wrong = ANOTHER_DOOR | {"district": "Atlantis", "phone_number": "12", "floor": 3}
    reply = await bought.customer.post(path(bought.order_id), wrong)
    assert set(reply.json()["errors"]) == {"district", "phone_number", "floor"}
    assert ok(await admin.post(path(bought.order_id), FAR))["delivery"]["latitude"] == FAR["latitude"]


async def test_the_same_again_changes_nothing_and_neither_events_nor_the_audit_log_say_where(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    before = await _kept(world, bought.order_id)
    for reply in await together(bought.customer.post(path(bought.order_id), ANOTHER_DOOR) for _ in range(4)):
        assert ok(reply)["delivery"]["full_address"] == LINE
    told = ok(await bought.customer.get(path(bought.order_id, "")))["tracking_events"]
    assert [event["message"] for event in told].count("Delivery address changed") == 1
    logged = ok(await admin.get("/api/v1/audit/", action="order.address_changed"))["results"]
    [entry] = [row for row in logged if row["subject_id"] == str(bought.order_id)]
    async with world.server.services.database.work() as work:
        mine = select(Event).where(Event.subject == f"order:{bought.order_id}", Event.type == "order.address_changed")
        [event] = await work.session.scalars(mine)
    assert event.data["changed_by"] == "buyer"
    assert "Balaju" not in f"{entry} {event.data}"
    after = await _kept(world, bought.order_id)
    assert (after.id, after.version - before.version) == (before.id, 1), "the address before is kept nowhere"


async def test_a_buyer_who_never_stops_changing_is_sent_to_a_dispatcher(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    for time in range(MOST_CHANGES):
        ok(await bought.customer.post(path(bought.order_id), ANOTHER_DOOR | {"address": f"Balaju Height {time}"}))
    last = ANOTHER_DOOR | {"address": "Balaju Height"}
    _refused(await bought.customer.post(path(bought.order_id), last), "too_many_changes")
    ok(await admin.post(path(bought.order_id), last))


@pytest.mark.parametrize("role", ["customer", "seller", "transporter"])
async def test_others_hear_of_no_such_order(world: World, role: str) -> None:
    bought, stranger = await world.bought(), await world.person(role)
    reply = await stranger.post(path(bought.order_id), ANOTHER_DOOR)
    assert reply.status_code == (404 if role == "customer" else 403)
    assert (await _kept(world, bought.order_id)).address == "Thamel, Kathmandu"

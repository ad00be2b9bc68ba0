"""An order of several sellers: one delivery a sale, the order goes by all of them; a part of it may be called off."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.checkout import Checkout
from tests.support.world import ANOTHER_DOOR, Person, World, delivery_body, ok, together

SALES = "/api/marketplace/sales"
PRICES = ("100.00", "300.00", "33.33")


@dataclass(frozen=True)
class Shared:
    """A paid order of three sellers, a product of each."""

    customer: Person
    sellers: list[Person]
    products: list[int]
    sales: list[int]
    order_id: int
    transaction_id: str
    paid: float

    async def shown(self) -> dict[str, Any]:
        answer: dict[str, Any] = ok(await self.customer.get(f"/api/v1/marketplace/orders/{self.order_id}/"))
        return answer

    async def call_off(self, at: int) -> dict[str, Any]:
        answer: dict[str, Any] = ok(await self.sellers[at].post(f"{SALES}/{self.sales[at]}/cancel/"))
        return answer


@pytest.fixture(scope="module")
def checkout(world: World) -> Checkout:
    """Looks behind what the API says."""
    return Checkout(world)


async def shared(world: World) -> Shared:
    sellers, customer = [await world.person("seller") for _ in PRICES], await world.person()
    products = [await world.product(one, price=price) for one, price in zip(sellers, PRICES, strict=True)]
    cart = await world.cart(customer, dict.fromkeys(products, 1))
    order = await world.order(customer, cart)
    payment = await world.initiate(customer, cart)
    await world.at_gateway(payment["data"]["pidx"], "completed")
    ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
    sales = [ok(await one.get(f"{SALES}/"))["results"][0]["id"] for one in sellers]
    paid = payment["data"]["amount"]
    return Shared(customer, sellers, products, sales, order["id"], payment["transaction_id"], paid)


async def test_the_one_who_has_not_packed_reads_the_other_address_and_a_parcel_keeps_its_own(world: World) -> None:
    order = await shared(world)
    body = delivery_body(order.sales[0])
    ok(await order.sellers[0].post("/api/deliveries/create/", body), 201)
    told = ok(await order.customer.post(f"/api/v1/marketplace/orders/{order.order_id}/address/", ANOTHER_DOOR))
    assert told["can_change_address"]
    assert [one["delivery_address"] for one in told["sales"]] == [body["delivery_address"], None, None]
    read = ok(await order.sellers[1].get(f"{SALES}/{order.sales[1]}/"))["destination"]
    assert read["customer_name"] == ANOTHER_DOOR["customer_name"]
    packed = ok(await order.sellers[0].get(f"{SALES}/{order.sales[0]}/"))["destination"]
    assert (packed["full_address"], packed["customer_name"]) == (
        body["delivery_address"],
        body["delivery_contact_name"],
    )
    await order.call_off(1)
    ok(await order.sellers[2].post("/api/deliveries/create/", delivery_body(order.sales[2])), 201)
    assert not (await order.shown())["can_change_address"], "one is called off and the others are packed"


async def carry(world: World, order: Shared, at: int, *steps: str) -> None:
    made = ok(await order.sellers[at].post("/api/deliveries/create/", delivery_body(order.sales[at])), 201)
    driver = await world.driver()
    for step in steps:
        ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/", {}))


async def test_an_order_is_shipped_with_the_first_and_delivered_with_the_last_of_its_parcels(world: World) -> None:
    order = await shared(world)
    assert (await order.shown())["progress"] == {"processing": 3, "shipped": 0, "delivered": 0, "cancelled": 0}
    await carry(world, order, 0, "accept", "pickup")
    await carry(world, order, 1, "accept", "pickup", "deliver")
    shown = await order.shown()
    assert (shown["order_status"], shown["progress"]["processing"], shown["progress"]["shipped"]) == ("shipped", 1, 1)
    assert len({sale["delivery_id"] for sale in shown["sales"]} - {None}) == 2
    assert (shown["can_cancel"], shown["can_refund"]) == (False, False)
    await carry(world, order, 2, "accept", "pickup", "deliver")
    assert (await order.shown())["order_status"] == "shipped"
    again = await order.sellers[0].post("/api/deliveries/create/", delivery_body(order.sales[0]))
    assert (again.status_code, again.json()["code"]) == (409, "delivery_exists")


async def test_a_part_that_is_called_off_goes_back_and_the_order_arrives_with_the_rest(
    world: World, checkout: Checkout
) -> None:
    order = await shared(world)
    await carry(world, order, 0, "accept", "pickup", "deliver")
    await carry(world, order, 1, "accept", "pickup", "deliver")
    await carry(world, order, 2, "accept")
    called_off = await order.call_off(2)
    assert (called_off["status"], called_off["delivery_status"]) == ("cancelled", "cancelled")
    shown = await order.shown()
    assert shown["order_status"] == "delivered"
    assert shown["progress"] == {"processing": 0, "shipped": 0, "delivered": 2, "cancelled": 1}
    [refund] = await checkout.refunds_settled(order.transaction_id)
    assert refund.amount_paisa == int(order.paid * 100) * 3333 // 43333
    assert (await checkout.product(order.products[2])).stock == 10
    assert (await checkout.count(order.transaction_id)).ledger_sum == 0


async def test_parts_called_off_one_after_the_other_give_back_all_that_was_paid_to_the_paisa(
    world: World, checkout: Checkout
) -> None:
    order = await shared(world)
    for at in (2, 0, 1):
        await order.call_off(at)
    shown = await order.shown()
    assert (shown["order_status"], shown["can_cancel"]) == ("cancelled", False)
    refunds = await checkout.refunds_settled(order.transaction_id)
    assert sum(refund.amount_paisa for refund in refunds) == round(order.paid * 100)
    assert [(await checkout.product(one)).stock for one in order.products] == [10, 10, 10]


async def test_a_part_is_called_off_once_however_often_it_is_said_and_whoever_says_it_at_the_same_moment(
    world: World, checkout: Checkout
) -> None:
    order, admin = await shared(world), await world.admin()
    path = f"{SALES}/{order.sales[1]}/cancel/"
    replies = await together(
        who.post(path, {"reason": "the harvest failed"}) for who in (order.sellers[1], admin, order.sellers[1], admin)
    )
    assert {reply.status_code for reply in replies} == {200}
    assert len(await checkout.refunds_settled(order.transaction_id)) == 1
    assert (await checkout.product(order.products[1])).stock == 10
    whole = await order.customer.post(f"/api/v1/marketplace/orders/{order.order_id}/cancel/")
    assert ok(whole)["order_status"] == "cancelled"
    refunds = await checkout.refunds_settled(order.transaction_id)
    assert sum(refund.amount_paisa for refund in refunds) == round(order.paid * 100)


async def test_what_was_picked_up_or_belongs_to_somebody_else_is_not_called_off(world: World) -> None:
    order = await shared(world)
    await carry(world, order, 0, "accept", "pickup")
    refused = await order.sellers[0].post(f"{SALES}/{order.sales[0]}/cancel/")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_cancel")
    assert refused.json()["sale_status"] == "shipped"
    assert (await order.sellers[0].post(f"{SALES}/{order.sales[1]}/cancel/")).status_code == 404
    assert (await order.customer.post(f"{SALES}/{order.sales[1]}/cancel/")).status_code == 403


async def test_the_pickup_and_the_calling_off_of_a_part_at_once_agree(world: World, checkout: Checkout) -> None:
    for _ in range(4):
        order = await shared(world)
        made = ok(await order.sellers[0].post("/api/deliveries/create/", delivery_body(order.sales[0])), 201)
        driver = await world.driver()
        ok(await driver.post(f"/api/deliveries/{made['id']}/accept/", {}))
        picked_up, called_off = await together(
            [
                driver.post(f"/api/deliveries/{made['id']}/pickup/", {}),
                order.sellers[0].post(f"{SALES}/{order.sales[0]}/cancel/"),
            ]
        )
        assert sorted([picked_up.status_code, called_off.status_code]) == [200, 409]
        refunds = await checkout.count(order.transaction_id)
        assert len(refunds.refunds) == (1 if called_off.status_code == 200 else 0)

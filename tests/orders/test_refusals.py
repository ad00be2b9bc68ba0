"""Whoever cannot cancel an order or have its money back is told how the order stands."""

from typing import Any

from tests.support.world import Person, World, delivery_body, ok

ORDERS, DELIVERIES = "/api/v1/marketplace/orders", "/api/deliveries"


async def _refused(who: Person, order: int, act: str) -> dict[str, Any]:
    told: dict[str, Any] = ok(await who.post(f"{ORDERS}/{order}/{act}/", {} if act == "refund" else None), 409)
    return {key: told.get(key) for key in ("code", "order_status", "payment_status")}


def _stands(code: str, order: str, payment: str) -> dict[str, str]:
    return {"code": code, "order_status": order, "payment_status": payment}


async def test_an_order_on_its_way_says_so_to_who_would_call_it_off(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{DELIVERIES}/{delivery['id']}/{step}/"))
    for act, code in (("cancel", "cannot_cancel"), ("refund", "cannot_refund")):
        assert await _refused(bought.customer, bought.order_id, act) == _stands(code, "shipped", "paid")


async def test_an_order_that_was_not_paid_or_is_cancelled_says_so_to_who_wants_money_back(world: World) -> None:
    customer = await world.person()
    cart_id = await world.cart(customer, {await world.product(await world.person("seller")): 1})
    order = (await world.order(customer, cart_id))["id"]
    assert await _refused(customer, order, "refund") == _stands("cannot_refund", "pending", "pending")
    ok(await customer.post(f"{ORDERS}/{order}/cancel/"))
    assert (await _refused(customer, order, "refund"))["order_status"] == "cancelled"


async def test_a_cancelled_sale_says_so_to_who_would_have_it_carried(world: World) -> None:
    bought = await world.bought()
    ok(await bought.customer.post(f"{ORDERS}/{bought.order_id}/cancel/"))
    told = ok(await bought.seller.post(f"{DELIVERIES}/create/", delivery_body(bought.sale_id)), 409)
    assert (told["code"], told["sale_status"]) == ("sale_cancelled", "cancelled")

"""Carts: filled, changed, emptied by their owner alone."""

import pytest

from dispatch.payments.stock import lock_products
from tests.support.shapes import check, is_id, is_text
from tests.support.world import World, ok, together

CARTS = "/api/v1/marketplace/carts"
CART = {
    "id": is_id,
    "items": [
        {
            "id": is_id,
            "product_id": is_id,
            "product_name": is_text,
            "quantity": 2,
            "unit_price": "1250.00",
            "total_price": "2500.00",
        }
    ],
    "total_amount": "2500.00",
}


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_cart_is_filled_changed_and_emptied(world: World, ending: str) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller)
    cart = ok(await customer.post(f"{CARTS}{ending}"), 201)
    assert (cart["items"], cart["total_amount"]) == ([], "0.00")
    items = f"{CARTS}/{cart['id']}/items"
    for quantity in (1, 1):
        filled = ok(await customer.post(f"{items}{ending}", {"product_id": product, "quantity": quantity}), 201)
    check(filled, CART)
    assert ok(await customer.get(f"{CARTS}/{cart['id']}{ending}")) == filled
    item = filled["items"][0]["id"]
    changed = ok(await customer.patch(f"{items}/{item}{ending}", {"quantity": 3}))
    assert changed["total_amount"] == "3750.00"
    assert (await customer.delete(f"{items}/{item}{ending}")).status_code == 204
    assert (await customer.delete(f"{items}/{item}{ending}")).status_code == 404
    assert ok(await customer.get(f"{CARTS}/{cart['id']}/"))["items"] == []


async def test_a_cart_is_found_by_its_owner_alone(world: World) -> None:
    seller, owner, stranger = await world.person("seller"), await world.person(), await world.person()
    product = await world.product(seller)
    cart = await world.cart(owner, {product: 1})
    item = ok(await owner.get(f"{CARTS}/{cart}/"))["items"][0]["id"]
    body = {"product_id": product, "quantity": 1}
    for reply in (
        await stranger.get(f"{CARTS}/{cart}/"),
        await stranger.post(f"{CARTS}/{cart}/items/", body),
        await stranger.patch(f"{CARTS}/{cart}/items/{item}/", {"quantity": 1}),
        await stranger.delete(f"{CARTS}/{cart}/items/{item}/"),
        await owner.get(f"{CARTS}/{2**62}/"),
    ):
        assert (reply.status_code, reply.json()["detail"]) == (404, "Cart not found.")
    other = await world.cart(owner, {})
    assert (await owner.patch(f"{CARTS}/{other}/items/{item}/", {"quantity": 1})).status_code == 404
    assert ok(await owner.get(f"{CARTS}/{cart}/"))["items"][0]["quantity"] == 1


@pytest.mark.parametrize("quantity", [0, -1, 11, 100_001, 10**30, 1.5, "two", None, True, "NaN"])
async def test_a_quantity_that_cannot_be_is_named(world: World, quantity: object) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=10)
    cart = await world.cart(customer, {product: 1})
    item = ok(await customer.get(f"{CARTS}/{cart}/"))["items"][0]["id"]
    for reply in (
        await customer.post(f"{CARTS}/{cart}/items/", {"product_id": product, "quantity": quantity}),
        await customer.patch(f"{CARTS}/{cart}/items/{item}/", {"quantity": quantity}),
    ):
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["quantity"])


async def test_a_product_that_is_none_is_not_found(world: World) -> None:
    customer = await world.person()
    cart = await world.cart(customer, {})
    refused = await customer.post(f"{CARTS}/{cart}/items/", {"product_id": 2**62})
    assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such product.")


async def test_adding_at_once_from_ten_tabs_adds_up(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=8)
    cart = await world.cart(customer, {})
    body = {"product_id": product, "quantity": 1}
    replies = await together(customer.post(f"{CARTS}/{cart}/items/", body) for _ in range(10))
    assert sorted(reply.status_code for reply in replies) == [201] * 8 + [400] * 2
    [item] = ok(await customer.get(f"{CARTS}/{cart}/"))["items"]
    assert item["quantity"] == 8


async def test_a_cart_is_filled_and_ordered_while_others_hold_its_goods_so_that_nobody_waits_in_a_circle(
    world: World,
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    goods = [await world.product(seller) for _ in range(2)]
    async with world.server.services.database.transaction() as payment:
        await lock_products(payment, goods, "somebody else's order")
        cart = await world.cart(customer, dict.fromkeys(reversed(goods), 1))
        assert (await world.order(customer, cart))["order_status"] == "pending"

"""What the gateway would refuse of what a buyer gave is named to the buyer, and nothing stays open of the attempt."""

from typing import Any

import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.catalogue.models import Product
from dispatch.payments.settling.failures import blamed_fields
from dispatch.ports import GatewayRefused
from tests.support.world import World, initiate_body, ok


async def _write(world: World, statement: Any) -> None:
    async with world.server.services.database.work() as work:
        await work.session.execute(statement)


async def test_a_product_that_the_gateway_does_not_take_is_a_400_that_names_the_cart(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person("customer")
    product = await world.product(seller, stock=3)
    await _write(world, update(Product).where(Product.id == product).values(name="   "))  # as an old row may have
    cart = await world.cart(customer, {product: 1})
    reply = await customer.post("/api/v1/payments/initiate/", initiate_body(cart))
    assert reply.status_code == 400
    assert reply.json()["status"] == "error"
    assert list(reply.json()["errors"]) == ["cart_id"]
    assert "blank" in reply.json()["errors"]["cart_id"]
    assert ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))["available"] == 3


async def test_a_phone_of_the_account_that_the_gateway_does_not_take_is_a_400_that_names_it(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person("customer")
    await _write(world, update(User).where(User.id == customer.user_id).values(phone="1" * 30))
    body = initiate_body(await world.cart(customer, {await world.product(seller): 1}))
    del body["customer_phone"]
    reply = await customer.post("/api/v1/payments/initiate/", body)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["customer_phone"])


@pytest.mark.parametrize("field", ["website_url", "return_url", "amount"])
def test_what_is_not_the_buyers_is_not_blamed_on_the_buyer(field: str) -> None:
    assert blamed_fields(GatewayRefused("no", {field: ["Enter a valid URL."], "customer_info.phone": ["No."]})) == {}

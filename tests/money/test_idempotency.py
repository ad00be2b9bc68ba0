"""``Idempotency-Key``: whatever the network repeats is done once and answered the same."""

import asyncio
from uuid import uuid4

import pytest

from tests.money.till import Till
from tests.world import World, initiate_body, ok, order_body

HEADER = "Idempotency-Key"


async def test_an_initiation_that_is_repeated_opens_one_payment_and_gets_the_same_answer(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller, stock=5): 1})
    key, path = uuid4().hex, "/api/v1/payments/initiate/"
    first = await customer.post(path, initiate_body(cart_id), **{HEADER: key})
    again = await customer.post(path, initiate_body(cart_id), **{HEADER: key})
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = await customer.post(path, initiate_body(cart_id, gateway="SCT"), **{HEADER: key})
    assert other.status_code == 422
    stranger = await world.person()
    assert (await stranger.post(path, initiate_body(cart_id), **{HEADER: key})).status_code == 404


async def test_an_error_is_replayed_as_it_was(world: World) -> None:
    customer = await world.person()
    key, path = uuid4().hex, "/api/v1/payments/initiate/"
    first = await customer.post(path, initiate_body(10**12), **{HEADER: key})
    again = await customer.post(path, initiate_body(10**12), **{HEADER: key})
    assert (first.status_code, first.content) == (404, again.content)


async def test_requests_at_the_same_time_create_one_order_and_the_rest_are_told_to_wait(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 1})
    key, path = uuid4().hex, "/api/v1/marketplace/orders/create/"
    replies = await asyncio.gather(*(customer.post(path, order_body(cart_id), **{HEADER: key}) for _ in range(6)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    made = [reply.json()["id"] for reply in replies if reply.status_code == 201]
    assert len(set(made)) == 1
    assert ok(await customer.get("/api/v1/marketplace/orders/my-orders/"))["count"] == 1
    assert ok(await customer.post(path, order_body(cart_id), **{HEADER: key}), 201)["id"] == made[0]


async def test_a_partial_refund_that_is_repeated_is_one_refund(world: World, till: Till) -> None:
    paid, admin, key = await till.paid(), await world.admin(), uuid4().hex
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    first = ok(await admin.post(path, {"amount": "10.00"}, **{HEADER: key}))
    again = ok(await admin.post(path, {"amount": "10.00"}, **{HEADER: key}))
    assert first == again
    assert (await till.count(paid.transaction_id)).refunds == ["succeeded"]
    assert (await till.gateway_state(paid.pidx))["refunded_amount"] == 1000


@pytest.mark.parametrize("key", [b"", "é".encode(), b"x" * 256])
async def test_a_key_that_cannot_be_one_is_400(world: World, key: bytes) -> None:
    customer = await world.person()
    headers = [(name.encode(), value.encode()) for name, value in customer.headers.items()]
    reply = await world.http.post("/api/v1/marketplace/carts/", headers=[*headers, (HEADER.encode(), key)])
    assert reply.status_code == 400


async def test_bodies_that_are_too_long_are_refused_with_a_key_as_without(world: World) -> None:
    customer = await world.person()
    body = {"cart_id": 1, "padding": "x" * (2**20 + 10)}
    plain = await customer.post("/api/v1/payments/initiate/", body)
    keyed = await customer.post("/api/v1/payments/initiate/", body, **{HEADER: uuid4().hex})
    assert plain.status_code == keyed.status_code == 413

"""``Idempotency-Key``: whatever the network repeats is done once and answered the same."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.http.secret_answers import NOT_KEPT, SECRET_KEYS, to_keep
from dispatch.idempotency.answered_requests import Answer
from tests.support.checkout import Checkout
from tests.support.world import World, initiate_body, ok, order_body

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


async def test_a_partial_refund_that_is_repeated_is_one_refund(world: World, checkout: Checkout) -> None:
    paid, admin, key = await checkout.paid(), await world.admin(), uuid4().hex
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    first = ok(await admin.post(path, {"amount": "10.00"}, **{HEADER: key}))
    again = ok(await admin.post(path, {"amount": "10.00"}, **{HEADER: key}))
    assert first == again
    assert (await checkout.count(paid.transaction_id)).refunds == ["succeeded"]
    assert (await checkout.gateway_state(paid.pidx))["refunded_amount"] == 1000


async def test_the_same_request_written_in_another_way_is_the_same_request(world: World) -> None:
    customer, key, path = await world.person(), uuid4().hex, "/api/v1/payments/initiate/"
    headers = {**customer.headers, HEADER: key, "Content-Type": "application/json"}
    body = initiate_body(10**12, tax_amount="27.70", shipping_cost=100)
    first = await customer.http.post(path, content=json.dumps(body).encode(), headers=headers)
    turned = dict(reversed(body.items())) | {"tax_amount": 27.7, "shipping_cost": "100.00"}
    again = await customer.http.post(path, content=json.dumps(turned, indent=4).encode(), headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content) != (422, b"")
    assert again.headers["idempotency-replayed"] == "true"
    dearer = json.dumps(turned | {"tax_amount": 27.71}).encode()
    assert (await customer.http.post(path, content=dearer, headers=headers)).status_code == 422


async def test_a_large_photo_is_the_same_request_in_whatever_chunks_it_comes(world: World) -> None:
    driver, key = await world.driver(), uuid4().hex
    photo = json.dumps({"pickup_photo": base64.b64encode(os.urandom(2_000_000)).decode()}).encode()

    async def chunks(size: int) -> AsyncIterator[bytes]:
        for start in range(0, len(photo), size):
            yield photo[start : start + size]

    headers = {**driver.headers, HEADER: key, "Content-Type": "application/json"}
    path = "/api/deliveries/999999/pickup/"
    replies = [await driver.http.post(path, content=chunks(size), headers=headers) for size in (1_000, 65_536, 10**7)]
    assert {reply.content for reply in replies} == {replies[0].content}
    assert replies[0].status_code in {400, 404}
    assert [reply.headers.get("idempotency-replayed") for reply in replies] == [None, "true", "true"]


@pytest.mark.parametrize("path", ["/api/transporters/me/devices/", "/api/v1/auth/ws-ticket/"])
async def test_an_answer_with_a_secret_is_given_once_and_kept_nowhere(world: World, path: str) -> None:
    driver, key = await world.driver(), uuid4().hex
    body = {"name": "Phone"} if "devices" in path else None
    made = ok(await driver.post(path, body, **{HEADER: key}), 201 if body else 200)
    secret = made["token" if body else "ticket"]
    again = await driver.post(path, body, **{HEADER: key})
    assert (again.status_code, again.json()["code"]) == (409, "answer_not_kept")
    async with world.server.services.database.work() as work:
        kept = list(await work.session.scalars(text("SELECT body FROM answered_requests WHERE body IS NOT NULL")))
    assert kept
    assert not [one for one in kept if secret.encode() in one]


@pytest.mark.parametrize("key", sorted(SECRET_KEYS))
def test_an_answer_with_a_secret_anywhere_in_it_is_replaced_by_a_word_that_it_was_done(key: str) -> None:
    answer = Answer(200, "application/json; charset=utf-8", json.dumps({"data": [{"id": 1}, {key: "x"}]}).encode())
    assert to_keep(answer) == NOT_KEPT
    without = Answer(200, "application/json", json.dumps({"data": [{key: None}], "said": key}).encode())
    assert to_keep(without) == without


@pytest.mark.parametrize("key", [b"", "é".encode(), b"x" * 256])
async def test_a_key_that_cannot_be_one_is_named_and_nothing_is_done(world: World, key: bytes) -> None:
    customer = await world.person()
    headers = [(name.encode(), value.encode()) for name, value in customer.headers.items()]
    reply = await world.http.post("/api/v1/marketplace/carts/", headers=[*headers, (HEADER.encode(), key)])
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_idempotency_key")
    assert list(reply.json()["errors"]) == [HEADER]
    body = {"phone": "+977-9841234567", "vehicle_type": "?", "vehicle_number": "BA-1", "capacity_kg": "much"}
    reply = await (await world.person("transporter")).post("/api/transporters/", body, **{HEADER: "x" * 256})
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {HEADER, "vehicle_type", "capacity_kg"})


async def test_bodies_that_are_too_long_are_refused_with_a_key_as_without(world: World) -> None:
    customer = await world.person()
    body = {"cart_id": 1, "padding": "x" * (2**20 + 10)}
    plain = await customer.post("/api/v1/payments/initiate/", body)
    keyed = await customer.post("/api/v1/payments/initiate/", body, **{HEADER: uuid4().hex})
    assert plain.status_code == keyed.status_code == 413

"""Limits, reviews and reasons: what is unusual is held, what failed says why."""

import asyncio
from typing import Any

import pytest

from dispatch.money import to_paisa
from tests.support.checkout import Checkout
from tests.support.world import World, initiate_body, ok

INITIATE = "/api/v1/payments/initiate/"


async def test_a_user_who_opens_payments_too_fast_is_told_when_to_come_back(world: World) -> None:
    customer, other = await world.person(), await world.person()
    allowance = world.server.settings.payments_per_minute
    replies = await asyncio.gather(*(customer.post(INITIATE, initiate_body(10**12)) for _ in range(allowance)))
    while replies[-1].status_code != 429:  # some come back while a busy machine answers
        assert len(replies) < 4 * allowance, "it is never too fast"
        replies.append(await customer.post(INITIATE, initiate_body(10**12)))
    refused = [reply for reply in replies if reply.status_code == 429]
    assert [reply.status_code for reply in replies].count(404) >= allowance
    assert refused[0].json()["error_code"] == "RATE_LIMITED"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert (await other.post(INITIATE, initiate_body(10**12))).status_code == 404


async def test_a_new_account_with_a_high_amount_is_held_until_an_admin_approves(
    world: World, checkout: Checkout
) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    product_id = await world.product(seller, price="250000.00", stock=3)
    cart_id = await world.cart(customer, {product_id: 1})
    held = await customer.post(INITIATE, initiate_body(cart_id))
    assert (held.status_code, held.json()["error_code"]) == (409, "PAYMENT_HELD")
    review_id = held.json()["data"]["review_id"]
    assert "new account" in held.json()["data"]["reasons"][0]
    assert (await checkout.product(product_id)).reserved == 0
    again = await customer.post(INITIATE, initiate_body(cart_id))
    assert again.json()["data"]["review_id"] == review_id
    pending = ok(await admin.get("/api/v1/payments/reviews/", status="pending"))["results"]
    assert review_id in [review["id"] for review in pending]
    assert (await customer.post(f"/api/v1/payments/reviews/{review_id}/approve/", {})).status_code == 403
    ok(await admin.post(f"/api/v1/payments/reviews/{review_id}/approve/", {"note": "Called them"}))
    assert ok(await customer.post(INITIATE, initiate_body(cart_id)))["status"] == "success"
    assert (await admin.post(f"/api/v1/payments/reviews/{review_id}/deny/", {})).status_code == 409


async def test_an_unusual_payment_that_is_opened_many_times_at_once_is_held_once(
    world: World, checkout: Checkout
) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    product_id = await world.product(seller, price="250000.00", stock=3)
    cart_id = await world.cart(customer, {product_id: 1})
    replies = await asyncio.gather(*(customer.post(INITIATE, initiate_body(cart_id)) for _ in range(5)))
    assert {(reply.status_code, reply.json()["error_code"]) for reply in replies} == {(409, "PAYMENT_HELD")}
    asked = {reply.json()["data"]["review_id"] for reply in replies}
    pending = ok(await admin.get("/api/v1/payments/reviews/", status="pending"))["results"]
    assert [review["id"] for review in pending if review["cart_id"] == cart_id] == list(asked)
    assert (await checkout.product(product_id)).reserved == 0


async def test_two_carts_below_the_limit_are_looked_at_for_what_they_cost_together(world: World) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    product_id = await world.product(seller, price="100000.00", stock=9)
    ok(await customer.post(INITIATE, initiate_body(await world.cart(customer, {product_id: 1}))))
    second = await world.cart(customer, {product_id: 1})
    held = await customer.post(INITIATE, initiate_body(second))
    assert (held.status_code, held.json()["error_code"]) == (409, "PAYMENT_HELD")
    assert "NPR 226,200.00" in held.json()["data"]["reasons"][0]
    ok(await admin.post(f"/api/v1/payments/reviews/{held.json()['data']['review_id']}/approve/", {}))
    ok(await customer.post(INITIATE, initiate_body(second)))
    small = await world.product(seller, price="100.00")
    ok(await customer.post(INITIATE, initiate_body(await world.cart(customer, {small: 1}))))


async def test_two_carts_that_are_paid_at_the_same_moment_are_seen_together(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, price="100000.00", stock=9)
    carts = [await world.cart(customer, {product_id: 1}) for _ in range(2)]
    replies = await asyncio.gather(*(customer.post(INITIATE, initiate_body(cart)) for cart in carts))
    assert sorted(reply.status_code for reply in replies) == [200, 409]


async def test_an_approval_is_for_the_lines_that_were_looked_at(world: World) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    looked_at = await world.product(seller, price="250000.00", stock=3)
    other = await world.product(seller, price="249000.00", stock=3)
    cart_id = await world.cart(customer, {looked_at: 1})
    review_id = (await customer.post(INITIATE, initiate_body(cart_id))).json()["data"]["review_id"]
    ok(await admin.post(f"/api/v1/payments/reviews/{review_id}/approve/", {}))
    path = f"/api/v1/marketplace/carts/{cart_id}/items/"
    item_id = ok(await customer.get(path.removesuffix("items/")))["items"][0]["id"]
    assert (await customer.delete(f"{path}{item_id}/")).status_code == 204
    ok(await customer.post(path, {"product_id": other, "quantity": 1}), 201)
    held = await customer.post(INITIATE, initiate_body(cart_id))
    assert (held.status_code, held.json()["error_code"]) == (409, "PAYMENT_HELD")
    assert held.json()["data"]["review_id"] != review_id


async def test_a_question_about_lines_that_changed_is_withdrawn(world: World) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    product_id = await world.product(seller, price="250000.00", stock=3)
    cart_id = await world.cart(customer, {product_id: 1})
    first = (await customer.post(INITIATE, initiate_body(cart_id))).json()["data"]["review_id"]
    ok(await customer.post(f"/api/v1/marketplace/carts/{cart_id}/items/", {"product_id": product_id}), 201)
    second = (await customer.post(INITIATE, initiate_body(cart_id))).json()["data"]["review_id"]
    assert (await admin.post(f"/api/v1/payments/reviews/{first}/approve/", {})).status_code == 404
    pending = ok(await admin.get("/api/v1/payments/reviews/", status="pending"))["results"]
    shown = next(review for review in pending if review["id"] == second)
    assert shown["lines"] == [{"product_id": product_id, "quantity": 2}]


async def test_a_denied_payment_stays_denied(world: World) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    cart_id = await world.cart(customer, {await world.product(seller, price="250000.00", stock=3): 1})
    review_id = (await customer.post(INITIATE, initiate_body(cart_id))).json()["data"]["review_id"]
    ok(await admin.post(f"/api/v1/payments/reviews/{review_id}/deny/", {}))
    denied = await customer.post(INITIATE, initiate_body(cart_id))
    assert (denied.status_code, denied.json()["error_code"]) == (403, "PAYMENT_DENIED")


@pytest.mark.parametrize("gateway", ["SCT", "KHALTI", "CONNECT_IPS"])
async def test_many_failed_payments_hold_the_next_one_whichever_way_they_went(
    world: World, checkout: Checkout, gateway: str
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller, stock=3): 1})
    for _ in range(world.server.settings.review_failed_payments):
        opened = await world.initiate(customer, cart_id, gateway=gateway)
        await world.at_gateway(opened["data"]["pidx"], "failed", reason="The card was declined.")
        assert (await checkout.callback(opened["data"]["pidx"])).status_code == 400
    held = await customer.post(INITIATE, initiate_body(cart_id))
    assert (held.status_code, held.json()["error_code"]) == (409, "PAYMENT_HELD")
    assert "failed payments" in held.json()["data"]["reasons"][0]


async def test_an_amount_far_from_what_the_user_usually_pays_is_held(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    small = await world.product(seller, price="100.00", stock=50)
    for _ in range(5):
        opened = await world.initiate(customer, await world.cart(customer, {small: 1}))
        await world.at_gateway(opened["data"]["pidx"], "completed")
        ok(await checkout.callback(opened["data"]["pidx"]))
    large = await world.product(seller, price="60000.00", stock=5)
    held = await customer.post(INITIATE, initiate_body(await world.cart(customer, {large: 1})))
    assert held.status_code == 409
    assert "usual" in held.json()["data"]["reasons"][0]


@pytest.mark.parametrize(
    ("more", "reason", "code", "data"),
    [
        (
            {},
            "Insufficient wallet balance, available 1500.00",
            "INSUFFICIENT_BALANCE",
            {"required_amount": 2925.00, "available_balance": 1500.00},
        ),
        (
            {"gateway": "MOBILE_BANKING", "bank": "global_ime_bank"},
            "Bank service temporarily unavailable",
            "BANK_SERVICE_DOWN",
            {"bank": "global_ime_bank", "retry_after": 300},
        ),
        (
            {"gateway": "SCT"},
            "Invalid card details",
            "CARD_DECLINED",
            {"decline_reason": "Invalid card details", "can_retry": True},
        ),
    ],
)
async def test_a_failed_payment_says_why_in_a_code_that_a_shop_can_act_on(
    checkout: Checkout, more: dict[str, Any], reason: str, code: str, data: dict[str, object]
) -> None:
    opened = await checkout.opened(**more)
    await checkout.world.at_gateway(opened.pidx, "failed", reason=reason)
    reply = await checkout.callback(opened.pidx)
    body = reply.json()
    assert (reply.status_code, body["status"], body["error_code"]) == (400, "failed", code)
    assert body["data"].items() >= data.items()
    assert body["data"]["khalti_status"] == "Expired"
    status = ok(await opened.customer.get(f"/api/v1/payments/status/{opened.transaction_id}/"))["data"]
    assert (status["failure"]["status"], status["failure"]["error_code"]) == ("failed", code)
    assert status["failure"]["data"] == data
    assert (await checkout.product(opened.product_id)).reserved == 0


async def test_a_payment_that_ran_out_of_time_says_how_long_it_had(checkout: Checkout) -> None:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "expired")
    body = (await checkout.callback(opened.pidx)).json()
    assert (body["error_code"], body["data"]["reason"]) == ("PAYMENT_TIMEOUT", "Payment timeout")
    assert body["data"]["session_duration"] > 60
    assert body["data"]["expired_at"].endswith("Z")
    assert to_paisa((await checkout.payment(opened.transaction_id)).total_amount) == 292500

"""Callback, status, webhook, verify and the browser's return tell one story of a payment that brought no goods."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.checkout import Checkout, Opened
from tests.support.webhooks import WEBHOOK_PATH, signed, webhook_body
from tests.support.world import World, initiate_body, ok

PAYMENTS = "/api/v1/payments"


async def payment_status_of_order(opened: Opened) -> str:
    return str(ok(await opened.customer.get(f"/api/v1/marketplace/orders/{opened.order_id}/"))["payment_status"])


async def _failed_orders(opened: Opened) -> list[int]:
    found = ok(await opened.customer.get("/api/v1/marketplace/orders/my-orders/", payment_status="failed"))
    return [order["id"] for order in found["results"]]


async def every_side(world: World, checkout: Checkout, opened: Opened) -> dict[str, tuple[Any, Any, Any]]:
    """(status, code, reason) as each side tells it; None where a side does not say."""
    callback = (await checkout.callback(opened.pidx)).json()
    state = ok(await opened.customer.get(f"{PAYMENTS}/status/{opened.transaction_id}/"))["data"]
    body = {"transaction_id": opened.transaction_id, "force_verify": True}
    verified = ok(await opened.customer.post(f"{PAYMENTS}/verify/", body))["data"]
    sent = webhook_body(opened.pidx)
    webhook = ok(await world.http.post(WEBHOOK_PATH, content=sent, headers=signed(sent)))["data"]
    back = await world.http.get(f"{PAYMENTS}/callback/", params={"pidx": opened.pidx})
    returned = dict(parse_qsl(urlsplit(back.headers["location"]).query))

    def code(told: dict[str, Any]) -> str | None:
        return told["failure"]["error_code"] if told["failure"] else None

    return {
        "callback": (None, callback["error_code"], callback["data"]["reason"]),
        "status": (state["payment_status"], code(state), state["failure_reason"]),
        "verify": (verified["payment_status"], code(verified), None),
        "webhook": (webhook["payment_status"], code(webhook), None),
        "return": (returned["status"], None, None),
    }


@pytest.mark.parametrize(
    ("more", "outcome", "reason", "told"),
    [
        ({}, "expired", None, ("expired", "PAYMENT_TIMEOUT", "Payment timeout")),
        ({}, "canceled", None, ("canceled", "PAYMENT_CANCELED", "Canceled by the buyer")),
        ({}, "failed", "Wrong MPIN", ("failed", "PAYMENT_FAILED", "Wrong MPIN")),
        ({}, "failed", "Not enough balance", ("failed", "INSUFFICIENT_BALANCE", "Not enough balance")),
        ({"gateway": "SCT"}, "failed", "The card was declined.", ("failed", "CARD_DECLINED", "The card was declined.")),
        ({}, "refunded", None, ("refunded", "PAYMENT_REFUNDED", "Refunded at the gateway")),
    ],
)
async def test_every_side_says_the_same_status_code_and_reason(
    world: World, checkout: Checkout, more: dict[str, Any], outcome: str, reason: str | None, told: tuple[str, str, str]
) -> None:
    opened = await checkout.opened(**more)
    await world.at_gateway(opened.pidx, outcome, **({"reason": reason} if reason else {}))
    sides = await every_side(world, checkout, opened)
    for side, (status, code, why) in sides.items():
        found = (status or told[0], code or told[1], why or told[2])
        assert found == told, side
    assert (await checkout.product(opened.product_id)).reserved == 0


async def test_a_callback_before_the_buyer_paid_says_pending_and_the_buyer_can_pay(
    world: World, checkout: Checkout
) -> None:
    opened = await checkout.opened()
    early = await checkout.callback(opened.pidx)
    body = early.json()
    assert (early.status_code, body["error_code"], body["data"]["pending"]) == (400, "PAYMENT_PENDING", True)
    assert body["data"]["reason"] == "The payment is not finished yet"
    assert await payment_status_of_order(opened) == "pending"
    await world.at_gateway(opened.pidx, "completed")
    assert ok(await checkout.callback(opened.pidx))["status"] == "success"
    assert await payment_status_of_order(opened) == "paid"


async def test_a_session_that_the_gateway_ended_early_is_not_said_to_end_in_the_future(checkout: Checkout) -> None:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "expired")
    told = (await checkout.callback(opened.pidx)).json()["data"]
    assert datetime.fromisoformat(told["expired_at"]) <= datetime.now(UTC)
    assert (await checkout.callback(opened.pidx)).json()["data"]["expired_at"] == told["expired_at"]


@pytest.mark.parametrize("outcome", ["canceled", "expired", "failed"])
async def test_an_order_whose_payment_failed_says_so_until_it_is_paid_again(checkout: Checkout, outcome: str) -> None:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, outcome)
    await checkout.callback(opened.pidx)
    assert (await payment_status_of_order(opened), await _failed_orders(opened)) == ("failed", [opened.order_id])
    again = ok(await opened.customer.post(f"{PAYMENTS}/initiate/", initiate_body(opened.cart_id)))
    assert (await payment_status_of_order(opened), await _failed_orders(opened)) == ("pending", [])
    await checkout.world.at_gateway(again["data"]["pidx"], "completed")
    ok(await checkout.callback(again["data"]["pidx"]))
    assert await payment_status_of_order(opened) == "paid"


async def test_of_two_attempts_the_order_s_payment_fails_with_the_last(world: World, checkout: Checkout) -> None:
    first = await checkout.opened()
    second = await world.initiate(first.customer, first.cart_id)
    await world.at_gateway(second["data"]["pidx"], "canceled")
    await checkout.callback(second["data"]["pidx"])
    assert await payment_status_of_order(first) == "pending"
    await world.at_gateway(first.pidx, "expired")
    await checkout.callback(first.pidx)
    assert await payment_status_of_order(first) == "failed"


async def test_an_attempt_that_the_gateway_did_not_open_fails_the_order_s_payment(
    world: World, checkout: Checkout
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 1})
    order = await world.order(customer, cart_id)
    await checkout.fault("status", "initiate")
    assert (await customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart_id))).status_code == 500
    await checkout.clear_faults()
    shown = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
    assert (shown["payment_status"], shown["can_cancel"]) == ("failed", True)

"""Refunds: recorded, capped, carried out once, and told."""

import asyncio
from datetime import timedelta

import pytest

from dispatch.payments.refunds.models import RefundStatus
from dispatch.payments.refunds.requests import RefundRequest, Refunds
from dispatch.payments.refunds.sender import HEAD_START, RefundSender
from dispatch.payments.rows import lock_payment
from tests.payments.refunding import refund_of
from tests.support.checkout import Checkout, StoppedClock
from tests.support.world import World, delivery_body, ok


async def test_cancelling_a_paid_order_refunds_it_and_puts_the_goods_back(checkout: Checkout) -> None:
    paid = await checkout.paid(quantity=3, stock=10)
    path = f"/api/v1/marketplace/orders/{paid.order_id}"
    before = ok(await paid.customer.get(f"{path}/"))
    assert (before["can_cancel"], before["can_refund"], before["is_paid"]) == (True, True, True)

    cancelled = ok(await paid.customer.post(f"{path}/cancel/"))
    assert (cancelled["order_status"], cancelled["payment_status"]) == ("cancelled", "refunded")
    assert (cancelled["can_cancel"], cancelled["can_refund"], cancelled["is_paid"]) == (False, False, False)

    state = await checkout.gateway_state(paid.pidx)
    assert (state["status"], state["refunded_amount"]) == ("Refunded", state["amount"])
    count = await checkout.count(paid.transaction_id)
    assert (count.status, count.gateway_paisa, count.ledger_sum, count.refunds) == ("refunded", 0, 0, ["succeeded"])
    product = await checkout.product(paid.product_id)
    assert (product.stock, product.reserved, product.sold) == (10, 0, 0)
    sales = ok(await paid.seller.get("/api/marketplace/sales/"))["results"]
    assert [(sale["status"], sale["payment_status"]) for sale in sales] == [("cancelled", "refunded")]


async def test_cancelling_twice_refunds_once(checkout: Checkout) -> None:
    paid = await checkout.paid()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"
    replies = await asyncio.gather(*(paid.customer.post(path) for _ in range(6)))
    assert {reply.status_code for reply in replies} == {200}
    count = await checkout.count(paid.transaction_id)
    assert (count.refunds, count.gateway_paisa, count.ledger_sum) == (["succeeded"], 0, 0)
    assert (await checkout.product(paid.product_id)).stock == 10


async def test_rounds_leave_a_refund_to_the_request_that_is_about_to_send_it(checkout: Checkout) -> None:
    # An hour ahead, so that the server's own rounds are nowhere near.
    paid, clock = await checkout.paid(), StoppedClock(timedelta(hours=1))
    sender = RefundSender(checkout.services.database, checkout.services.payments.gateway, clock)
    payment = await checkout.payment(paid.transaction_id)
    async with checkout.services.database.work() as work:
        locked = await lock_payment(await work.driver(), payment.id)
        refund = await Refunds(work, clock).request(locked, RefundRequest(100, "A part of it", None))
        sender.keep_for_request(refund)
        refund_id = refund.id
    assert refund_id not in await sender.take()
    # Where its request was cut off, rounds send it then.
    assert (await refund_of(checkout, paid)).next_attempt_at == clock.now() + HEAD_START
    await sender.try_one(refund_id)
    assert (await refund_of(checkout, paid)).status is RefundStatus.SUCCEEDED


async def test_a_customer_refunds_an_order_in_full_and_sees_why_a_part_is_for_admins(checkout: Checkout) -> None:
    paid = await checkout.paid()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    assert (await paid.customer.post(path, {"amount": "10.00"})).status_code == 403
    refund = ok(await paid.customer.post(path, {"reason": "Changed my mind"}))
    assert (refund["status"], refund["amount"]) == ("succeeded", 2925.00)
    assert refund["order"]["order_status"] == "cancelled"
    assert (await paid.customer.post(path, {})).status_code == 409


async def test_partial_refunds_are_capped_at_what_is_left(world: World, checkout: Checkout) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    assert ok(await admin.post(path, {"amount": "1000.01"}))["status"] == "succeeded"
    too_much = await admin.post(path, {"amount": "1925.00"})
    assert too_much.status_code == 400
    assert too_much.json()["code"] == "refund_too_large"
    count = await checkout.count(paid.transaction_id)
    assert (count.status, count.gateway_paisa, count.ledger_sum) == ("completed", 192499, 0)
    assert ok(await admin.post(path, {"amount": "1924.99"}))["payment_status"] == "refunded"
    state = await checkout.gateway_state(paid.pidx)
    assert (state["status"], state["refunded_amount"]) == ("Refunded", 292500)
    count = await checkout.count(paid.transaction_id)
    assert (count.status, count.gateway_paisa, count.ledger_sum) == ("refunded", 0, 0)


async def test_whoever_has_all_the_money_back_gets_no_goods_too_however_the_sum_was_named(
    world: World, checkout: Checkout
) -> None:
    admin = await world.admin()
    for parts in (["2925.00"], ["1000.00", "1925.00"]):
        paid = await checkout.paid(stock=10)
        order, payment = f"/api/v1/marketplace/orders/{paid.order_id}", f"/api/v1/payments/{paid.transaction_id}"
        for part in parts[:-1]:
            ok(await admin.post(f"{payment}/refund/", {"amount": part}))
        refused = await admin.post(f"{payment}/refund/", {"amount": parts[-1]})
        assert (refused.status_code, refused.json()["error_code"]) == (409, "REFUND_THE_ORDER")
        assert ok(await admin.post(f"{order}/refund/", {"amount": parts[-1]}))["payment_status"] == "refunded"
        shown = ok(await paid.customer.get(f"{order}/"))
        assert (shown["order_status"], shown["payment_status"]) == ("cancelled", "refunded")
        assert (await checkout.product(paid.product_id)).stock == 10
        sale = ok(await paid.seller.get("/api/marketplace/sales/"))["results"][0]
        assert sale["status"] == "cancelled"
        made = await paid.seller.post("/api/deliveries/create/", delivery_body(sale["id"]))
        assert made.status_code == 409


async def test_a_part_that_was_repeated_is_the_same_refund_also_where_as_much_is_left(
    world: World, checkout: Checkout
) -> None:
    admin, paid = await world.admin(), await checkout.paid()
    path, key = f"/api/v1/payments/{paid.transaction_id}/refund/", {"Idempotency-Key": "half"}
    first = ok(await admin.post(path, {"amount": "1462.50"}, **key))
    await checkout.forget_answers()
    assert ok(await admin.post(path, {"amount": "1462.50"}, **key))["refund_id"] == first["refund_id"]
    assert (await checkout.count(paid.transaction_id)).gateway_paisa == 146250


async def test_refunds_that_race_never_give_back_more_than_was_paid(world: World, checkout: Checkout) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    replies = await asyncio.gather(*(admin.post(path, {"amount": "900.00"}) for _ in range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [400] * 5
    refunds = await checkout.refunds_settled(paid.transaction_id)
    assert [refund.status.value for refund in refunds] == ["succeeded"] * 3
    state = await checkout.gateway_state(paid.pidx)
    assert state["refunded_amount"] == 270000


@pytest.mark.parametrize("kind", ["drop", "status", "truncate", "garbage"])
async def test_a_refund_whose_answer_was_lost_is_looked_up_and_not_sent_again(checkout: Checkout, kind: str) -> None:
    paid = await checkout.paid()
    await checkout.fault(kind, "refund", when="after")
    cancelled = ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))
    assert cancelled["payment_status"] == "refunded"
    count = await checkout.count(paid.transaction_id)
    assert (count.refunds, count.gateway_paisa, count.ledger_sum) == (["succeeded"], 0, 0)


async def test_a_second_partial_refund_whose_answer_was_lost_waits_for_a_person(
    world: World, checkout: Checkout
) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    ok(await admin.post(path, {"amount": "100.00"}))
    await checkout.fault_of_the_next_refund("drop", when="after")
    ok(await admin.post(path, {"amount": "200.00"}))
    refunds = await checkout.refunds_settled(paid.transaction_id)
    assert [refund.status.value for refund in refunds] == ["succeeded", "unclear"]
    unclear = ok(await admin.get("/api/v1/payments/refunds/", status="unclear"))["results"][0]
    assert unclear["refund_id"] == str(refunds[1].refund_id)
    for word in (0, 1, "true"):
        unsaid = await admin.post(f"/api/v1/payments/refunds/{unclear['refund_id']}/resolve/", {"happened": word})
        assert unsaid.status_code == 400, "money is not given up or sent again by a slip"
    resolved = ok(await admin.post(f"/api/v1/payments/refunds/{unclear['refund_id']}/resolve/", {"happened": True}))
    assert resolved["status"] == "succeeded"
    state, count = await checkout.gateway_state(paid.pidx), await checkout.count(paid.transaction_id)
    assert state["amount"] - state["refunded_amount"] == count.gateway_paisa == 262500
    assert count.ledger_sum == 0


async def test_money_that_was_asked_for_anew_after_the_gateway_refused_it_is_told_to_go_back_once(
    world: World, checkout: Checkout
) -> None:
    admin = await world.admin()
    paid = await checkout.paid(gateway="EBANKING", bank="himali_bank", customer_phone="+977-14412345")
    path = f"/api/v1/marketplace/orders/{paid.order_id}/"

    async def told() -> tuple[str, str]:
        [row] = ok(await paid.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
        shown = ok(await paid.customer.get(path))
        assert (row["refunded"], row["refunding"]) == (shown["refunded"], shown["refunding"])
        return row["refunded"], row["refunding"]

    refused = ok(await admin.post(f"{path}refund/", {"amount": "2000.00"}))
    assert (refused["status"], await told()) == ("failed", ("0.00", "2000.00"))
    ok(await admin.post(f"{path}refund/", {"amount": "2000.00", "mobile": "9841234567"}))
    assert await told() == ("2000.00", "0.00")


async def test_a_refund_that_the_gateway_refuses_is_seen_and_can_be_sent_to_another_wallet(
    world: World, checkout: Checkout
) -> None:
    admin = await world.admin()
    paid = await checkout.paid(gateway="EBANKING", bank="himali_bank", customer_phone="+977-14412345")
    cancelled = ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))
    assert (cancelled["order_status"], cancelled["payment_status"]) == ("cancelled", "paid")
    assert (cancelled["refunded"], cancelled["refunding"]) == ("0.00", cancelled["total_to_pay"])
    failed = ok(await admin.get("/api/v1/payments/refunds/", status="failed"))["results"][0]
    assert failed["payment_transaction_id"] == paid.transaction_id
    assert "mobile" in failed["last_error"]
    again = await admin.post(f"/api/v1/payments/refunds/{failed['refund_id']}/retry/", {"mobile": "9841234567"})
    assert ok(again)["status"] == "succeeded"
    assert (await checkout.gateway_state(paid.pidx))["status"] == "Refunded"
    count = await checkout.count(paid.transaction_id)
    assert (count.status, count.gateway_paisa, count.ledger_sum) == ("refunded", 0, 0)


async def test_money_that_comes_after_the_order_was_cancelled_goes_back_by_itself(checkout: Checkout) -> None:
    opened = await checkout.opened(quantity=2, stock=5)
    ok(await opened.customer.post(f"/api/v1/marketplace/orders/{opened.order_id}/cancel/"))
    await checkout.world.at_gateway(opened.pidx, "completed")
    assert (await checkout.callback(opened.pidx)).status_code == 400
    refunds = await checkout.refunds_settled(opened.transaction_id)
    assert [(refund.status.value, refund.is_late) for refund in refunds] == [("succeeded", True)]
    assert (await checkout.gateway_state(opened.pidx))["status"] == "Refunded"
    count = await checkout.count(opened.transaction_id)
    assert (count.status, count.sales, count.invoices, count.gateway_paisa, count.ledger_sum) == (
        "refunded",
        0,
        0,
        0,
        0,
    )
    product = await checkout.product(opened.product_id)
    assert (product.stock, product.reserved, product.sold) == (5, 0, 0)


async def test_an_order_that_was_picked_up_can_no_longer_be_cancelled_or_refunded(
    world: World, checkout: Checkout
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    driver = await world.driver()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    path = f"/api/v1/marketplace/orders/{bought.order_id}"
    shown = ok(await bought.customer.get(f"{path}/"))
    assert (shown["can_cancel"], shown["can_refund"]) == (False, False)
    for action in ("cancel", "refund"):
        assert (await bought.customer.post(f"{path}/{action}/", {})).status_code == 409
    assert (await checkout.count(bought.transaction_id)).refunds == []


@pytest.mark.parametrize("who", ["customer", "admin"])
async def test_an_order_that_is_called_off_before_the_pickup_is_taken_from_its_transporter_who_is_told(
    world: World, checkout: Checkout, who: str
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    path = f"/api/v1/marketplace/orders/{bought.order_id}"
    assert ok(await bought.customer.get(f"{path}/"))["can_cancel"] is True
    async with world.phone(driver) as phone:
        caller = bought.customer if who == "customer" else await world.admin()
        called_off = ok(await caller.post(f"{path}/cancel/"))
        told = await phone.receive()
    assert (called_off["order_status"], called_off["payment_status"]) == ("cancelled", "refunded")
    assert (told["type"], told["delivery_id"], told["reason"]) == ("withdrawal", delivery["id"], "cancelled")
    assert len((await checkout.count(bought.transaction_id)).refunds) == 1
    late = await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", {})
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")
    assert ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))["status"] == "cancelled"


async def test_cancelling_an_order_cancels_its_waiting_delivery_and_forbids_a_new_one(world: World) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert tracked["status"] == "cancelled"
    driver = await world.driver()
    assert (await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {})).status_code == 409


async def test_nobody_but_its_owner_and_admins_refunds_an_order(world: World, checkout: Checkout) -> None:
    paid, stranger = await checkout.paid(), await world.person("customer")
    for action in ("cancel", "refund"):
        path = f"/api/v1/marketplace/orders/{paid.order_id}/{action}/"
        assert (await stranger.post(path, {})).status_code == 404
        assert (await paid.seller.post(path, {})).status_code == 403
        assert (await world.http.post(path, json={})).status_code == 401
    assert (await paid.customer.get("/api/v1/payments/refunds/")).status_code == 403


async def test_an_order_a_list_of_them_and_a_refund_say_what_went_back_and_of_whom(
    world: World, checkout: Checkout
) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/"
    before = ok(await paid.customer.get(path))
    assert (before["refunded"], before["refunding"]) == ("0.00", "0.00")
    ok(await admin.post(f"{path}refund/", {"amount": "1000.01"}))
    [row] = ok(await paid.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    for told in (row, ok(await paid.customer.get(path))):
        assert (told["payment_status"], told["refunded"], told["refunding"]) == ("paid", "1000.01", "0.00")
    [refund] = ok(await admin.get("/api/v1/payments/refunds/", order=paid.order_id))["results"]
    assert (refund["order"], refund["order_number"]) == (paid.order_id, before["order_number"])
    assert (refund["customer"], refund["customer_email"]) == (paid.customer.user_id, paid.customer.email)

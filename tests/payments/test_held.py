"""What the gateway gave back in part before anything was sold: nothing is provided, and a person decides."""

from datetime import timedelta

import pytest

from api.routes.payments import held_payments
from api.routes.payments.refunds import carry_out_now
from dispatch.database.work import Work
from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.sender import RefundSender
from tests.support.checkout import Checkout, Opened, ShiftedClock
from tests.support.world import World, ok

HELD = "/api/v1/payments/held/"


async def partly_refunded(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "partially_refunded", refund_amount=92500)
    return opened


async def test_a_payment_that_was_partly_given_back_is_held_provides_nothing_and_is_listed(
    world: World, checkout: Checkout
) -> None:
    opened, admin = await partly_refunded(checkout), await world.admin()
    refused = await checkout.callback(opened.pidx)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "PAYMENT_UNDER_REVIEW")
    state = ok(await opened.customer.get(f"/api/v1/payments/status/{opened.transaction_id}/"))["data"]
    assert (state["payment_status"], state["is_successful"]) == ("held", False)
    count = await checkout.count(opened.transaction_id)
    assert (count.sales, count.invoices, count.gateway_paisa) == (0, 0, 0)
    assert (await checkout.product(opened.product_id)).reserved == 0
    listed = {row["transaction_id"]: row for row in ok(await admin.get(HELD, page_size=100))["results"]}
    row = listed[opened.transaction_id]
    assert (row["payment_status"], row["khalti_status"], row["khalti_amount"]) == ("held", "Partially Refunded", 2925)
    assert (await opened.customer.get(HELD)).status_code == 403


async def test_an_admin_enters_what_was_given_back_and_the_rest_goes_back_too(world: World, checkout: Checkout) -> None:
    opened, admin = await partly_refunded(checkout), await world.admin()
    await checkout.callback(opened.pidx)
    path = f"{HELD}{opened.transaction_id}/refund/"
    for wrong in ("0", "2925.01", "-1"):
        assert (await admin.post(path, {"already_refunded": wrong})).status_code == 400
    done = ok(await admin.post(path, {"already_refunded": "925.00"}))
    assert (done["payment_status"], done["refund"]["status"], done["refund"]["amount"]) == (
        "refunded",
        "succeeded",
        2000.00,
    )
    assert (await checkout.gateway_state(opened.pidx))["refunded_amount"] == 292500
    count = await checkout.count(opened.transaction_id)
    assert (count.sales, count.gateway_paisa, count.ledger_sum) == (0, 0, 0)
    assert sorted(count.refunds) == ["succeeded", "succeeded"]
    assert (await admin.post(path, {"already_refunded": "925.00"})).status_code == 409
    about = {"subject_kind": "payment", "subject_id": opened.transaction_id}
    [event] = ok(await admin.get("/api/v1/audit/", **about))["results"]
    assert (event["action"], event["actor_id"]) == ("payment.given_back", admin.user_id)
    assert event["detail"] == {"amount": "925.00", "refund_id": done["refund"]["refund_id"]}


async def test_an_admin_who_has_a_held_payment_looked_up_stands_in_the_audit_log(
    world: World, checkout: Checkout
) -> None:
    opened, admin = await partly_refunded(checkout), await world.admin()
    await checkout.callback(opened.pidx)
    assert ok(await admin.post(f"{HELD}{opened.transaction_id}/retry/"))["payment_status"] == "held"
    [event] = ok(await admin.get("/api/v1/audit/", subject_kind="payment", subject_id=opened.transaction_id))["results"]
    assert (event["action"], event["actor_id"]) == ("payment.retried", admin.user_id)


async def test_no_round_sees_the_rest_before_it_is_kept_for_its_request(
    world: World, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, admin = await partly_refunded(checkout), await world.admin()
    await checkout.callback(opened.pidx)
    seen: list[Refund | None] = []

    async def after_a_round(work: Work, refunds: RefundSender, refund: Refund | None) -> None:
        async with checkout.services.database.work() as other:
            assert refund is not None
            seen.append(await other.session.get(Refund, refund.id))
        await carry_out_now(work, refunds, refund)

    monkeypatch.setattr(held_payments, "carry_out_now", after_a_round)
    done = ok(await admin.post(f"{HELD}{opened.transaction_id}/refund/", {"already_refunded": "925.00"}))
    assert (seen, done["refund"]["status"]) == ([None], "succeeded")


async def test_a_held_payment_of_which_the_gateway_gives_the_rest_back_is_refunded_by_itself(
    checkout: Checkout,
) -> None:
    opened = await partly_refunded(checkout)
    await checkout.callback(opened.pidx)
    await checkout.world.at_gateway(opened.pidx, "refunded")
    await checkout.sweep(ShiftedClock(timedelta(hours=2)))
    assert (await checkout.payment(opened.transaction_id)).status.value == "refunded"


async def test_after_a_refund_the_inquiry_says_refunded(world: World, checkout: Checkout) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    path = f"/api/v1/payments/status/{paid.transaction_id}/"
    assert ok(await paid.customer.get(path))["data"]["inquiry_data"]["refunded"] is False
    ok(await admin.post(f"/api/v1/marketplace/orders/{paid.order_id}/refund/", {"amount": "10.00"}))
    body = {"transaction_id": paid.transaction_id, "force_verify": True}
    ok(await paid.customer.post("/api/v1/payments/verify/", body))
    partly = ok(await paid.customer.get(path))["data"]
    assert (partly["inquiry_data"]["refunded"], partly["refunded_amount"]) == (True, 10.00)
    ok(await admin.post(f"/api/v1/marketplace/orders/{paid.order_id}/refund/", {}))
    wholly = ok(await paid.customer.get(path))["data"]
    assert (wholly["payment_status"], wholly["inquiry_data"]["refunded"]) == ("refunded", True)
    assert wholly["refunded_amount"] == wholly["total_amount"]

"""What cannot go back at once for a part of a sale: what order, sale and books say, and that it goes back once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.sender import RefundSender
from tests.support.checkout import Checkout, Opened, ShiftedClock
from tests.support.waiting import until
from tests.support.world import Bought, World, ok

WALLET = {"mobile": "9841234567"}
FROM_A_BANK = {"gateway": "EBANKING", "bank": "himali_bank", "customer_phone": "+977-14412345"}
# Three at NPR 1,250 with 13 % VAT and NPR 100 of shipping; one of them did not arrive.
PAID, BACK = 433_750, 141_250


async def _handed_over_in_part(world: World, paid: Opened) -> tuple[Bought, dict[str, Any]]:
    """Two of three: the third was missing."""
    [sale] = ok(await paid.seller.get("/api/marketplace/sales/"))["results"]
    assert paid.order_id is not None
    bought = Bought(
        paid.customer,
        paid.seller,
        paid.product_id,
        paid.cart_id,
        paid.order_id,
        paid.transaction_id,
        paid.pidx,
        sale["id"],
    )
    delivery, driver = await world.delivery(bought), await world.driver()
    path = f"/api/deliveries/{delivery['id']}"
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{path}/{step}/", {}))
    part = {"quantity_accepted": 2, "partial_reason": "missing"}
    return bought, ok(await driver.post(f"{path}/deliver/", part))["part"]


async def _says(checkout: Checkout, bought: Bought, *, given: int, status: list[str]) -> None:
    """What everybody is told while so many paisa went back; the refunds of the payment stand as ``status``."""
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["status"], sale["quantity_delivered"], sale["payment_status"]) == ("delivered", 2, "paid")
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert (order["order_status"], order["payment_status"], order["is_paid"]) == ("delivered", "paid", True)
    shown = ok(await bought.customer.get(f"/api/v1/payments/status/{bought.transaction_id}/"))["data"]
    assert (shown["payment_status"], round(shown["refunded_amount"] * 100)) == ("completed", given)
    count = await checkout.count(bought.transaction_id)
    assert (count.status, sorted(count.refunds)) == ("completed", sorted(status))
    assert (count.gateway_paisa, count.ledger_sum) == (PAID - given, 0)
    assert (await checkout.gateway_state(bought.pidx))["refunded_amount"] == given
    told = [one["message"] for one in order["tracking_events"] if one["message"].startswith("Refunded")]
    assert len(told) == status.count("succeeded"), "the buyer is told of what went back, and of nothing else"


async def _figures(bought: Bought, refunded: float) -> None:
    """The seller's report, which follows the books."""

    async def follows() -> bool:
        totals = ok(await bought.seller.get("/api/marketplace/sales/report/"))["totals"]
        return (totals["units_sold"], totals["refunded"]) == (2, refunded)

    await until(follows, "the seller's figures follow")


async def test_a_part_that_the_gateway_refuses_is_still_owed_is_listed_and_goes_back_once_however_often_it_is_retried(
    world: World, checkout: Checkout
) -> None:
    admin, paid = await world.admin(), await checkout.paid(quantity=3, **FROM_A_BANK)
    bought, part = await _handed_over_in_part(world, paid)
    assert round(part["refunded"] * 100) == BACK

    async def refused() -> bool:
        return (await checkout.count(paid.transaction_id)).refunds == ["failed"]

    await until(refused, "the gateway refuses it")
    await _says(checkout, bought, given=0, status=["failed"])
    rows = ok(await admin.get("/api/v1/payments/refunds/", status="failed", page_size=100))["results"]
    [row] = [one for one in rows if one["payment_transaction_id"] == paid.transaction_id]
    assert (row["sale_id"], round(row["amount"] * 100), row["credit_note_number"]) == (bought.sale_id, BACK, None)
    assert "mobile" in row["last_error"]
    path = f"/api/v1/payments/refunds/{row['refund_id']}/retry/"
    replies = await asyncio.gather(*(admin.post(path, WALLET) for _ in range(5)))
    assert {reply.status_code for reply in replies} <= {200, 409}
    await checkout.refunds_settled(paid.transaction_id)
    await _says(checkout, bought, given=BACK, status=["succeeded"])
    await _figures(bought, 1250.0)
    over = await admin.post(path, WALLET)
    assert (over.status_code, over.json()["error_code"]) == (409, "REFUND_NOT_FAILED")


@pytest.mark.parametrize(("kind", "when"), [("status", "before"), ("drop", "before"), ("drop", "after")])
async def test_a_part_whose_refund_the_gateway_does_not_answer_waits_and_goes_back_once_from_several_processes(
    world: World, checkout: Checkout, kind: str, when: str
) -> None:
    paid = await checkout.paid(quantity=3)
    await checkout.fault("status", "lookup", times=None)  # others are looked up too, and use up any number
    bought, _ = await _handed_over_in_part(world, paid)

    async def was_tried() -> bool:
        payment = await checkout.payment(paid.transaction_id)
        async with checkout.services.database.work() as work:
            refund = (await work.session.execute(select(Refund).where(Refund.payment_id == payment.id))).scalar_one()
            return refund.attempts > 0 and refund.last_error is not None

    await until(was_tried, "it was tried in vain")
    await _says(checkout, bought, given=0, status=["requested"])
    await checkout.clear_faults()
    await checkout.fault(kind, "refund", when=when)
    clock = ShiftedClock(timedelta(hours=2))
    senders = [RefundSender(checkout.services.database, checkout.services.payments.gateway, clock) for _ in range(4)]
    await asyncio.gather(*(sender.run() for sender in senders))
    await checkout.clear_faults()
    await checkout.refunds_settled(paid.transaction_id)
    await _says(checkout, bought, given=BACK, status=["succeeded"])
    await _figures(bought, 1250.0)


async def test_a_part_waits_behind_a_refund_that_a_person_has_to_decide_and_then_goes_back_beside_it(
    world: World, checkout: Checkout
) -> None:
    admin, paid = await world.admin(), await checkout.paid(quantity=3)
    order = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    ok(await admin.post(order, {"amount": "100.00"}))
    await checkout.fault_of_the_next_refund("drop", when="after")
    ok(await admin.post(order, {"amount": "200.00"}))
    _, unclear = sorted(await checkout.refunds_settled(paid.transaction_id), key=lambda refund: refund.id)
    assert unclear.status.value == "unclear"
    bought, part = await _handed_over_in_part(world, paid)
    assert round(part["refunded"] * 100) == BACK
    clock = ShiftedClock(timedelta(hours=2))
    await RefundSender(checkout.services.database, checkout.services.payments.gateway, clock).run()
    count = await checkout.count(paid.transaction_id)
    assert sorted(count.refunds) == ["requested", "succeeded", "unclear"]
    assert (count.gateway_paisa, count.ledger_sum) == (PAID - 10_000, 0)
    decided = f"/api/v1/payments/refunds/{unclear.refund_id}/resolve/"
    assert ok(await admin.post(decided, {"happened": True}))["status"] == "succeeded"
    await checkout.refunds_settled(paid.transaction_id)
    await _says(checkout, bought, given=10_000 + 20_000 + BACK, status=["succeeded"] * 3)
    whole = ok(await admin.post(order, {}))
    assert (round(whole["amount"] * 100), whole["payment_status"]) == (PAID - 30_000 - BACK, "refunded")
    assert (await checkout.count(paid.transaction_id)).gateway_paisa == 0

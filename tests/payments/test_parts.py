"""Not all of a parcel's goods are handed over: the rest comes back or is given back, to the paisa."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.payments.models import PaymentTransactionItem
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.shares import SaleShare, share_of_sale
from dispatch.payments.rows import get_payment
from tests.payments.refunding import load_of, refunded_paisa
from tests.support.checkout import Checkout
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
REFUSED = {"partial_reason": "refused_by_customer"}
DAMAGED = {"partial_reason": "damaged"}


@pytest.mark.parametrize(("price", "quantity", "accepted"), [("333.33", 7, 3), ("0.99", 3, 2), ("1250.01", 2, 1)])
async def test_what_was_accepted_and_what_goes_back_are_what_was_paid_to_the_paisa(
    world: World, checkout: Checkout, price: str, quantity: int, accepted: int
) -> None:
    bought, driver, delivery = await _aboard(world, price=price, quantity=quantity)
    share, stock = await _share(world, bought), (await checkout.product(bought.product_id)).stock
    told = ok(await _hand(driver, delivery, accepted, "missing"))
    part = told["part"]
    assert (told["status"], told["earnings"]) == ("delivered", 135.0)
    assert (part["quantity"], part["quantity_accepted"], part["return_delivery"]) == (quantity, accepted, None)
    back = share.of_pieces(quantity - accepted, accepted)
    assert (round(part["refunded"] * 100), await refunded_paisa(world, bought)) == (back, [back])
    assert back + share.of_pieces(accepted, quantity - accepted) == share.goods + share.tax
    assert abs(back * quantity - (share.goods + share.tax) * (quantity - accepted)) < 2 * quantity

    async def succeeded() -> bool:
        return await _statuses(world, bought) == [RefundStatus.SUCCEEDED]

    await until(succeeded, "it is given back")
    assert (await checkout.count(bought.transaction_id)).ledger_sum == 0
    assert (await checkout.product(bought.product_id)).stock == stock
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["status"], sale["quantity_delivered"], sale["payment_status"]) == ("delivered", accepted, "paid")
    assert sale["tracking_events"][-1]["message"] == f"{accepted} of {quantity} handed over"
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert (order["order_status"], order["sales"][0]["quantity_delivered"]) == ("delivered", accepted)
    shown = ok(await bought.customer.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert shown["tracking_history"][-1]["message"] == f"{accepted} of {quantity} handed over to recipient"


async def test_what_the_customer_did_not_want_comes_back_as_a_return_and_is_given_back_on_its_arrival(
    world: World, checkout: Checkout
) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    share, stock = await _share(world, bought), (await checkout.product(bought.product_id)).stock
    part = ok(await _hand(driver, delivery, 2, "refused_by_customer"))["part"]
    assert (part["refunded"], await refunded_paisa(world, bought)) == (None, [])
    back = ok(await driver.get(f"/api/deliveries/{part['return_delivery']}/"))
    assert (back["status"], back["return_of"], back["quantity"]) == ("picked_up", delivery["id"], 1)
    assert (back["package_weight"], back["delivery_address"]) == (0.833, delivery["pickup_address"])
    assert await load_of(world, driver) == (1, 0.833)
    ended = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert (ended["status"], ended["ending"], ended["quantity"]) == ("delivered", None, 3)
    assert (ended["quantity_accepted"], ended["partial_reason"]) == (2, "refused_by_customer")
    again = await bought.seller.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "All of it"})
    assert (again.status_code, again.json()["code"]) == (409, "cannot_return")
    refused = await _hand(driver, back, 0)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["quantity_accepted"])
    ok(await _hand(driver, back, 1, place=AT_PICKUP))
    assert await refunded_paisa(world, bought) == [share.of_pieces(1, 2)]
    assert (await checkout.product(bought.product_id)).stock == stock + 1
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["status"], sale["quantity_delivered"]) == ("delivered", 2)
    lost = await (await world.admin()).post(f"/api/deliveries/{back['id']}/loss/", {"ending": "lost", "reason": "Gone"})
    assert (lost.status_code, lost.json()["code"]) == (409, "ended_otherwise")


async def test_a_rest_that_is_lost_on_its_way_back_is_given_back_and_what_was_accepted_stays_delivered(
    world: World, checkout: Checkout
) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    share, stock = await _share(world, bought), (await checkout.product(bought.product_id)).stock
    back = ok(await _hand(driver, delivery, 1, "refused_by_customer"))["part"]["return_delivery"]
    admin, path = await world.admin(), f"/api/deliveries/{back}/loss/"
    too_much = {"ending": "damaged", "reason": "Broken", "amount": (share.of_pieces(2, 1) + 1) / 100}
    assert (await admin.post(path, too_much)).json()["code"] == "refund_too_large"
    assert round(ok(await admin.get(path))["left"] * 100) == share.of_pieces(2, 1), "an admin reads it before"
    lost = ok(await admin.post(path, {"ending": "lost", "reason": "Stolen"}))
    assert round(lost["refund"]["amount"] * 100) == share.of_pieces(2, 1)
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["status"], (await checkout.product(bought.product_id)).stock) == ("delivered", stock)
    assert await load_of(world, driver) == (0, 0)


async def test_a_repeat_answers_the_same_and_another_part_is_refused_with_what_was_handed_over(world: World) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    first = ok(await _hand(driver, delivery, 2, "damaged"))
    assert ok(await _hand(driver, delivery, 2, "damaged")) == first
    for accepted, why in ((1, "damaged"), (2, "missing"), (3, None), (None, None)):
        other = await _hand(driver, delivery, accepted, why)
        told = other.json()
        assert (other.status_code, told["code"], told["delivery_status"]) == (409, "delivered_otherwise", "delivered")
        assert (told["quantity_accepted"], told["partial_reason"]) == (2, "damaged")
    assert len(await refunded_paisa(world, bought)) == 1


async def test_all_of_it_in_numbers_is_a_whole_handover(world: World) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    told = ok(await _hand(driver, delivery, 3))
    assert (told["part"], ok(await _hand(driver, delivery, None))) == (None, told)
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["quantity_delivered"], await refunded_paisa(world, bought)) == (None, [])


@pytest.mark.parametrize("why", ["refused_by_customer", "missing"])
async def test_of_a_part_and_a_whole_told_at_once_one_happens(world: World, why: str) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    calls = [(2, why), (None, None), (1, why), (2, why)]
    replies = await asyncio.gather(*(_hand(driver, delivery, *call) for call in calls))
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert len({str(reply.json()["part"]) for reply in replies if reply.status_code == 200}) == 1
    shown = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    parts = [] if shown["quantity_accepted"] is None else [why]
    assert len(await refunded_paisa(world, bought)) == parts.count("missing")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"quantity_accepted": 0} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": 4} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": 2}, 400, "partial_reason"),
        ({"quantity_accepted": 3} | DAMAGED, 400, "partial_reason"),
        ({"quantity_accepted": -1} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": 10**30} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": "2"} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": 1.5} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": True} | DAMAGED, 400, "quantity_accepted"),
        ({"quantity_accepted": 2, "partial_reason": "eaten"}, 400, "partial_reason"),
        (DAMAGED, 400, ""),
    ],
    ids=str,
)
async def test_a_part_that_cannot_be_is_refused_with_what_fits_and_changes_nothing(
    world: World, body: dict[str, Any], status: int, field: str
) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", AT_DOOR | body)
    assert refused.status_code == status, refused.text
    assert field in str(refused.json()["errors"])
    shown = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert (shown["status"], await refunded_paisa(world, bought)) == ("picked_up", [])


async def test_one_single_thing_is_handed_over_or_not_and_nothing_of_it_names_what_else_there_is(world: World) -> None:
    _, driver, delivery = await _aboard(world, quantity=1)
    for accepted in (0, 2):
        refused = await _hand(driver, delivery, accepted, "damaged")
        assert (refused.status_code, refused.json()["code"]) == (400, "part_does_not_fit")
    assert "attempts" in (await _hand(driver, delivery, 0, "damaged")).json()["detail"]


async def test_what_arrived_in_part_is_sold_in_part_and_shipping_is_not_given_back(world: World) -> None:
    bought, driver, delivery = await _aboard(world, quantity=4, price="500.00")
    before = await _figures(bought)
    assert before == (4, 2000.0, 0.0)
    ok(await _hand(driver, delivery, 3, "damaged"))

    async def booked() -> bool:
        return await _figures(bought) == (3, 2000.0, 500.0)

    await until(booked, "the seller's figures follow")


async def test_what_was_handed_over_in_part_may_still_come_back_and_only_that_is_on_sale_again(
    world: World, checkout: Checkout
) -> None:
    bought, driver, delivery = await _aboard(world, quantity=3)
    share, stock = await _share(world, bought), (await checkout.product(bought.product_id)).stock
    ok(await _hand(driver, delivery, 2, "missing"))
    back = ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "Not as sold"}))
    path = f"/api/deliveries/{back['delivery']['id']}"
    for step, place in (("accept", None), ("pickup", AT_DOOR), ("deliver", AT_PICKUP)):
        ok(await driver.post(f"{path}/{step}/", place))
    assert sum(await refunded_paisa(world, bought)) == share.goods + share.tax
    assert (await checkout.product(bought.product_id)).stock == stock + 2


async def _aboard(world: World, *, quantity: int, price: str = "1250.00") -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(quantity=quantity, price=price), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP))
    return bought, driver, delivery


async def _hand(
    driver: Driver, delivery: dict[str, Any], accepted: int | None, why: str | None = None, place: Any = AT_DOOR
) -> Any:
    said = {"quantity_accepted": accepted, "partial_reason": why}
    body = place | {name: value for name, value in said.items() if value is not None}
    return await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", body)


async def _share(world: World, bought: Bought) -> SaleShare:
    async with world.server.services.database.work() as work:
        query = select(PaymentTransactionItem.payment_id).where(PaymentTransactionItem.sale_id == bought.sale_id)
        payment_id = (await work.session.execute(query)).scalar_one()
        return share_of_sale(await get_payment(await work.driver(), payment_id), bought.sale_id)


async def _figures(bought: Bought) -> tuple[int, float, float]:
    figures = ok(await bought.seller.get("/api/marketplace/sales/report/"))["totals"]
    return figures["units_sold"], figures["gross"], figures["refunded"]


async def _statuses(world: World, bought: Bought) -> list[RefundStatus]:
    async with world.server.services.database.work() as work:
        query = select(Refund.status).where(Refund.sale_id == bought.sale_id).order_by(Refund.id)
        return list(await work.session.scalars(query))

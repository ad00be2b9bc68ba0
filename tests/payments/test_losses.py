"""A parcel is lost or damaged: its delivery ends, its courier is free, and its buyer has the money back."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.shares import portions, share_of_sale
from dispatch.payments.rows import get_payment
from tests.payments.outbox import messages_to
from tests.payments.refunding import load_of
from tests.support.checkout import Checkout
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
LOST = {"ending": "lost", "reason": "The bag was stolen at Kalanki"}
DAMAGED = {"ending": "damaged", "reason": "Two of five bottles broke"}
STEPS = ("accept", "pickup", "attempts", "deliver")


async def test_what_is_lost_aboard_ends_with_the_money_back_and_its_courier_free_and_no_stock_given_back(
    world: World, checkout: Checkout
) -> None:
    bought, driver, delivery = await _carried(world, "accept", "pickup")
    admin, stock = await world.admin(), (await checkout.product(bought.product_id)).stock
    async with world.phone(driver) as phone:
        told = ok(await admin.post(_path(delivery), LOST))
        frame = await phone.receive()
    assert (frame["type"], frame["reason"]) == ("withdrawal", "lost")
    assert (told["ending"], told["delivery"]["status"], told["delivery"]["transporter_id"]) == (
        "lost",
        "cancelled",
        None,
    )
    assert (told["refund"]["amount"], told["refund"]["sale_id"]) == (await _paid(bought), bought.sale_id)
    assert (await checkout.product(bought.product_id)).stock == stock
    assert await load_of(world, driver) == (0, 0)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert order["order_status"] == "cancelled"
    await until(lambda: _refunded(bought), "the money is back")
    assert (await checkout.count(bought.transaction_id)).ledger_sum == 0
    track = f"/api/deliveries/{delivery['tracking_number']}/track/"
    public, theirs = ok(await world.http.get(track)), ok(await bought.customer.get(track))
    assert public["ending"] == "lost"
    assert (theirs["ending"], theirs["tracking_history"][-1]["message"]) == (
        "lost",
        "Package lost; what was paid for it goes back",
    )
    logged = ok(await admin.get("/api/v1/audit/", action="delivery.lost"))["results"]
    assert any(row["subject_id"] == str(delivery["id"]) for row in logged)


@pytest.mark.parametrize("taken", range(len(STEPS) + 1), ids=("waiting", *STEPS))
async def test_in_whatever_state_a_parcel_is_an_admin_can_say_that_it_is_lost(world: World, taken: int) -> None:
    bought, _, delivery = await _carried(world, *STEPS[:taken])
    told = ok(await (await world.admin()).post(_path(delivery), LOST))
    assert told["delivery"]["status"] == ("delivered" if taken == len(STEPS) else "cancelled")
    assert told["refund"]["amount"] == await _paid(bought)
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert sale["status"] == "cancelled"


@pytest.mark.parametrize("taken", [0, 2, len(STEPS)], ids=("waiting", "aboard", "delivered"))
async def test_an_admin_reads_before_what_would_go_back_and_afterwards_that_nothing_is_left(
    world: World, taken: int
) -> None:
    bought, _, delivery = await _carried(world, *STEPS[:taken])
    admin = await world.admin()
    before = ok(await admin.get(_path(delivery)))
    assert before == {"delivery_id": delivery["id"], "ending": None, "left": await _paid(bought)}
    at_most = await admin.post(_path(delivery), DAMAGED | {"amount": before["left"] + 0.01})
    assert (at_most.status_code, at_most.json()["code"]) == (400, "refund_too_large")
    assert ok(await admin.post(_path(delivery), LOST))["refund"]["amount"] == before["left"]
    assert ok(await admin.get(_path(delivery))) == {"delivery_id": delivery["id"], "ending": "lost", "left": 0}
    nowhere = await admin.get("/api/deliveries/TRK-NONE-SUCH/loss/")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "delivery_not_found")


async def test_where_nothing_is_left_to_give_back_the_refusal_says_how_the_order_stands(world: World) -> None:
    bought, _, _ = await _carried(world, *STEPS)
    admin, path = await world.admin(), f"/api/v1/marketplace/orders/{bought.order_id}/refund/"
    replies = await asyncio.gather(*(admin.post(path, {}) for _ in range(3)))
    assert sorted(reply.status_code for reply in replies)[1:] == [409, 409]
    for reply in replies:
        if reply.status_code == 409:
            assert {"order_status", "payment_status"} <= reply.json().keys(), reply.text


async def test_what_is_lost_twice_is_refunded_once_however_many_say_so_at_once(world: World) -> None:
    bought, _, delivery = await _carried(world, "accept", "pickup")
    admin = await world.admin()
    replies = await asyncio.gather(*(admin.post(_path(delivery), LOST) for _ in range(4)))
    assert len({ok(reply)["refund"]["refund_id"] for reply in replies}) == 1
    other = await admin.post(_path(delivery), DAMAGED)
    assert (other.status_code, other.json()["code"], other.json()["ending"]) == (409, "ended_otherwise", "lost")
    assert len(await _refunds(world, bought)) == 1


async def test_for_a_damaged_one_so_much_goes_back_as_is_said_and_never_more_than_is_left(world: World) -> None:
    bought, _, delivery = await _carried(world, *STEPS)
    admin, paid = await world.admin(), await _paid(bought)
    for amount in (paid + 0.01, 0, -5):
        refused = await admin.post(_path(delivery), DAMAGED | {"amount": amount})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["amount"]), amount
    assert (await admin.post(_path(delivery), DAMAGED | {"amount": 0.001})).status_code == 400
    assert await _refunds(world, bought) == []
    told = ok(await admin.post(_path(delivery), DAMAGED | {"amount": 500.5}))
    assert (told["refund"]["amount"], told["delivery"]["status"]) == (500.5, "delivered")
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert sale["status"] == "delivered"
    again = await admin.post(_path(delivery), DAMAGED | {"amount": 700})
    assert (again.status_code, again.json()["code"]) == (409, "refund_exists")


async def test_what_was_given_back_before_is_not_given_back_again(world: World) -> None:
    bought, _, delivery = await _carried(world, *STEPS)
    admin, paid = await world.admin(), await _paid(bought)
    ok(await admin.post(f"/api/v1/marketplace/orders/{bought.order_id}/refund/", {"amount": 1000}))
    assert ok(await admin.post(_path(delivery), LOST))["refund"]["amount"] == paid - 1000
    assert sum(await _refunds(world, bought)) == round(paid * 100)


async def test_of_an_order_of_two_sales_the_lost_ones_share_goes_back_and_the_other_arrives(world: World) -> None:
    lost, kept = await world.deliveries({}, {})
    admin, driver = await world.admin(), await world.driver()
    told = ok(await admin.post(_path(lost), LOST))
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{kept['id']}/{step}/"))
    other = ok(await admin.post(_path(kept), LOST))
    shares = [told["refund"]["amount"], other["refund"]["amount"]]
    async with world.server.services.database.work() as work:
        refund = (await work.session.scalars(select(Refund).where(Refund.sale_id == told["refund"]["sale_id"]))).one()
        payment = await get_payment(await work.driver(), refund.payment_id)
    assert round(sum(shares) * 100) == payment.total_amount * 100
    assert [share_of_sale(payment, item.sale_id or 0).total for item in payment.items] == [
        round(share * 100) for share in shares
    ]


async def test_the_courier_says_that_it_is_damaged_however_often_it_was_tried(world: World) -> None:
    _, driver, delivery = await _carried(world, "accept", "pickup")
    for _ in range(world.server.settings.max_attempts):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", AT_DOOR | {"reason": "closed"}), 201)
    body = AT_DOOR | {"reason": "damaged", "note": "Wet through"}
    told = ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", body), 201)
    assert (told["status"], told["attempt"]["message"]) == (
        "in_transit",
        "Package damaged",
    )


async def test_who_waits_is_told_by_mail(world: World) -> None:
    bought, _, delivery = await _carried(world, "accept")
    ok(await (await world.admin()).post(_path(delivery), DAMAGED))

    async def told() -> bool:
        return any(one.template == "parcel" for one in await messages_to(world, bought.customer.email))

    await until(told, "the buyer has a mail")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ending": "lost"}, "reason"),
        ({"ending": "lost", "reason": ""}, "reason"),
        ({"ending": "stolen", "reason": "x"}, "ending"),
        ({"reason": "x"}, "ending"),
        (LOST | {"amount": 5}, "amount"),
        (DAMAGED | {"amount": "much"}, "amount"),
        (DAMAGED | {"by": "me"}, "by"),
    ],
    ids=str,
)
async def test_what_is_no_report_is_refused_by_name_and_ends_nothing(
    world: World, body: dict[str, Any], field: str
) -> None:
    delivery = await world.delivery()
    admin = await world.admin()
    refused = await admin.post(_path(delivery), body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["ending"] is None


@pytest.mark.parametrize(
    ("amount", "weights"), [(100, [1, 1, 1]), (7, [0, 0]), (0, [3, 4]), (32500, [250000]), (9999, [1, 10, 0, 5])]
)
def test_portions_are_together_the_amount(amount: int, weights: list[int]) -> None:
    found = portions(amount, weights)
    assert (sum(found), len(found), min(found) >= 0) == (amount, len(weights), True)


async def _carried(world: World, *steps: str) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    bodies = {"pickup": AT_PICKUP, "deliver": AT_DOOR, "attempts": AT_DOOR | {"reason": "closed"}}
    for step in steps:
        reply = await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", bodies.get(step))
        ok(reply, 201 if step == "attempts" else 200)
    return bought, driver, delivery


def _path(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['id']}/loss/"


async def _paid(bought: Bought) -> float:
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    return float(order["total_to_pay"])


async def _refunds(world: World, bought: Bought) -> list[int]:
    async with world.server.services.database.work() as work:
        query = (
            select(Refund.amount_paisa)
            .join(Refund.payment)
            .where(Refund.payment.property.mapper.class_.pidx == bought.pidx)
            .order_by(Refund.id)
        )
        return list(await work.session.scalars(query))


async def _refunded(bought: Bought) -> bool:
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    return bool(order["payment_status"] == "refunded")

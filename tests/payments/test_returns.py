"""A parcel goes back to its seller as a delivery of its own: courier, proof, stock and money."""

import asyncio
from typing import Any

import pytest

from tests.payments.outbox import messages_to
from tests.payments.refunding import load_of, refunded_paisa
from tests.support.checkout import Checkout
from tests.support.pictures import picture
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
REFUSED = {"reason": "The customer does not want it"}
SHIPPING = 100.0


async def test_what_is_aboard_goes_back_with_its_courier_under_a_new_number_and_the_goods_price_goes_to_the_buyer(
    world: World, checkout: Checkout
) -> None:
    bought, driver, delivery = await _aboard(world)
    stock = (await checkout.product(bought.product_id)).stock
    begun = ok(await (await world.admin()).post(_path(delivery), REFUSED))
    back = begun["delivery"]
    assert (begun["return_of"], back["status"], back["marketplace_sale"]) == (
        delivery["id"],
        "picked_up",
        bought.sale_id,
    )
    assert (back["pickup_address"], back["delivery_address"]) == (
        delivery["delivery_address"],
        delivery["pickup_address"],
    )
    assert await load_of(world, driver) == (1, 2.5)
    ended = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/"))
    assert (ended["status"], ended["ending"], ended["transporter"]) == ("cancelled", "returned", None)
    assert (await checkout.product(bought.product_id)).stock == stock
    told = ok(await driver.post(f"/api/deliveries/{back['id']}/deliver/", AT_PICKUP))
    assert (told["status"], told["earnings"]) == ("delivered", 135.0)
    assert (await checkout.product(bought.product_id)).stock == stock + 2
    assert await load_of(world, driver) == (0, 0)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert order["order_status"] == "cancelled"
    assert await refunded_paisa(world, bought) == [round((float(order["total_to_pay"]) - SHIPPING) * 100)]

    async def refunded() -> bool:
        sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
        goods = f"{float(order['total_to_pay']) - SHIPPING:.2f}"
        return (sale["status"], sale["payment_status"], sale["refunded"]) == ("cancelled", "refunded", goods)

    await until(refunded, "the sale is refunded")
    assert (await checkout.count(bought.transaction_id)).ledger_sum == 0
    repeated = ok(await driver.post(f"/api/deliveries/{back['id']}/deliver/", AT_PICKUP))
    assert (repeated["status"], len(await refunded_paisa(world, bought))) == ("delivered", 1)


async def test_a_return_is_begun_once_however_many_ask(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    admin = await world.admin()
    replies = await asyncio.gather(*(one.post(_path(delivery), REFUSED) for one in (admin, bought.seller, admin)))
    assert len({ok(reply)["delivery"]["id"] for reply in replies}) == 1
    late = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", AT_DOOR)
    assert (late.status_code, late.json()["code"], late.json()["delivery_status"]) == (
        409,
        "no_longer_yours",
        "cancelled",
    )


async def test_the_courier_brings_it_back_once_it_was_tried_as_often_as_it_may_be(world: World) -> None:
    _, driver, delivery = await _aboard(world)
    early = await driver.post(_path(delivery), REFUSED)
    assert (early.status_code, early.json()["code"], early.json()["delivery_status"]) == (
        409,
        "not_exhausted",
        "picked_up",
    )
    for _ in range(world.server.settings.max_attempts):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", AT_DOOR | {"reason": "closed"}), 201)
    begun = ok(await driver.post(_path(delivery), REFUSED))
    assert ok(await driver.post(_path(delivery), REFUSED)) == begun
    assert (await (await world.driver()).post(_path(delivery), REFUSED)).status_code == 404


async def test_a_return_requires_the_proof_of_returns_and_knows_the_number_on_the_parcel(world: World) -> None:
    proof = {"drop_off": ["photo", "code"], "return": ["signature", "barcode"]}
    bought, driver, delivery = await _aboard(world, proof=proof)
    back = ok(await bought.seller.post(_path(delivery), REFUSED))["delivery"]
    path = f"/api/deliveries/{back['id']}/deliver/"
    missing = await driver.post(path, AT_PICKUP)
    assert (missing.status_code, missing.json()["missing"]) == (422, ["signature", "signed_by", "barcode"])
    body = AT_PICKUP | {"signature": picture("PNG"), "signed_by": "Farmer John", "scanned": "TRK0000"}
    assert (await driver.post(path, body)).json()["code"] == "proof_wrong"
    ok(await driver.post(path, body | {"scanned": delivery["tracking_number"]}))
    records = ok(await bought.seller.get(f"/api/deliveries/{back['id']}/proof/"))["handovers"]
    assert [(one["end"], one["signed_by"]) for one in records] == [("return", "Farmer John")]


async def test_what_had_arrived_is_fetched_at_the_customers_by_anybody(world: World, checkout: Checkout) -> None:
    bought, driver, delivery = await _aboard(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", AT_DOOR))
    refused = await driver.post(_path(delivery), REFUSED)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_exhausted")
    stock = (await checkout.product(bought.product_id)).stock
    back = ok(await bought.seller.post(_path(delivery), REFUSED | {"restock": False}))["delivery"]
    assert back["status"] == "available"
    other = await world.driver()
    for step, place in (("accept", None), ("pickup", AT_DOOR), ("deliver", AT_PICKUP)):
        ok(await other.post(f"/api/deliveries/{back['id']}/{step}/", place))
    assert (await checkout.product(bought.product_id)).stock == stock
    assert len(await refunded_paisa(world, bought)) == 1


async def test_a_return_that_is_lost_gives_all_back_and_no_goods(world: World, checkout: Checkout) -> None:
    bought, _, delivery = await _aboard(world)
    admin, stock = await world.admin(), (await checkout.product(bought.product_id)).stock
    back = ok(await admin.post(_path(delivery), REFUSED))["delivery"]
    body = {"ending": "lost", "reason": "Stolen on the way back"}
    first = await admin.post(f"/api/deliveries/{delivery['id']}/loss/", body)
    assert (first.status_code, first.json()["code"]) == (409, "ended_otherwise")
    lost = ok(await admin.post(f"/api/deliveries/{back['id']}/loss/", body))
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert (lost["refund"]["amount"], order["order_status"]) == (float(order["total_to_pay"]), "cancelled")
    assert (await checkout.product(bought.product_id)).stock == stock


async def test_whoever_follows_a_parcel_that_went_back_is_told_how_that_ended(world: World) -> None:
    admin = await world.admin()
    ended: dict[str, Any] = {}
    for end in ("back", "lost"):
        _, driver, delivery = await _aboard(world)
        own = f"/api/deliveries/{delivery['tracking_number']}/track/"
        back = ok(await admin.post(_path(delivery), REFUSED))["delivery"]
        shown = ok(await world.http.get(own))
        assert (shown["ending"], shown["return_ended"]) == ("returned", None)
        path = f"/api/deliveries/{back['id']}"
        if end == "back":
            ok(await driver.post(f"{path}/deliver/", AT_PICKUP))
        else:
            ok(await admin.post(f"{path}/loss/", {"ending": end, "reason": "Stolen on the way back"}))
        shown = ok(await world.http.get(own))
        ended[end] = (shown["ending"], shown["return_ended"])
    assert ended == {"back": ("returned", "back"), "lost": ("returned", "lost")}


async def test_the_buyer_hears_of_the_return_once_and_of_nothing_that_the_courier_does_with_it(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    back = ok(await bought.seller.post(_path(delivery), REFUSED))["delivery"]
    ok(await driver.post(f"/api/deliveries/{back['id']}/deliver/", AT_PICKUP))

    async def stages() -> list[str] | None:
        mails = await messages_to(world, bought.customer.email)
        mine = [one.key for one in mails if "parcel" in one.key]
        return sorted(mine) if any("returned" in key for key in mine) else None

    found = await until(stages, "the buyer is told")
    assert found == [f"parcel-mail:{delivery['id']}:{stage}" for stage in ("left", "returned")]
    rated = await bought.customer.post(f"/api/deliveries/{back['id']}/rate/", {"rating": 1})
    assert rated.status_code == 404


@pytest.mark.parametrize("status", ["available", "assigned"])
async def test_what_was_never_aboard_is_cancelled_and_not_brought_back(world: World, status: str) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    if status == "assigned":
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    refused = await bought.seller.post(_path(delivery), REFUSED)
    assert (refused.status_code, refused.json()["code"], refused.json()["delivery_status"]) == (
        409,
        "cannot_return",
        status,
    )


async def test_while_it_comes_back_its_seller_cannot_say_that_it_arrived(world: World) -> None:
    bought, _, delivery = await _aboard(world)
    ok(await bought.seller.post(_path(delivery), REFUSED))
    said = await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/")
    assert (said.status_code, said.json()["code"]) == (409, "delivery_under_way")
    shown = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert [one["delivery_id"] for one in shown["sales"]] == [delivery["id"]]


async def _aboard(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP))
    return bought, driver, delivery


def _path(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['id']}/return/"

"""What an order says may be done with it is what its routes let be done: in every state, for its buyer and admins."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from dispatch.deliveries.changers import MOST_CHANGES
from dispatch.sales.models import Sale
from tests.support.world import ANOTHER_DOOR, Bought, Person, World, delivery_body, ok

CLAIMS = ("can_change_address", "can_refund", "can_cancel")
HOUSES = count(1000)
State = Callable[[World], Awaitable[Bought]]


def path(bought: Bought, step: str = "") -> str:
    return f"/api/v1/marketplace/orders/{bought.order_id}/{step}"


async def unpaid(world: World) -> Bought:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller)
    cart_id = await world.cart(customer, {product_id: 1})
    order = await world.order(customer, cart_id)
    return Bought(customer, seller, product_id, cart_id, order["id"], "", "", 0)


async def called_off_before_it_was_paid(world: World) -> Bought:
    bought = await unpaid(world)
    ok(await bought.customer.post(path(bought, "cancel/")))
    return bought


async def paid(world: World) -> Bought:
    return await world.bought()


async def refunded(world: World) -> Bought:
    bought = await world.bought()
    ok(await bought.customer.post(path(bought, "refund/"), {}))
    return bought


async def refunded_in_part(world: World) -> Bought:
    bought, admin = await world.bought(), await world.admin()
    ok(await admin.post(path(bought, "refund/"), {"amount": "100.00"}))
    return bought


async def changed_as_often_as_may_be(world: World) -> Bought:
    bought = await world.bought()
    for time in range(MOST_CHANGES):
        ok(await bought.customer.post(path(bought, "address/"), ANOTHER_DOOR | {"address": f"Balaju Height {time}"}))
    return bought


async def packed(world: World) -> Bought:
    bought = await world.bought()
    await world.delivery(bought)
    return bought


async def its_parcel_called_off(world: World) -> Bought:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/cancel/", {"reason": "customer_asked"}))
    return bought


def carried(*steps: str) -> State:
    async def state(world: World) -> Bought:
        bought, driver = await world.bought(), await world.driver()
        delivery = await world.delivery(bought)
        for step in steps:
            ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
        return bought

    return state


async def lost(world: World) -> Bought:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/loss/", {"ending": "lost", "reason": "Fell into a river"}))
    return bought


async def marked(world: World) -> Bought:
    """Its seller says that it arrived."""
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    return bought


async def marked_long_ago(world: World) -> Bought:
    return await _grace_over(world, await marked(world))


async def objected_to(world: World) -> Bought:
    bought = await marked(world)
    assert ok(await bought.customer.post(path(bought, "refund/"), {}))["status"] == "disputed"
    return bought


async def a_part_marked(world: World) -> Bought:
    bought, _ = await _of_two(world)
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    return bought


async def a_part_marked_long_ago(world: World) -> Bought:
    return await _grace_over(world, await a_part_marked(world))


async def a_part_objected_to(world: World) -> Bought:
    bought = await a_part_marked(world)
    assert ok(await bought.customer.post(path(bought, "refund/"), {}))["status"] == "disputed"
    return bought


async def a_part_marked_and_the_rest_on_its_way(world: World) -> Bought:
    bought, others = await _of_two(world)
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    delivery = ok(await bought.seller.post("/api/deliveries/create/", delivery_body(others)), 201)
    driver = await world.driver()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    return bought


async def a_part_called_off(world: World) -> Bought:
    bought, _ = await _of_two(world)
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/cancel/"))
    return bought


async def a_part_packed(world: World) -> Bought:
    bought, _ = await _of_two(world)
    await world.delivery(bought)
    return bought


STATES: dict[str, State] = {
    "accepted": carried("accept"),
    "picked up": carried("accept", "pickup"),
    "delivered": carried("accept", "pickup", "deliver"),
} | {
    state.__name__.replace("_", " "): state
    for state in (
        unpaid,
        called_off_before_it_was_paid,
        paid,
        refunded,
        refunded_in_part,
        changed_as_often_as_may_be,
        packed,
        its_parcel_called_off,
        lost,
        marked,
        marked_long_ago,
        objected_to,
        a_part_marked,
        a_part_marked_long_ago,
        a_part_objected_to,
        a_part_marked_and_the_rest_on_its_way,
        a_part_called_off,
        a_part_packed,
    )
}


@pytest.mark.parametrize("who", ["its buyer", "an admin"])
@pytest.mark.parametrize("state", STATES)
async def test_an_order_says_that_something_may_be_done_exactly_where_its_route_does_it(
    world: World, state: str, who: str
) -> None:
    told = await _asked(world, state, who, CLAIMS)
    if told["can_refund"] and told["can_cancel"] and who == "its buyer":  # of which the one ends what the other would
        await _asked(world, state, who, CLAIMS[::-1])


async def _asked(world: World, state: str, who: str, claims: Sequence[str]) -> dict[str, bool]:
    """What an order says at first; each claim is read again before it is asked for, as what was done before left it."""
    bought = await STATES[state](world)
    viewer = bought.customer if who == "its buyer" else await world.admin()
    first: dict[str, bool] = {}
    for claim in claims:
        shown = ok(await viewer.get(path(bought)))
        told = {one: shown[one] for one in CLAIMS}
        first = first or told
        took, reply = await _ask(claim, bought, viewer, shown)
        assert told[claim] is took, f"{claim} of {state} for {who}, {told}: {reply.status_code} {reply.text[:500]}"
    return first


async def _ask(claim: str, bought: Bought, viewer: Person, shown: dict[str, Any]) -> tuple[bool, httpx.Response]:
    """Whether the route does it, and what it said last. An admin may ask for a part of the money too."""
    if claim == "can_change_address":
        door = ANOTHER_DOOR | {"address": f"Balaju Height {next(HOUSES)}"}
        reply = await viewer.post(path(bought, "address/"), door)
        return _taken(reply), reply
    if claim == "can_cancel":
        reply = await viewer.post(path(bought, "cancel/"))
        return _taken(reply) and shown["order_status"] != "cancelled", reply  # the same again changes nothing
    if viewer is not bought.customer:
        reply = await viewer.post(path(bought, "refund/"), {"amount": "1.00"})
        if _taken(reply):
            return True, reply
    reply = await viewer.post(path(bought, "refund/"), {})
    return _taken(reply), reply


def _taken(reply: httpx.Response) -> bool:
    assert reply.status_code in {200, 403, 409}, reply.text
    return reply.is_success


async def _of_two(world: World) -> tuple[Bought, int]:
    """One order of two products of one seller, paid; and the sale of the second."""
    seller, customer = await world.person("seller"), await world.person()
    first, second = [await world.product(seller, price=price) for price in ("100.00", "300.00")]
    cart_id = await world.cart(customer, {first: 1, second: 1})
    order = await world.order(customer, cart_id)
    payment = await world.initiate(customer, cart_id)
    pidx = payment["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))
    sales = [sale["id"] for sale in settled["data"]["marketplace_sales"]]
    bought = Bought(customer, seller, first, cart_id, order["id"], payment["transaction_id"], pidx, sales[0])
    return bought, sales[1]


async def _grace_over(world: World, bought: Bought) -> Bought:
    async with world.server.services.database.work() as work:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await work.session.execute(update(Sale).where(Sale.id == bought.sale_id).values(objection_until=past))
    return bought

"""An order's way: by which rule it reaches each status, never back, each step with an event and an SMS."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.adapters.sms import HttpSmsSender
from dispatch.notifications.models import OutboxMessage
from dispatch.notifications.templates import Templates
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.orders.completion import OrderCompletion
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.gateway_tester import KhaltiScript, khalti_answer
from tests.support.world import Bought, World, delivery_body, ok, together

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def checkout(world: World) -> Checkout:
    """Looks behind what the API says."""
    return Checkout(world)


async def statuses(bought: Bought) -> list[str]:
    shown = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    found = [event["status"] for event in shown["tracking_events"]]
    assert shown["order_status"] == found[-1]
    return found


async def carried(world: World) -> Bought:
    """An order that a transporter delivered."""
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    return bought


async def complete(checkout: Checkout, ahead: timedelta) -> None:
    grace = timedelta(seconds=checkout.services.settings.objection_s)
    await OrderCompletion(checkout.services.database, ShiftedClock(ahead), grace=grace).run()


async def test_a_carried_order_goes_all_the_way_and_is_completed_when_the_grace_is_over(
    world: World, checkout: Checkout
) -> None:
    bought = await carried(world)
    way = ["pending", "confirmed", "processing", "shipped", "delivered"]
    await complete(checkout, 2 * DAY)
    assert await statuses(bought) == way
    await complete(checkout, 4 * DAY)
    await complete(checkout, 4 * DAY)
    assert await statuses(bought) == [*way, "completed"]


async def test_an_order_with_an_objection_waits_for_its_decision(world: World, checkout: Checkout) -> None:
    bought, admin = await world.bought(), await world.admin()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    refund = ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/refund/", {}))
    await complete(checkout, 9 * DAY)
    assert (await statuses(bought))[-1] == "delivered"
    ok(await admin.post(f"/api/v1/payments/refunds/{refund['refund_id']}/deny/", {}))
    await complete(checkout, 9 * DAY)
    assert (await statuses(bought))[-1] == "completed"


async def test_an_order_is_being_processed_once_a_delivery_of_it_waits(world: World) -> None:
    bought = await world.bought()
    assert await statuses(bought) == ["pending", "confirmed"]
    replies = await together(
        bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id)) for _ in range(4)
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert await statuses(bought) == ["pending", "confirmed", "processing"]


async def test_no_status_goes_back(world: World, checkout: Checkout) -> None:
    bought = await carried(world)
    for act in OrderAct:
        if act not in {OrderAct.COMPLETE, OrderAct.CANCEL, OrderAct.FAIL}:
            async with checkout.services.database.work() as work:
                order = await lock_order(work, bought.order_id)
                assert order is not None
                await Orders(work, checkout.services.clock).advance(order, act, "back")
    assert (await statuses(bought))[-1] == "delivered"
    async with checkout.services.database.work() as work:
        assert (await work.session.get_one(Order, bought.order_id)).order_status is OrderStatus.DELIVERED


async def _told(checkout: Checkout, order_id: int) -> list[dict[str, Any]]:
    async with checkout.services.database.work() as work:
        rows = await work.session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.key.startswith(f"order-sms:{order_id}:"))
            .order_by(OutboxMessage.id)
        )
        return [{"to": row.recipient, **row.content} for row in rows]


async def test_the_customer_is_told_each_step_by_sms_once_at_the_phone_of_the_order(
    world: World, checkout: Checkout
) -> None:
    bought = await carried(world)
    await complete(checkout, 4 * DAY)
    told = await _told(checkout, bought.order_id)
    assert [one["status"] for one in told] == ["confirmed", "processing", "shipped", "delivered"]
    assert {one["to"] for one in told} == {"+977-9841234567"}
    text = Templates(None, {"site_url": "x"}).sms("order_status", told[2])
    assert text == f"Your order {told[2]['order_number']} is on its way."
    called_off = await world.bought()
    ok(await called_off.customer.post(f"/api/v1/marketplace/orders/{called_off.order_id}/cancel/"))
    assert [one["status"] for one in await _told(checkout, called_off.order_id)] == ["confirmed", "cancelled"]


async def test_without_a_token_an_sms_is_sent_without_authorization() -> None:
    for token, expected in (("", []), ("secret", [b"authorization: Bearer secret"])):
        script = KhaltiScript([khalti_answer({})])
        server = await asyncio.start_server(script.take, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"
            sender = HttpSmsSender(url, token, "Shop")
            await sender.send("k", "+977-9841234567", "Hello")
            await sender.aclose()
        head, _, body = script.requests[0].partition(b"\r\n\r\n")
        sent = [line for line in head.splitlines() if line.lower().startswith(b"authorization")]
        assert sent == expected
        assert json.loads(body)["text"] == "Hello"

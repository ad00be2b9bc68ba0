"""Goods arrive or their money goes back, never both: whatever races, in whichever order the locks are taken."""

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import select, text

from dispatch.deliveries.models import Delivery
from dispatch.orders.models import Order
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.sales.models import Sale
from tests.support.checkout import Checkout
from tests.support.waiting import until
from tests.support.world import Bought, World, delivery_body, ok, together


@dataclass
class Stage:
    """A paid order, and what people may do about it at the same moment."""

    world: World
    bought: Bought

    async def cancel(self) -> httpx.Response:
        return await self.bought.customer.post(f"/api/v1/marketplace/orders/{self.bought.order_id}/cancel/")

    async def refund(self) -> httpx.Response:
        return await self.bought.customer.post(f"/api/v1/marketplace/orders/{self.bought.order_id}/refund/", {})

    async def mark(self) -> httpx.Response:
        return await self.bought.seller.post(f"/api/marketplace/sales/{self.bought.sale_id}/mark-as-delivered/")

    async def deliver(self) -> httpx.Response:
        """Make the delivery."""
        return await self.bought.seller.post("/api/deliveries/create/", delivery_body(self.bought.sale_id))

    @property
    def doings(self) -> dict[str, Callable[[], Awaitable[httpx.Response]]]:
        return {"cancel": self.cancel, "refund": self.refund, "mark": self.mark, "deliver": self.deliver}


async def _waiting(world: World) -> int:
    """Statements that wait for a lock at this moment."""
    async with world.server.services.database.work() as work:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dispatch' AND wait_event_type = 'Lock'"
        return int((await work.session.execute(text(waits))).scalar_one())


@asynccontextmanager
async def _order_held(world: World, order_id: int) -> AsyncIterator[None]:
    """Nobody gets at the order until the end of the block."""
    async with world.server.services.database.work() as work:
        await work.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
        yield


async def _check(stage: Stage, checkout: Checkout, what: str) -> None:
    """Money and goods agree."""
    bought = stage.bought
    async with checkout.services.database.work() as work:
        session = work.session
        order = await session.get_one(Order, bought.order_id)
        sale = await session.get_one(Sale, bought.sale_id)
        delivery = await session.scalar(select(Delivery.status).where(Delivery.sale_id == bought.sale_id))
        refunds = list(
            await session.scalars(
                select(Refund.status)
                .join(Refund.payment)
                .where(Refund.payment.property.mapper.class_.pidx == bought.pidx)
            )
        )
    count = await checkout.count(bought.transaction_id)
    given_back = [status for status in refunds if status not in {RefundStatus.DISPUTED, RefundStatus.DENIED}]
    ends = (order.order_status.value, sale.status.value, delivery.value if delivery else None, len(given_back))
    assert ends in {
        ("cancelled", "cancelled", None, 1),
        ("cancelled", "cancelled", "cancelled", 1),
        ("delivered", "delivered", None, 0),
        ("processing", "processing", "available", 0),
    }, f"{what}: {ends}"
    assert count.ledger_sum == 0
    gone = order.order_status.value == "cancelled"
    assert (await checkout.product(bought.product_id)).stock == (10 if gone else 8), what


PAIRS = list(itertools.permutations(["cancel", "refund", "mark", "deliver"], 2))


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_of_two_that_wait_for_the_order_the_second_sees_what_the_first_did(
    world: World, checkout: Checkout, first: str, second: str
) -> None:
    stage = Stage(world, await world.bought())
    async with _order_held(world, stage.bought.order_id):
        tasks = []
        for number, name in enumerate((first, second), 1):
            tasks.append(asyncio.ensure_future(stage.doings[name]()))

            async def waits(number: int = number) -> bool:
                return await _waiting(world) >= number

            await until(waits, f"{name} waits for the order")
    replies = await asyncio.gather(*tasks)
    codes = [reply.status_code for reply in replies]
    assert codes[0] in {200, 201}, replies[0].text
    assert set(codes) <= {200, 201, 409}, [reply.text for reply in replies]
    await _check(stage, checkout, f"{first}, {second}: {codes}")


async def test_all_at_once_and_again_and_again_they_agree_and_nobody_waits_in_a_circle(
    world: World, checkout: Checkout
) -> None:
    for order in list(itertools.permutations(["cancel", "refund", "mark", "deliver"]))[::3]:
        stage = Stage(world, await world.bought())
        replies = await together(stage.doings[name]() for name in order)
        codes = {name: reply.status_code for name, reply in zip(order, replies, strict=True)}
        assert set(codes.values()) <= {200, 201, 403, 409}, [reply.text for reply in replies]
        await _check(stage, checkout, str(codes))


async def test_a_transporter_who_takes_the_parcel_while_its_order_is_called_off_has_nothing_to_carry_in_the_end(
    world: World, checkout: Checkout
) -> None:
    driver = await world.driver()
    for _ in range(5):
        bought = await world.bought()
        delivery = await world.delivery(bought)
        cancelled, taken = await together(
            [
                bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"),
                driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}),
            ]
        )
        assert cancelled.status_code == 200
        assert taken.status_code in {200, 409}
        shown = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
        refunds = (await checkout.count(bought.transaction_id)).refunds
        assert (shown["order_status"], shown["can_cancel"], len(refunds)) == ("cancelled", False, 1)
        has = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/", status="assigned"))
        assert has["count"] == 0


async def _two_sales(world: World) -> tuple[Bought, list[int]]:
    """One order of two products of one seller, paid."""
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(
        customer, {await world.product(seller, price=price): 1 for price in ("100.00", "300.00")}
    )
    order = await world.order(customer, cart_id)
    payment = await world.initiate(customer, cart_id)
    pidx = payment["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))
    sales = [sale["id"] for sale in settled["data"]["marketplace_sales"]]
    bought = Bought(customer, seller, 0, cart_id, order["id"], payment["transaction_id"], pidx, sales[0])
    return bought, sales


async def test_an_order_of_which_a_part_was_delivered_is_not_called_off_and_says_so(world: World) -> None:
    bought, _ = await _two_sales(world)
    path = f"/api/v1/marketplace/orders/{bought.order_id}/"
    assert ok(await bought.customer.get(path))["can_cancel"] is True
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    assert ok(await bought.customer.get(path))["can_cancel"] is False
    assert (await bought.customer.post(f"{path}cancel/")).status_code == 409


async def test_an_order_whose_second_parcel_was_picked_up_says_that_it_cannot_be_cancelled(
    world: World,
) -> None:
    bought, sales = await _two_sales(world)
    driver = await world.driver()
    parcels = [
        ok(await bought.seller.post("/api/deliveries/create/", delivery_body(sale_id)), 201) for sale_id in sales
    ]
    ok(await driver.post(f"/api/deliveries/{parcels[1]['id']}/accept/"))
    path = f"/api/v1/marketplace/orders/{bought.order_id}/"
    assert ok(await bought.customer.get(path))["can_cancel"] is True
    ok(await driver.post(f"/api/deliveries/{parcels[1]['id']}/pickup/", {}))
    shown = ok(await bought.customer.get(path))
    assert (shown["can_cancel"], shown["can_refund"]) == (False, False)
    assert (await bought.customer.post(f"{path}cancel/")).status_code == 409


def _deadlocks(world: World) -> int:
    """Counted in the log, where they stand at once: the database adds up its own figures seconds later."""
    log = world.server.settings.data_dir / "log" / "postgres.log"
    return log.read_text(errors="replace").count("deadlock detected")


async def _doings(world: World, checkout: Checkout, bought: Bought, sales: list[int]) -> list[Awaitable[object]]:
    """Everything that takes locks of an order of which one parcel waits and another has none."""
    admin, driver, services = await world.admin(), await world.driver(), world.server.services
    order, mark = f"/api/v1/marketplace/orders/{bought.order_id}", f"/api/marketplace/sales/{sales[1]}"
    made = ok(await bought.seller.post("/api/deliveries/create/", delivery_body(sales[0])), 201)
    parcel = f"/api/deliveries/{made['id']}"
    verify = {"transaction_id": bought.transaction_id, "force_verify": True}
    return [
        bought.customer.post(f"{order}/cancel/"),
        driver.post(f"{parcel}/accept/", {}),
        bought.seller.post("/api/deliveries/create/", delivery_body(sales[1])),
        services.payments.refunds.run(),
        bought.seller.post(f"{mark}/mark-as-delivered/"),
        driver.post(f"{parcel}/pickup/", {}),
        bought.customer.post(f"{order}/refund/", {}),
        checkout.callback(bought.pidx),
        driver.post(f"{parcel}/deliver/", {}),
        services.payments.sweeper.run(),
        admin.post(f"{order}/refund/", {"amount": "10.00"}),
        bought.customer.post("/api/v1/payments/verify/", verify),
        services.marketplace.completion.run(),
    ]


async def _agree(checkout: Checkout, bought: Bought) -> bool:
    """Not so while a round of the server's own has sent what it has not booked yet."""
    count, state = await checkout.count(bought.transaction_id), await checkout.gateway_state(bought.pidx)
    return bool(state["amount"] - state["refunded_amount"] == count.gateway_paisa)


async def test_whoever_does_what_to_one_order_at_the_same_moment_nobody_waits_in_a_circle(
    world: World, checkout: Checkout
) -> None:
    before = _deadlocks(world)
    for first in (0, 2, 4, 6, 8):
        bought, sales = await _two_sales(world)
        doings = await _doings(world, checkout, bought, sales)
        replies = await asyncio.gather(*doings[first:], *doings[:first])
        answers = [reply for reply in replies if isinstance(reply, httpx.Response)]
        assert all(reply.status_code < 500 for reply in answers), [reply.text for reply in answers]
        assert (await checkout.count(bought.transaction_id)).ledger_sum == 0
        await until(functools.partial(_agree, checkout, bought), "the books say what the gateway says")
    assert _deadlocks(world) == before

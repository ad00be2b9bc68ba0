"""kill -9 of a worker between any two steps: another one ends what it began, once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from tests.support.checkout import ShiftedClock
from tests.support.killed_worker import KilledWorker, scene
from tests.support.waiting import until
from tests.support.world import Person, World, initiate_body, ok

# Taken by the test, waited for by a trigger: it stops a settlement between two statements or in its commit.
GATE = 7_274_999
GATE_FUNCTION = f"""
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_lock_shared({GATE}); PERFORM pg_advisory_unlock_shared({GATE}); RETURN NULL; END $$
"""
BEFORE_COMMIT = "CREATE TRIGGER gate AFTER INSERT ON outbox_messages FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()"
IN_COMMIT = (
    "CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON invoices DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION wait_at_gate()"
)


async def survive(scene: KilledWorker) -> None:
    """Another worker, some minutes later, does what workers do beside requests, until nothing is left to do."""
    services, clock = scene.checkout.services, scene.checkout.services.clock
    assert isinstance(clock, ShiftedClock)
    await scene.forgotten()
    for _ in range(3):
        clock.ahead += timedelta(minutes=40)
        await services.payments.sweeper.run()
        await services.payments.refunds.run()
        while await services.background.relay.run():
            pass


async def ready(scene: KilledWorker) -> tuple[Person, int, int, dict[str, Any]]:
    """A customer with an order of two of ten."""
    seller, customer = await scene.world.person("seller"), await scene.world.person()
    product_id = await scene.world.product(seller, stock=10)
    cart_id = await scene.world.cart(customer, {product_id: 2})
    return customer, product_id, cart_id, await scene.world.order(customer, cart_id)


async def mails_of(folder: Path, transaction_id: str) -> list[str]:
    found = await asyncio.to_thread(lambda: sorted((folder / "mail").glob(f"*{transaction_id}*.eml")))
    return [file.name.partition(f"-{transaction_id}")[0] for file in found]


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before initiate", "after initiate"])
async def test_a_worker_killed_while_it_opens_a_payment_leaves_no_stock_held(
    world: World, tmp_path: Path, point: str
) -> None:
    async with scene(world, tmp_path, point) as here:
        customer, product_id, cart_id, _ = await ready(here)
        assert await here.call(customer, "/api/v1/payments/initiate/", initiate_body(cart_id)) is None
        await here.died()
        assert (await here.checkout.product(product_id)).reserved == 2
        await survive(here)
        product = await here.checkout.product(product_id)
        assert (product.stock, product.reserved, product.sold) == (10, 0, 0)
        async with here.checkout.services.database.work() as work:
            rows = await work.session.execute(text("SELECT status, pidx FROM payment_transactions"))
            assert [tuple(row) for row in rows] == [("failed", None)]
            order = await work.session.execute(text("SELECT order_status, payment_status FROM orders"))
            assert [tuple(row) for row in order] == [("pending", "failed")]


@pytest.mark.parametrize(
    "point",
    [
        "before commit",
        pytest.param("before notification", marks=pytest.mark.slow),
        pytest.param("after lookup", marks=pytest.mark.heavy),
        pytest.param("in commit", marks=pytest.mark.heavy),
    ],
)
async def test_a_worker_killed_while_it_settles_leaves_one_sale_one_invoice_and_one_mail_of_each(
    world: World, tmp_path: Path, point: str
) -> None:
    async with scene(world, tmp_path, point) as here:
        customer, product_id, cart_id, _ = await ready(here)
        opened = ok(
            await here.call(customer, "/api/v1/payments/initiate/", initiate_body(cart_id)) or httpx.Response(0)
        )
        pidx, transaction_id = opened["data"]["pidx"], opened["transaction_id"]
        await here.world.at_gateway(pidx, "completed")
        callback = {"pidx": pidx}
        if point in {"before commit", "in commit"}:
            gate = await asyncpg.connect(here.database_dsn)
            await gate.execute(GATE_FUNCTION)
            await gate.execute(BEFORE_COMMIT if point == "before commit" else IN_COMMIT)
            await gate.execute("SELECT pg_advisory_lock($1)", GATE)
            calling = asyncio.create_task(here.call(customer, "/api/v1/payments/callback/", callback))
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"

            async def at_the_gate() -> bool:
                return bool(await gate.fetchval(waiting, GATE))

            await until(at_the_gate, "the settlement is at the gate")
            here.process.kill()
            await calling
            await here.died()
            await gate.close()  # opens the gate; the killed worker's transaction ends as the database ends it
        else:
            await here.call(customer, "/api/v1/payments/callback/", callback)
            await here.died()
        await survive(here)
        count, product = await here.checkout.count(transaction_id), await here.checkout.product(product_id)
        assert (count.status, count.sales, count.invoices) == ("completed", 1, 1)
        assert (count.gateway_paisa, count.ledger_sum, count.refunds) == (292500, 0, [])
        assert (product.stock, product.reserved, product.sold) == (8, 0, 2)
        assert await mails_of(tmp_path, transaction_id) == ["order-confirmation", "receipt", "sale-notice"]


@pytest.mark.heavy
async def test_a_worker_killed_after_a_refund_went_out_does_not_lead_to_a_second_one(
    world: World, tmp_path: Path
) -> None:
    async with scene(world, tmp_path, "after refund") as here:
        customer, product_id, cart_id, order = await ready(here)
        opened = ok(await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id)))
        await here.world.at_gateway(opened["data"]["pidx"], "completed")
        ok(await here.checkout.callback(opened["data"]["pidx"]))
        await here.call(customer, f"/api/v1/marketplace/orders/{order['id']}/cancel/", {})
        await here.died()
        await survive(here)
        count = await here.checkout.count(opened["transaction_id"])
        assert (count.status, count.refunds, count.gateway_paisa, count.ledger_sum) == ("refunded", ["succeeded"], 0, 0)
        state = await here.checkout.gateway_state(opened["data"]["pidx"])
        assert (state["refunded_amount"], (await here.checkout.product(product_id)).stock) == (292500, 10)

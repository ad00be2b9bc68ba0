"""Refunds that cannot be carried out yet, and what refunds and parcels leave behind."""

from datetime import timedelta

from sqlalchemy import select, update

from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from dispatch.transporters.models import Transporter
from tests.support.checkout import Checkout, Opened
from tests.support.waiting import until
from tests.support.world import Bought, Driver, World, ok


async def refund_of(checkout: Checkout, opened: Opened) -> Refund:
    payment = await checkout.payment(opened.transaction_id)
    async with checkout.services.database.work() as work:
        return (await work.session.execute(select(Refund).where(Refund.payment_id == payment.id))).scalar_one()


async def nameless_refund(checkout: Checkout) -> Opened:
    """A refund that was tried once in vain and whose payment's transaction at the gateway is not known.

    The server's own rounds leave it alone for half an hour: who tries it has a clock that is ahead.
    """
    paid = await checkout.paid()
    await checkout.fault("status", "lookup", times=None)  # whoever else looks something up has his own
    ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))

    async def was_tried() -> bool:
        refund = await refund_of(checkout, paid)
        return refund.attempts > 0 and refund.last_error is not None

    await until(was_tried, "it was tried in vain, by whoever took it")
    await checkout.clear_faults()
    refund = await refund_of(checkout, paid)
    async with checkout.services.database.work() as work:
        await work.session.execute(
            update(PaymentTransaction)
            .where(PaymentTransaction.transaction_id == paid.transaction_id)
            .values(gateway_transaction_id=None)
        )
        later = checkout.services.clock.now() + timedelta(minutes=30)
        await work.session.execute(update(Refund).where(Refund.id == refund.id).values(next_attempt_at=later))
    return paid


async def load_of(world: World, driver: Driver) -> tuple[int, float]:
    """How many parcels a transporter has, and their weight in kg, as its row says."""
    async with world.server.services.database.work() as work:
        row = await work.session.get_one(Transporter, driver.transporter_id)
        return row.active_count, float(row.carried_kg)


async def refunded_paisa(world: World, bought: Bought) -> list[int]:
    """What was asked back for a sale, each refund by itself."""
    async with world.server.services.database.work() as work:
        query = select(Refund.amount_paisa).where(Refund.sale_id == bought.sale_id).order_by(Refund.id)
        return list(await work.session.scalars(query))

"""Refunds that cannot be carried out yet."""

from sqlalchemy import select, update

from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from tests.support.checkout import Checkout, Opened
from tests.support.world import ok


async def refund_of(checkout: Checkout, opened: Opened) -> Refund:
    payment = await checkout.payment(opened.transaction_id)
    async with checkout.services.database.work() as work:
        return (await work.session.execute(select(Refund).where(Refund.payment_id == payment.id))).scalar_one()


async def nameless_refund(checkout: Checkout) -> Opened:
    """A refund that is asked for and whose payment's transaction at the gateway is not known."""
    paid = await checkout.paid()
    await checkout.fault("status", "lookup", times=20)
    ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))
    await checkout.clear_faults()
    async with checkout.services.database.work() as work:
        await work.session.execute(
            update(PaymentTransaction)
            .where(PaymentTransaction.transaction_id == paid.transaction_id)
            .values(gateway_transaction_id=None)
        )
    return paid

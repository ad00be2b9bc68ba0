"""Money adds up, to the paisa: random carts, taxes, outcomes and refunds against the ledger and the gateway's books."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dispatch.catalogue.models import Product
from dispatch.payments.ledger.models import LedgerAccount, LedgerEntry
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.sales.models import Sale, SaleStatus
from tests.support.checkout import Checkout
from tests.support.world import World, ok

STOCK = 100


@dataclass(frozen=True)
class Plan:
    """One purchase and what becomes of it; prices and parts in paisa."""

    prices: list[int]
    exempt: list[bool]
    quantities: list[int]
    shipping: int
    outcome: str
    refunds: list[int]
    end: str
    lost_answer: bool


PLANS = st.builds(
    Plan,
    prices=st.lists(st.integers(1000, 999_99), min_size=3, max_size=3),
    exempt=st.lists(st.booleans(), min_size=3, max_size=3),
    quantities=st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(any),
    shipping=st.sampled_from([100_00, 49_99, 250_01]),
    outcome=st.sampled_from(["completed", "completed", "completed", "canceled", "expired", "late"]),
    refunds=st.lists(st.integers(1, 60_000), max_size=2),
    end=st.sampled_from(["keep", "keep", "cancel", "refund all"]),
    lost_answer=st.booleans(),
)


async def carry_out(world: World, checkout: Checkout, plan: Plan) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    products = [
        await world.product(
            seller, price=f"{price / 100:.2f}", stock=STOCK, tax_class="exempt" if exempt else "standard"
        )
        for price, exempt in zip(plan.prices, plan.exempt, strict=True)
    ]
    items = {product: quantity for product, quantity in zip(products, plan.quantities, strict=True) if quantity}
    cart_id = await world.cart(customer, items)
    order = await world.order(customer, cart_id)
    opened = await world.initiate(customer, cart_id, shipping_cost=f"{plan.shipping / 100:.2f}")
    pidx, transaction_id = opened["data"]["pidx"], opened["transaction_id"]
    path = f"/api/v1/marketplace/orders/{order['id']}"
    if plan.outcome == "late":
        ok(await customer.post(f"{path}/cancel/"))
    await world.at_gateway(pidx, "completed" if plan.outcome == "late" else plan.outcome)
    assert (await checkout.callback(pidx)).status_code == (200 if plan.outcome == "completed" else 400)
    if plan.outcome == "completed":
        for amount in plan.refunds:
            reply = await admin.post(f"{path}/refund/", {"amount": f"{amount / 100:.2f}"})
            assert reply.status_code in {200, 400, 409}
        if plan.lost_answer and plan.end != "keep":
            await checkout.fault("drop", "refund", when="after")
        if plan.end == "cancel":
            assert (await customer.post(f"{path}/cancel/")).status_code in {200, 409}
        elif plan.end == "refund all":
            assert (await admin.post(f"{path}/refund/", {})).status_code in {200, 409}
        await checkout.clear_faults()
    await checkout.refunds_settled(transaction_id)
    await check_books(checkout, transaction_id, pidx, products)


async def check_books(checkout: Checkout, transaction_id: str, pidx: str, products: list[int]) -> None:
    payment, state = await checkout.payment(transaction_id), await checkout.gateway_state(pidx)
    async with checkout.services.database.work() as work:
        session = work.session
        rows = await session.execute(
            select(LedgerEntry.account, func.sum(LedgerEntry.amount_paisa))
            .where(LedgerEntry.payment_id == payment.id)
            .group_by(LedgerEntry.account)
        )
        books = {account: int(amount) for account, amount in rows}
        refunded = await session.scalar(
            select(func.coalesce(func.sum(Refund.amount_paisa), 0)).where(
                Refund.payment_id == payment.id, Refund.status == RefundStatus.SUCCEEDED
            )
        )
        sold = (
            await session.execute(
                select(Sale.product_id, Sale.status, Sale.quantity).where(Sale.transaction_id == payment.transaction_id)
            )
        ).all()
        stocks = {row.id: row for row in await session.scalars(select(Product).where(Product.id.in_(products)))}
    paid = state["amount"] if state["transaction_id"] else 0
    taken_for = sum(-amount for account, amount in books.items() if account is not LedgerAccount.GATEWAY)
    assert sum(books.values()) == 0
    assert paid - state["refunded_amount"] == paid - (refunded or 0) == books.get(LedgerAccount.GATEWAY, 0) == taken_for
    assert books.get(LedgerAccount.OWED, 0) == 0
    for product_id in products:
        product = stocks[product_id]
        kept = sum(q for p, status, q in sold if p == product_id and status is not SaleStatus.CANCELLED)
        assert (product.stock, product.sold, product.reserved) == (STOCK - kept, kept, 0)
    assert payment.status.value not in {"processing", "refund_due"}


@pytest.mark.slow
@given(PLANS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_what_was_paid_less_what_went_back_is_what_was_sold(world: World, checkout: Checkout, plan: Plan) -> None:
    await carry_out(world, checkout, plan)


@pytest.mark.heavy
@pytest.mark.timeout(1200)
@given(PLANS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_many_purchases_add_up(world: World, checkout: Checkout, plan: Plan) -> None:
    await carry_out(world, checkout, plan)


async def test_the_whole_shop_adds_up(checkout: Checkout) -> None:
    async with checkout.services.database.work() as work:
        total = await work.session.scalar(select(func.sum(LedgerEntry.amount_paisa)))
        per_payment = await work.session.execute(
            select(PaymentTransaction.order_number)
            .join(LedgerEntry, LedgerEntry.payment_id == PaymentTransaction.id)
            .group_by(PaymentTransaction.order_number)
            .having(func.sum(LedgerEntry.amount_paisa) != 0)
        )
        assert (total or 0, list(per_payment)) == (0, [])

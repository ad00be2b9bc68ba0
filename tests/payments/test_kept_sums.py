"""The sums of sales that are kept say the same as all sales do, whatever was changed, and whenever it was added up."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from api.server.serving import RunningServer
from dispatch.accounts.models import Role, User
from dispatch.analytics.models import SalesChange
from dispatch.analytics.periods import Period
from dispatch.analytics.sales import SalesFigures, Takings, sum_of
from dispatch.analytics.sums import add_up, add_up_anew
from dispatch.catalogue.models import Product
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.sales.models import Sale, SaleStatus
from tests.support.own_database import database_of_its_own

NEPAL = timedelta(hours=5, minutes=45)
# Around the turn of a month, of a day and of a year in Nepal, and far from them.
MOMENTS = [
    datetime(2026, 1, 31, 18, 14, 59, 999999, tzinfo=UTC),
    datetime(2026, 1, 31, 18, 15, tzinfo=UTC),
    datetime(2025, 12, 31, 18, 15, tzinfo=UTC),
    datetime(2026, 2, 1, 18, 14, 59, tzinfo=UTC),
    datetime(2026, 2, 1, 18, 15, tzinfo=UTC),
    datetime(2026, 3, 17, 9, 30, 0, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
]
SOLD = text(
    """
INSERT INTO sales (order_number, buyer_id, buyer_name, seller_id, product_id, product_name, quantity, unit_price,
    total_amount, payment_method, transaction_id, payment_status, status, created_at, updated_at)
SELECT gen_random_uuid()::text::varchar(32), p.seller_id, '', p.seller_id, p.id, '', :quantity, 1, :amount, '',
    gen_random_uuid(), 'paid', 'processing', :at, now()
FROM products AS p WHERE p.id = :product
""".replace("gen_random_uuid()::text::varchar(32)", "left(replace(gen_random_uuid()::text, '-', ''), 32)")
)
ENDED = text("UPDATE sales SET status = :to WHERE id = :sale AND status = 'processing'")
KEPT_IN_PART = text("""
UPDATE sales SET status = 'delivered', quantity_delivered = 1
WHERE id = :sale AND status = 'processing' AND quantity > 1
""")
# Of a payment and a refund that are not there: what is looked at is where the money went.
GAVE_BACK = text("""
INSERT INTO ledger_entries (payment_id, refund_id, sale_id, account, amount_paisa, created_at)
VALUES (1, 1, :sale, 'sales', :paisa, now()), (1, 1, NULL, 'owed', -:paisa, now()), (1, NULL, :sale, 'sales', -7, now())
""")


@pytest.fixture(scope="module")
async def shop(server: RunningServer) -> AsyncIterator[Database]:
    """A database with two sellers who have two products each."""
    async with database_of_its_own(server) as database:
        async with database.work() as work:
            for table in ("payment_id_payment_transactions", "refund_id_refunds"):
                await work.session.execute(
                    text(f"ALTER TABLE ledger_entries DROP CONSTRAINT fk_ledger_entries_{table}")
                )
            for _ in range(2):
                seller = User(email=f"{uuid4().hex}@example.com", password_hash="-", name="", roles=["seller"])
                work.session.add(seller)
                await work.session.flush()
                work.session.add_all(
                    Product(seller_id=seller.id, name="Rice", listed_price=Decimal(1), stock=0) for _ in range(2)
                )
        yield database


async def _changed(work: Work, draw: Random) -> None:
    """One of the things that may become of sales."""
    session = work.session
    products = list(await session.scalars(select(Product.id).order_by(Product.id)))
    sales = list(await session.scalars(select(Sale.id).order_by(Sale.id)))
    what = draw.random()
    if not sales or what < 0.5:
        at = draw.choice(MOMENTS) + timedelta(days=draw.choice((0, 0, 1, 40, -365)))
        values = {"product": draw.choice(products[:3]), "quantity": draw.randint(1, 9), "at": at}
        await session.execute(SOLD, values | {"amount": Decimal(draw.randint(1, 10**9)) / 100})
        return
    sale = draw.choice(sales)
    if what < 0.7:
        status = draw.choice((SaleStatus.CANCELLED, SaleStatus.DELIVERED)).value
        await session.execute(ENDED, {"to": status, "sale": sale})
    elif what < 0.86:
        await session.execute(GAVE_BACK, {"sale": sale, "paisa": draw.randint(1, 10**6)})
    elif what < 0.93:
        await session.execute(KEPT_IN_PART, {"sale": sale})
    elif what < 0.96:
        at = draw.choice(MOMENTS)
        await session.execute(text("UPDATE sales SET created_at = :at WHERE id = :sale"), {"at": at, "sale": sale})
    else:
        taken = text("UPDATE sales SET quantity = quantity + 1, total_amount = total_amount + 0.01 WHERE id = :sale")
        await session.execute(taken, {"sale": sale})


def _period(draw: Random) -> Period:
    moments = [one + timedelta(days=days) for one in MOMENTS for days in (0, 1, 30)]
    midnights = [datetime(2026, month, 1, tzinfo=UTC) - NEPAL for month in (1, 2, 3)]
    start = draw.choice([None, *moments, *midnights])
    end = draw.choice([None, *moments, *(one - timedelta(microseconds=1) for one in midnights)])
    return Period(start, end)


async def _by_hand(work: Work, seller: int | None, period: Period) -> tuple[dict[date, Any], dict[int, Any]]:
    """The same from every sale."""
    days: dict[date, Takings] = defaultdict(lambda: Takings(0, 0, Decimal(0), Decimal(0)))
    products: dict[int, Takings] = defaultdict(lambda: Takings(0, 0, Decimal(0), Decimal(0)))
    given_back = await work.session.execute(
        text(
            "SELECT sale_id, sum(amount_paisa) FROM ledger_entries "
            "WHERE account = 'sales' AND refund_id IS NOT NULL GROUP BY sale_id"
        )
    )
    back: dict[int, int] = {sale: int(paisa) for sale, paisa in given_back}
    for sale in await work.session.scalars(select(Sale)):
        too_early = period.start is not None and sale.created_at < period.start
        too_late = period.end is not None and sale.created_at > period.end
        if too_early or too_late or seller not in {None, sale.seller_id}:
            continue
        units = 0 if sale.status is SaleStatus.CANCELLED else sale.quantity_kept
        refunded = Decimal(back.get(sale.id, 0)) / 100
        day = (sale.created_at.astimezone(UTC) + NEPAL).date()
        for sums, key in ((days, day), (products, sale.product_id)):
            one = sums[key]  # type: ignore[index]
            sums[key] = Takings(  # type: ignore[index]
                one.sales + 1, one.units + units, one.gross + sale.total_amount, one.refunded + refunded
            )
    return days, products


async def _compared(database: Database, draw: Random) -> None:
    async with database.work() as work:
        sellers = list(await work.session.scalars(select(User).order_by(User.id)))
        for user in (*sellers, User(id=0, roles=[Role.ADMIN.value])):
            period = _period(draw)
            seller = None if user.has(Role.ADMIN) else user.id
            figures = SalesFigures(work, user)
            days, products = await _by_hand(work, seller, period)
            assert {one.day: one.takings for one in await figures.by_day(period)} == days, period
            shown = await figures.revenue(period, max_days=2)
            assert (shown.total, shown.earlier_days) == (sum_of(list(days.values())), max(0, len(days) - 2)), period
            assert [(one.day, one.takings) for one in shown.days] == sorted(days.items())[-2:], period
            found = await figures.by_product(period)
            assert {one.product.id: one.takings for one in found if one.takings.sales} == products, period
            assert [one.takings.gross for one in found] == sorted((one.takings.gross for one in found), reverse=True)


@pytest.mark.parametrize("seed", range(3))
async def test_kept_sums_are_those_of_all_sales_after_any_change_added_up_or_not(shop: Database, seed: int) -> None:
    draw = Random(seed)  # noqa: S311  the same in every run
    for _ in range(25):
        async with shop.work() as work:
            for _ in range(draw.randint(1, 6)):
                await _changed(work, draw)
        if draw.random() < 0.3:
            await add_up(shop)
        await _compared(shop, draw)


async def test_what_is_rolled_back_was_never_sold_and_what_is_read_anew_is_the_same(shop: Database) -> None:
    draw = Random(9)  # noqa: S311  the same in every run
    async with shop.work() as work:
        await _changed(work, draw)
        await work.session.rollback()
    await add_up(shop)
    await _compared(shop, draw)
    async with shop.work() as work:
        assert await work.session.scalar(select(func.count()).select_from(SalesChange)) == 0
        await add_up_anew(work.session)
    for _ in range(8):
        await _compared(shop, draw)

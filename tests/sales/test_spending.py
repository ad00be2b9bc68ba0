"""What a customer spent, by the months of Nepal's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.analytics.spending import spent_by_month
from dispatch.bikram_sambat import KNOWN_YEARS, month_of, months_of_fiscal_year, nepal_date
from dispatch.sales.models import Sale
from tests.support.world import World, ok

SPENDING = "/api/marketplace/analytics/spending/"
PURCHASES = "/api/marketplace/analytics/purchases/"


async def test_what_was_paid_with_tax_and_shipping_counts_in_its_month_without_what_went_back(
    world: World,
) -> None:
    paid, admin = await world.bought(), await world.admin()
    told = ok(await paid.customer.get(SPENDING))
    assert (told["currency"], told["orders_count"], told["units_bought"]) == ("NPR", 1, 2)
    assert (told["paid"], told["refunded"], told["spent"]) == (2925.00, 0.0, 2925.00)
    ok(await admin.post(f"/api/v1/marketplace/orders/{paid.order_id}/refund/", {"amount": "25.50"}))
    told = ok(await paid.customer.get(SPENDING))
    [month] = told["months"]
    assert (month["paid"], month["refunded"], month["spent"]) == (2925.00, 25.50, 2899.50)
    assert {name: month[name] for name in ("paid", "spent", "orders_count")} == {
        name: told[name] for name in ("paid", "spent", "orders_count")
    }
    days = {"date_from": month["first_day"], "date_to": month["last_day"]}
    assert ok(await paid.customer.get(PURCHASES, **days))["count"] == 1


async def test_months_stand_newest_first_and_say_how_many_came_before(world: World) -> None:
    bought = await world.bought()
    early = await world.bought(customer=bought.customer, seller=bought.seller)
    async with world.server.services.database.work() as work:
        long_ago = datetime(2024, 10, 16, 18, 16, tzinfo=UTC)  # in Nepal the 17th, the first of Kartik
        await work.session.execute(update(Sale).where(Sale.id == early.sale_id).values(created_at=long_ago))
    told = ok(await bought.customer.get(SPENDING))
    assert told["orders_count"] == 2
    [newest, oldest] = told["months"]
    assert newest["first_day"] > oldest["first_day"]
    assert (oldest["month"], oldest["bikram_year"], oldest["bikram_month"]) == ("Kartik 2081", 2081, 7)
    assert (oldest["first_day"], oldest["last_day"]) == ("2024-10-17", "2024-11-15")
    cut = ok(await bought.customer.get(SPENDING, max_months=1))
    assert ([month["month"] for month in cut["months"]], cut["earlier_months"]) == ([newest["month"]], 1)
    assert cut["paid"] == told["paid"]
    assert "max_months" in ok(await bought.customer.get(SPENDING, max_months=0), 400)["errors"]


async def test_of_very_many_purchases_the_newest_are_added_up_whole_and_it_is_said_from_when(world: World) -> None:
    bought = await world.bought()
    for _ in range(2):
        newest = await world.bought(customer=bought.customer, seller=bought.seller)
    async with world.server.services.database.work() as work:
        long_ago = datetime(2024, 10, 16, 18, 16, tzinfo=UTC)
        earlier = (Sale.buyer_id == bought.customer.user_id, Sale.id != newest.sale_id)
        await work.session.execute(update(Sale).where(*earlier).values(created_at=long_ago))
        user = await work.session.get_one(User, bought.customer.user_id)
        everything = await spent_by_month(work, user, 3)
        assert (sum(month.spent.orders for month in everything.months), everything.counted_from) == (3, None)
        for most, from_when in ((2, date(2024, 10, 17)), (1, nepal_date(datetime.now(UTC)))):
            cut = await spent_by_month(work, user, most)
            assert (sum(month.spent.orders for month in cut.months), cut.counted_from) == (most, from_when)


async def test_who_bought_nothing_has_no_months(world: World) -> None:
    told = ok(await (await world.person("customer")).get(SPENDING))
    assert (told["months"], told["spent"], told["earlier_months"]) == ([], 0.0, 0)


@pytest.mark.parametrize("year", KNOWN_YEARS[:3])
def test_each_day_lies_in_the_month_that_a_fiscal_year_has_it_in(year: int) -> None:
    for month in months_of_fiscal_year(year):
        for day in (month.first, month.first + timedelta(days=9), month.last):
            assert month_of(day) == month
    assert month_of(date(2026, 7, 17)).name == "Shrawan 2083"

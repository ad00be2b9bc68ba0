"""Sales are found by payment, product and day of Nepal, and summed by the months of its fiscal year."""

import csv
from datetime import date, timedelta
from io import StringIO
from itertools import pairwise

import pytest

from dispatch.bikram_sambat import KNOWN_YEARS, fiscal_year_of, months_of_fiscal_year
from dispatch.payments.invoices.fiscal_year import BIKRAM_SAMBAT_AHEAD, first_day
from tests.support.world import World, ok

YEAR = "/api/marketplace/analytics/fiscal-year/"


async def test_sales_are_found_by_product_and_payment(world: World) -> None:
    bought = await world.bought()
    seller = bought.seller
    for wanted, count in (
        ({"product": bought.product_id, "payment_status": "paid"}, 1),
        ({"product": 2**61}, 0),
        ({"payment_status": "refunded"}, 0),
    ):
        assert ok(await seller.get("/api/marketplace/sales/", **wanted))["count"] == count, wanted
    assert (await seller.get("/api/marketplace/sales/", payment_status="maybe")).status_code == 400


async def test_a_fiscal_year_has_twelve_months_and_their_sum(world: World) -> None:
    bought = await world.bought()
    told = ok(await bought.seller.get(YEAR))
    assert [month["month"].partition(" ")[0] for month in told["months"]][::11] == ["Shrawan", "Ashadh"]
    assert told["gross"] == sum(month["gross"] for month in told["months"]) == 2500
    assert told["months"][0]["first_day"] == told["first_day"]
    rows = list(csv.DictReader(StringIO((await bought.seller.get(YEAR, format="csv")).text)))
    assert sum(float(row["revenue"]) for row in rows) == told["revenue"]
    refused = await bought.seller.get(YEAR, fiscal_year=1066)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["fiscal_year"])


@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_the_months_of_a_fiscal_year_follow_one_another_and_invoices_count_the_same_years(year: int) -> None:
    months = months_of_fiscal_year(year)
    for before, after in pairwise(months):
        assert after.first == before.last + timedelta(days=1)
    assert months[0].first == first_day(year - BIKRAM_SAMBAT_AHEAD)
    assert {fiscal_year_of(months[0].first), fiscal_year_of(months[-1].last)} == {year}
    assert all(28 < (month.last - month.first).days + 1 < 33 for month in months)


def test_shrawan_of_2083_is_where_the_calendar_has_it() -> None:
    assert months_of_fiscal_year(2083)[0].first == date(2026, 7, 17)

"""A transporter's statement has every delivery that it handed over, by Nepal's days; its sum is what it earned."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok

EARNINGS = "/api/transporters/me/earnings/"


async def _delivered(world: World, driver: Driver, fee: str) -> dict[str, Any]:
    delivery = await world.delivery(delivery_fee=fee)
    path = f"/api/deliveries/{delivery['id']}/"
    ok(await driver.post(f"{path}accept/"))
    for step, (lat, lon) in (("pickup", BHAKTAPUR), ("deliver", THAMEL)):
        ok(await driver.post(f"{path}{step}/", {"latitude": lat, "longitude": lon}))
    return delivery


@pytest.mark.parametrize("by", ["day", "week", "month"])
async def test_a_statement_sums_up_to_what_was_earned(world: World, by: str) -> None:
    driver = await world.driver()
    numbers = {(await _delivered(world, driver, fee))["id"] for fee in ("150.00", "99.99")}
    told = ok(await driver.get(EARNINGS, by=by))
    lines = [line for portion in told["portions"] for line in portion["lines"]]
    assert {line["delivery"] for line in lines} == numbers
    total = sum(Decimal(line["earned"]) for line in lines)
    assert Decimal(told["earned"]) == Decimal(told["earned_in_all"]) == total > 0
    assert all(
        portion["first_day"] <= line["delivered_on"] <= portion["last_day"]
        for portion in told["portions"]
        for line in portion["lines"]
    )
    rows = list(csv.DictReader(StringIO((await driver.get(EARNINGS, format="csv")).text)))
    assert sum(Decimal(row["earned"]) for row in rows) == total


async def test_days_without_deliveries_and_another_transporter_have_nothing(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    await _delivered(world, driver, "150.00")
    assert ok(await other.get(EARNINGS))["portions"] == []
    assert ok(await driver.get(EARNINGS, date_from="2020-01-01", date_to="2020-12-31"))["deliveries"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_from": "2026-02-30"}, "date_from"),
        ({"date_from": "2026-02-02", "date_to": "2026-02-01"}, "date_to"),
        ({"date_from": "2020-01-01", "date_to": "2026-01-01"}, "date_to"),
        ({"by": "year"}, "by"),
    ],
)
async def test_days_that_are_none_are_refused_by_name(world: World, query: dict[str, str], field: str) -> None:
    refused = await (await world.driver()).get(EARNINGS, **query)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field]), refused.text

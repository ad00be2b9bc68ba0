"""A transporter sees how it was rated, month by month, and never by whom."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from dispatch.bikram_sambat import nepal_date
from tests.support.world import Driver, World, ok

PATH = "/api/transporters/me/ratings/"


async def rated(world: World, driver: Driver, rating: int | None, days_ago: int = 0) -> dict[str, Any]:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    if rating is not None:
        ok(await bought.customer.post(f"/api/deliveries/{delivery['id']}/rate/", {"rating": rating}))
    query = text("UPDATE deliveries SET delivered_at = delivered_at - CAST(:ago AS interval) WHERE id = :id")
    async with world.server.services.database.work() as work:
        await work.session.execute(query, {"ago": timedelta(days=days_ago), "id": delivery["id"]})
        await work.commit()
    return delivery


async def test_ratings_are_told_by_month_with_how_often_each_was_given(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    for rating, ago in ((5, 0), (4, 0), (5, 0), (None, 0), (1, 60), (2, 500)):
        await rated(world, driver, rating, ago)
    await rated(world, other, 1)
    told = ok(await driver.get(PATH))
    assert (told["rating_count"], round(told["rating"], 2)) == (5, 3.4)
    months = told["months"]
    assert len(months) == 12
    days = [(date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"])) for one in months]
    today = nepal_date(world.server.services.clock.now())
    assert days[0][0] <= today <= days[0][1]
    assert all(before[1] + timedelta(days=1) == after[0] for after, before in pairwise(days))
    newest = months[0]
    assert (newest["delivered"], newest["rated"], newest["average"]) == (4, 3, 4.67)
    assert newest["ratings"] == [0, 0, 0, 1, 2]
    then = next(
        one for one, (first, last) in zip(months, days, strict=True) if first <= today - timedelta(days=60) <= last
    )
    assert (then["delivered"], then["ratings"], then["average"]) == (1, [1, 0, 0, 0, 0], 1.0)
    assert sum(one["delivered"] for one in months) == 5
    assert "Some Body" not in str(told)


async def test_who_has_delivered_nothing_has_twelve_empty_months(world: World) -> None:
    told = ok(await (await world.driver()).get(PATH))
    assert [one["average"] for one in told["months"]] == [None] * 12

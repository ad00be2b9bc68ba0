"""What comes before a parcel, as its customer and its courier read it."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.windows import Window
from tests.support.places import between, north_of, somewhere
from tests.support.world import BHAKTAPUR, Driver, World, ok

NO_TIME: dict[str, Any] = {"requested_pickup_date": None, "requested_delivery_date": None}
TIME = r"(?:\w{3} )?\d\d:\d\d"
"""As pages write it; behind Nepal's midnight with its day."""


async def _aboard(driver: Driver, *deliveries: dict[str, Any]) -> None:
    for one in deliveries:
        for step in ("accept", "pickup"):
            ok(await driver.post(f"/api/deliveries/{one['id']}/{step}/", {}))


async def test_a_customer_reads_how_many_stops_come_before_and_that_they_moved_the_time(
    world: World, window: Window
) -> None:
    here, driver = somewhere(), await world.driver()
    mine, other = await world.deliveries(
        between(here, north_of(here, 9000)) | NO_TIME,
        between(here, north_of(here, -1500)) | NO_TIME | {"priority": "urgent"},
    )
    await world.online_at(driver, *here)
    await _aboard(driver, mine)
    path = f"/t/{mine['tracking_number']}"
    page = await window.open(path)
    await expect(page.locator("[data-liveness=live]")).to_be_visible()
    await expect(page.locator(".answers")).not_to_contain_text("before you")
    await _aboard(driver, other)
    stops = re.compile(r"in about .* · 1 stop before you · ")
    await expect(page.locator(".answers")).to_contain_text(stops)
    first = "(?:one stop|2 stops) first"  # as it was when the time moved: where the other is fetched is a stop as well
    await expect(page.locator(".history")).to_contain_text(
        re.compile(rf"Time changed: {TIME}–{TIME} → {TIME}–{TIME}, {first}")
    )
    for language, words in (("en", "1 stop before you · "), ("ne", "तपाईंभन्दा पहिले १ ठाउँ · ")):
        written = await world.http.get(path, params={"lang": language})
        assert f'<p class="quiet">{words}' in written.text, "also where no program runs"


@pytest.mark.slow
async def test_a_courier_reads_the_stops_in_the_order_that_the_customers_are_told(
    world: World, plain_chromium: Browser
) -> None:
    driver = await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    far, near, middle = await world.deliveries(
        *[
            between(BHAKTAPUR, north_of(BHAKTAPUR, metres)) | NO_TIME | {"delivery_address": f"{metres} metres north"}
            for metres in (3000, 1000, 2000)
        ]
    )
    await _aboard(driver, far, near, middle)
    async with courier(world, plain_chromium, driver) as phone:
        await expect(phone.answer).to_have_text("1000 metres north")
        others = phone.page.locator("section[aria-labelledby=others] li")
        await expect(others).to_have_text([re.compile("2000 metres"), re.compile("3000 metres")])
        ok(await driver.post(f"/api/deliveries/{near['id']}/deliver/", {}))
        await phone.page.reload()
        await expect(phone.answer).to_have_text("2000 metres north")

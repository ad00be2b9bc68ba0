"""What a courier presses next stays where it is, whatever is sent meanwhile."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.couriers import courier
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

pytestmark = pytest.mark.usefixtures("nobody_else_waits")

# Where the courier stands.
HERE: dict[str, Any] = {"pickup_latitude": BHAKTAPUR[0], "pickup_longitude": BHAKTAPUR[1]}
LANDMARK: dict[str, Any] = {"delivery_latitude": 27.7352, "delivery_longitude": 85.3148}


async def tops(page: Page, *selectors: str) -> list[float]:
    """Where each begins, in pixels from above."""
    boxes = [await page.locator(one).first.bounding_box() for one in selectors]
    return [box["y"] for box in boxes if box is not None]


async def until_order(page: Page, *wanted: str) -> None:
    """Until the page has these parts, and each after the one before it: what waits is asked for, and comes later."""
    parts = page.locator("main > .told, main > .stop, main > .strip, main > [aria-labelledby=waiting]")

    async def stands() -> bool:
        found: list[str] = await parts.evaluate_all("(all) => all.map((part) => part.classList[0] ?? 'waiting')")
        return list(wanted) == found

    await until(stands, f"the page has {wanted} in this order")


async def test_nothing_moves_under_the_thumb_when_a_pickup_is_sent_and_the_order_is_one_always(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery(**HERE)
    async with courier(world, plain_chromium, clock=True) as one:
        page = one.page
        await until_order(page, "stop", "strip", "waiting")
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await until_order(page, "stop", "strip", "waiting")
        await one.moment_stands()
        await one.pick_up(send=False)
        await expect(page.get_by_text("Picked up: saved on this phone")).to_be_visible()
        pressed = (".stop .large", ".strip", "[aria-labelledby=waiting]")
        before = await tops(page, *pressed)
        await page.get_by_role("button", name="Send now").click()
        await one.moment_goes_on()
        await expect(page.locator("[data-sent=pickup] [data-came=confirmed]")).to_be_visible()
        await expect(page.get_by_text("Picked up: saved on this phone")).to_have_count(0)
        await expect(page.get_by_role("link", name="Everything is sent")).to_be_visible()
        assert await tops(page, *pressed) == before
        await until_order(page, "told", "stop", "strip", "waiting")
        await page.locator("[data-sent]").get_by_role("button", name="OK").click()
        await expect(page.locator(".told")).to_have_count(0)
        here = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
        ok(await one.driver.post(f"/api/deliveries/{delivery['id']}/deliver/", here))
        await expect(one.answer).to_have_text("Nothing to do now")
        await until_order(page, "stop", "strip", "waiting")


async def test_a_pickup_that_was_taken_back_is_not_told_as_sent_once_its_moment_would_be_over(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery(**HERE)
    async with courier(world, plain_chromium, clock=True) as one:
        page = one.page
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.moment_stands()
        await one.pick_up(photo=False, send=False)
        held = page.locator("[data-held=pickup]")
        await expect(held).to_contain_text(re.compile(r"It is sent in \d+ s; till then you can undo it\."))
        await held.get_by_role("button", name="Undo").click()
        await expect(page.locator("[data-held]")).to_have_count(0)
        await one.moment_goes_on()
        await page.clock.run_for(15_000)
        await expect(page.get_by_role("link", name="Pick up", exact=True)).to_be_visible()
        await expect(page.locator("[data-sent]")).to_have_count(0)
    assert ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "assigned"


async def test_who_decides_on_a_parcel_reads_the_part_of_the_town_and_which_way_it_goes(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery(delivery_address="Bus Park, Kathmandu", **HERE, **LANDMARK)
    async with courier(world, plain_chromium) as one:
        row = one.page.locator(f"[data-delivery='{delivery['id']}']")
        await expect(row.locator(".to")).to_contain_text("Gongabu")
        await expect(row).to_contain_text("km north-west")
        await expect(row).to_contain_text("to the pickup")
        await expect(row).to_contain_text(re.compile(r"NPR.135\.00 for you, of a delivery fee of NPR.150\.00"))
        listed = ok(await one.driver.get("/api/deliveries/available/"))
        assert "Bus Park" not in str(listed)

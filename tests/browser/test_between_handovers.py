"""A courier's page led from one handover straight to another, as by the browser's way back."""

from typing import Any

from playwright.async_api import Browser, expect

from tests.browser.couriers import Courier, courier, draw
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

# Where the browser's way back leads: a page of the same document that was there before.
LED_BACK = "(path) => { history.pushState(null, '', path); history.pushState(null, '', '/courier'); history.back(); }"


async def _aboard(one: Courier, delivery: dict[str, Any]) -> str:
    path = f"/api/deliveries/{delivery['id']}"
    ok(await one.driver.post(f"{path}/accept/"))
    ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
    return f"/courier/jobs/{delivery['id']}/deliver"


async def test_a_signature_of_one_parcel_is_not_there_at_another_that_the_way_back_leads_to(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium) as one:
        first, second = [await _aboard(one, await world.delivery()) for _ in range(2)]
        await one.at(*THAMEL)
        page = one.page
        await page.goto(one.window.base_url + first)
        await page.get_by_role("button", name="Without a photo").click()
        await expect(page.get_by_role("button", name="Delivered without a signature")).to_be_enabled()
        await page.evaluate(LED_BACK, second)
        await page.get_by_role("button", name="Without a photo").click()
        await draw(page)
        await expect(page.get_by_role("button", name="Clear")).to_be_visible()
        await page.evaluate(LED_BACK, first)
        await expect(page.get_by_role("button", name="Clear")).to_have_count(0)
        await expect(page.get_by_role("button", name="Delivered without a signature")).to_be_enabled()

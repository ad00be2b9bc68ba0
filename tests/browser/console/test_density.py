"""A dispatcher looks at more couriers than markers could show."""

from itertools import cycle

import pytest
from playwright.async_api import expect

from benchmarks.dispatch.city import City, settle
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, stand_still, violations
from tests.support.waiting import until
from tests.support.world import World

COURIERS = 800


@pytest.mark.slow
async def test_a_crowd_is_a_dot_each_that_can_be_picked_and_counts_from_far_off_that_lead_closer(
    world: World, map_desk: Window
) -> None:
    services = world.server.services
    await settle(services.database, services.redis, services.keys, City(1, COURIERS))
    await remembered(map_desk.context, "console", await world.admin())
    page = await map_desk.open("/console")
    await stand_still(page, "light")
    shown = page.locator(".map-box")
    await expect(page.locator(".desk")).to_have_attribute("data-couriers", str(COURIERS))
    await expect(shown).to_have_attribute("data-crowd", "dots")
    await expect(page.get_by_text("Many couriers: each a dot")).to_be_visible()
    legend = page.locator(".legend")
    await expect(legend.get_by_text("courier on the way")).not_to_be_visible()
    await legend.get_by_text("What the map shows").click()
    await expect(legend.get_by_text("courier on the way")).to_be_visible()
    assert await violations(page) == []
    await legend.get_by_text("What the map shows").click()
    box = await page.locator("canvas.fleet").bounding_box()
    assert box is not None
    # Around the middle, where most of them are; a click between them is one on the ground.
    around = cycle([(x, y) for x in (0, 40, -40) for y in (0, 30, -30)])

    async def click_near_the_middle() -> None:
        x, y = next(around)
        await page.mouse.click(box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y)

    async def picked() -> bool:
        await click_near_the_middle()
        return "courier=" in page.url

    await until(picked)
    await page.keyboard.press("Escape")
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    async def is_counted() -> bool:
        await page.mouse.wheel(0, 400)
        return await shown.get_attribute("data-crowd") == "counts"

    await until(is_counted)
    address = page.url

    async def closer() -> bool:
        await click_near_the_middle()
        return await shown.get_attribute("data-crowd") != "counts"

    await until(closer)
    assert page.url == address  # a count is nobody

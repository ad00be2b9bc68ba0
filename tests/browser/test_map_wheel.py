"""The wheel over a map, and the words of its scale."""

import re

from playwright.async_api import Page, expect

from tests.browser.journeys import riding
from tests.browser.windows import Window
from tests.support.waiting import until
from tests.support.world import THAMEL, World

LATIN = re.compile(r"[0-9A-Za-z]")


async def _scale(page: Page) -> str:
    bar = page.locator(".maplibregl-ctrl-scale")
    return f"{await bar.inner_text()} {await bar.evaluate('(bar) => bar.style.width')}"


async def test_the_wheel_over_a_map_scrolls_a_page_that_scrolls_and_zooms_with_ctrl_alone(
    world: World, map_window: Window
) -> None:
    async with riding(world) as ride:
        await ride.at(*THAMEL)
        page = await map_window.open(f"{ride.path}?lang=ne")
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await page.emulate_media(reduced_motion="reduce")
        scale = page.locator(".maplibregl-ctrl-scale")
        await expect(scale).to_have_text(re.compile(r"^[०-९]+ (मिटर|कि\.मि\.)$"))
        await page.locator(".map .canvas").scroll_into_view_if_needed()
        box = await page.locator(".map .canvas").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
        before, top = await _scale(page), await page.evaluate("scrollY")
        down = top < await page.evaluate("document.documentElement.scrollHeight - innerHeight - 40")

        async def scrolled() -> bool:
            await page.mouse.wheel(0, 30 if down else -30)
            return bool(await page.evaluate("scrollY") != top)

        await until(scrolled, "the page scrolls under the wheel")

        async def told_how() -> bool:  # for a moment after each turn of the wheel
            await page.mouse.wheel(0, 1 if down else -1)
            return await page.locator(".wheel-hint").is_visible()

        await until(told_how, "whoever turns the wheel is told how the map would have it")
        assert await _scale(page) == before

        async def zoomed() -> bool:
            box = await page.locator(".map .canvas").bounding_box()
            assert box is not None
            await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            await page.keyboard.down("Control")
            await page.mouse.wheel(0, 200)
            await page.keyboard.up("Control")
            return await _scale(page) != before

        await until(zoomed, "the map zooms with Ctrl")
        assert not LATIN.search(await scale.inner_text())

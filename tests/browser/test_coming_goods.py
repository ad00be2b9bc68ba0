"""What the shop shows while its goods are on their way, in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.windows import Window
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("goods_without_pictures")


async def test_what_stands_where_goods_come_has_their_shape_and_nothing_moves_when_they_do(
    world: World, window: Window
) -> None:
    await world.product(await world.person("seller"), name="Salt 12")
    page = await window.open("/shop")
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/api/v1/marketplace/products/?*", hold)

    async def places() -> list[Any]:
        boxes = [await page.locator(one).first.bounding_box() for one in ("h1", ".search", ".goods > li")]
        return [box and (box["x"], box["y"], box["height"]) for box in boxes]

    for size in ((390, 844), (1366, 768)):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.goto(f"{window.base_url}/shop?q=Salt+12")
        await expect(page.get_by_role("status", name="Loading")).to_be_visible()
        before = await places()
        await held.pop().continue_()
        await expect(page.locator(".goods > li a")).to_have_count(1)
        assert await places() == before

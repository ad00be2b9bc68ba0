"""Parts that a page loads once it needs them, while the server is away: they come when it is back, without a reload."""

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.journeys import riding
from tests.browser.windows import Window, violations
from tests.support.waiting import until
from tests.support.world import THAMEL, World

LAT, LON = THAMEL
# What a map is made of: its own module, the library that draws it, its style sheet, the program of its worker.
PARTS = {
    "module": re.compile(r"/assets/map-[^-][^/]*\.js$"),
    "library": re.compile(r"/assets/maplibre-gl-(?!worker)[^/]*\.js$"),
    "style": re.compile(r"/assets/base_map-[^/]*\.css$"),
    "worker": re.compile(r"/assets/maplibre-gl-worker-[^/]*\.js$"),
}


async def _gone(route: Route) -> None:
    await route.abort("connectionrefused")


def forgive(window: Window) -> None:
    window.complaints[:] = [said for said in window.complaints if "ERR_CONNECTION_REFUSED" not in said]


async def _is_styled(page: Page) -> bool:
    position = "getComputedStyle(document.querySelector('.maplibregl-marker')).position"
    return bool(await page.evaluate(position) == "absolute")


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["style", "worker", *(pytest.param(one, marks=pytest.mark.heavy) for one in ("module", "library"))]
)
async def test_a_map_of_which_a_part_did_not_come_is_drawn_once_the_server_is_back(
    world: World, map_window: Window, part: str
) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        await map_window.context.route(PARTS[part], _gone)
        page = await map_window.open(ride.path)
        await expect(page.locator(".map")).to_contain_text("The map could not be loaded")
        await expect(page.locator("h1")).to_contain_text("Arriv")
        assert await violations(page) == []
        await page.evaluate("document.documentElement.dataset.opened = 'once'")
        await map_window.context.unroute(PARTS[part])
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text("The map could not be loaded")).to_have_count(0)
        assert await _is_styled(page)
        assert await page.evaluate("document.documentElement.dataset.opened") == "once"
    forgive(map_window)


@pytest.mark.slow
async def test_a_map_that_does_not_come_is_asked_for_again_whenever_somebody_wants_it(
    world: World, window: Window
) -> None:
    asked: list[str] = []

    async def gone(route: Route) -> None:
        await route.abort("connectionrefused")
        asked.append(route.request.url)

    async with riding(world) as ride:
        await ride.at(LAT, LON)
        await window.context.clock.install()
        await window.context.route(PARTS["worker"], gone)
        page = await window.open(ride.path)
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        await page.clock.fast_forward(30_000)  # it waits longer each time
        again = page.get_by_role("button", name=re.compile(r"Try again \(failed \d+ times\)"))  # and goes on by itself
        await expect(again).to_be_visible()
        before = len(asked)
        await page.get_by_role("button", name="Try again").click()
        await until(lambda: len(asked) > before)
        await page.close()  # what it still asks for is complained of before that is forgiven
    forgive(window)

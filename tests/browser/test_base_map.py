"""The streets under the maps, once an operator has imported them."""

import asyncio
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from playwright.async_api import Page, expect

from api.basemap.stored import stored_map
from api.cli.main import main
from tests.browser.journeys import riding
from tests.browser.windows import PATIENCE_MS, Window, told_of_ground, violations
from tests.support.towns import LAT, LON, draw_town
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.slow

EAST = 0.03  # of the quarter of the door, which is drawn over the ground
WATER = {"light": (0xCD, 0xDF, 0xE5), "dark": (0x11, 0x24, 0x2D)}
ATTRIBUTION = "© OpenStreetMap contributors"


@pytest.fixture
def town(world: World, tmp_path: Path) -> Iterator[Path]:
    """A town with a lake, imported into the server that runs."""
    data_dir = world.server.settings.data_dir
    runner = CliRunner(env={"DISPATCH_DATA_DIR": str(data_dir)})
    assert runner.invoke(main, ["basemap", "import", str(draw_town(tmp_path / "town.osm.pbf", EAST))]).exit_code == 0
    path = stored_map(data_dir)
    assert path is not None
    yield path
    path.unlink()


async def shows(page: Page, colour: tuple[int, int, int]) -> bool:
    """Whether much of the map has this colour."""
    picture = await page.locator(".map .canvas").screenshot()
    pixels = await asyncio.to_thread(lambda: Image.open(io.BytesIO(picture)).convert("RGB").getcolors(2**24))
    assert pixels is not None
    return sum(count for count, one in pixels if one == colour) > 200


async def test_the_imported_streets_lie_under_the_courier_by_day_and_by_night(
    world: World, map_window: Window, town: Path
) -> None:
    asked: list[str] = []
    async with riding(world) as ride:
        await ride.at(LAT + 0.02, LON + EAST)
        map_window.context.on("request", lambda sent: asked.append(sent.url))
        page = await map_window.open(ride.path)
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text(ATTRIBUTION)).to_be_visible()
        await until(lambda: any(url.endswith(f"/pages/map/{town.name}") for url in asked), "the town is asked for")
        for scheme, colour in WATER.items():
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await until(partial(shows, page, colour))


async def test_without_streets_nobody_is_thanked_for_them(world: World, map_window: Window) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        async with map_window.context.expect_event("response", told_of_ground, timeout=PATIENCE_MS):
            page = await map_window.open(ride.path)  # it asks whether there are any
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text(ATTRIBUTION)).to_have_count(0)


async def test_in_a_demo_the_city_moves_on_the_imported_streets(map_window: Window, town: Path, demo: str) -> None:
    asked: list[str] = []
    del demo
    map_window.context.on("request", lambda sent: asked.append(sent.url))
    page = await map_window.open("/")
    await expect(page.get_by_text(ATTRIBUTION)).to_be_visible()
    await until(lambda: any(url.endswith(f"/pages/map/{town.name}") for url in asked), "the town is asked for")
    assert await violations(page) == []

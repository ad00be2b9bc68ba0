"""A page that stays open while the server dies and comes back."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from api.embedded import running
from tests.browser.journeys import riding
from tests.browser.windows import Window
from tests.support.server_process import ServerProcess, free_port
from tests.support.world import THAMEL, World

pytestmark = pytest.mark.slow

LAT, LON = THAMEL
BACK_WITHIN_MS = 120_000
"""A page waits up to a minute before it tries again, the longer a server was away."""
CUT_OFF = ("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY_RESPONSE")


@pytest.fixture
async def killed(world: World, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A process of ``dispatch serve`` beside the server of the tests, on the same database and Redis."""
    urls = await asyncio.to_thread(running, world.server.settings.data_dir)
    assert urls is not None
    stores = {"DISPATCH_DATABASE_URL": urls.database_url or "", "DISPATCH_REDIS_URL": urls.redis_url or ""}
    stores["DISPATCH_DATABASE_URL"] = stores["DISPATCH_DATABASE_URL"].replace("+asyncpg", "", 1)
    process = ServerProcess(tmp_path / "data", free_port(), stores)
    await process.start()
    yield process
    await process.end()


async def test_a_server_that_is_killed_and_comes_back_is_followed_on_without_a_reload(
    world: World, map_window: Window, killed: ServerProcess
) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        map_window.base_url = killed.url
        page = await map_window.open(ride.path)
        live, marker = page.locator("[data-liveness=live]"), page.locator(".maplibregl-marker.courier-dot")
        await expect(live).to_be_visible()
        await expect(marker).to_be_visible()
        await page.evaluate("document.documentElement.dataset.opened = 'once'")
        await killed.end(signal.SIGKILL)
        await expect(live).not_to_be_visible()
        await expect(page.locator("h1")).to_contain_text("Arriv")
        await ride.step("pickup")  # while this server is away; the page hears of it later
        await killed.start()
        await expect(live).to_be_visible(timeout=BACK_WITHIN_MS)
        await expect(page.locator(".history")).to_contain_text("Picked up")
        await ride.at(LAT, LON)  # once more: what is three minutes old is no position, and a server starts slowly
        await expect(marker).to_be_visible()
        before = await marker.bounding_box()
        assert before is not None
        await ride.at(LAT + 0.002, LON + 0.002)
        await page.wait_for_function(
            """([x, y]) => { const box = document.querySelector(".courier-dot").getBoundingClientRect();
               return Math.hypot(box.x - x, box.y - y) > 5; }""",
            arg=[before["x"], before["y"]],
        )
        assert await page.evaluate("document.documentElement.dataset.opened") == "once"
        await page.close()
    map_window.complaints[:] = [said for said in map_window.complaints if not any(word in said for word in CUT_OFF)]

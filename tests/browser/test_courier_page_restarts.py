"""The transporter's page while its server dies, comes back, and is upgraded."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from api.cli.context import operating
from api.server.serving import RunningServer
from dispatch.deliveries.models import DeliveryStatus
from tests.browser.couriers import courier
from tests.support.released import InstalledServer, Release, install
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import BHAKTAPUR, World, ok

pytestmark = pytest.mark.slow

LAT, LON = BHAKTAPUR
# Nearly as long as a page whose server was away waits at most, and shorter than it waits for an answer: what is on its
# way when the clock jumps would be given up and sent again while it is answered, which is refused as begun.
TRIED_AGAIN_WITHIN_MS = 50_000
# After so long without an answer the page that the phone keeps is shown.
SHELL_PATIENCE_S = 4.0


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """An installation of our own."""
    return install(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
async def process(release: Release, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """Its server."""
    made = InstalledServer(tmp_path_factory.mktemp("courier") / "data", free_port(), release.environment)
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def own_world(process: ServerProcess) -> AsyncIterator[World]:
    """People and things on it."""
    async with (
        operating(process.settings) as services,
        httpx.AsyncClient(base_url=process.settings.public_url, timeout=PATIENCE_S) as http,
    ):
        yield World(RunningServer(process.settings, services, asyncio.Event()), http)


async def test_a_server_that_is_killed_and_comes_back_is_gone_on_with_without_a_reload(
    process: ServerProcess, own_world: World, plain_chromium: Browser
) -> None:
    delivery = await own_world.delivery()
    async with courier(own_world, plain_chromium, clock=True) as one:
        await one.page.evaluate("window.never_loaded_anew = true")
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await expect(one.page.get_by_role("link", name="To be sent")).to_have_count(
            0
        )  # it is theirs by the server's word
        await process.end(signal.SIGKILL)
        for metres in (100, 200, 300):
            await one.at(LAT + metres / 111_195, LON)
            await expect(one.page.locator(".facts")).to_contain_text(f"{metres} m away")
        await one.pick_up()
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_be_visible()
        await process.start()
        await one.page.clock.fast_forward(TRIED_AGAIN_WITHIN_MS)
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_have_count(0, timeout=90_000)
        await expect(one.page.locator(".bar .chip.live")).to_be_visible(timeout=90_000)
        await expect(one.page.get_by_role("link", name="To be sent")).to_have_count(0, timeout=90_000)
        history = ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"]
        assert [step["status"] for step in history][:2] == [DeliveryStatus.ASSIGNED, DeliveryStatus.PICKED_UP]
        await one.stored_way()
        assert await one.page.evaluate("window.never_loaded_anew") is True
        one.forgive_no_network()


async def shows(page: Page, mark: str) -> bool:
    """Whether the page that is loaded anew is of this release: an older one, only where the server kept it waiting."""
    began = time.monotonic()
    await page.reload()
    shown = await page.evaluate("document.documentElement.dataset.release") == mark
    assert shown or time.monotonic() - began >= SHELL_PATIENCE_S
    return bool(shown)


async def test_after_an_upgrade_the_new_page_is_shown_at_once_and_is_the_one_that_opens_without_network(
    release: Release, own_world: World, plain_chromium: Browser
) -> None:
    async with courier(own_world, plain_chromium) as one:
        await one.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await one.page.reload()
        await until(lambda: one.page.evaluate("navigator.serviceWorker.controller !== null"))
        for mark in ("2", "3"):
            release.upgrade("courier", mark)
            await until(lambda mark=mark: shows(one.page, mark))  # type: ignore[misc]
            kept = f"caches.keys().then((names) => names.some((name) => name.includes('courier-{mark:0>8}')))"
            await until(lambda kept=kept: one.page.evaluate(kept))  # type: ignore[misc]
        two = "caches.keys().then((names) => names.length === 2)"
        await until(lambda: one.page.evaluate(two), "the older pages are no longer kept")
        await one.has_kept()
        await one.window.context.set_offline(True)
        await one.page.reload()
        await expect(one.page.locator("html[data-release='3']")).to_have_count(1)
        await expect(one.page.get_by_role("switch")).to_be_visible()
        one.forgive_no_network()

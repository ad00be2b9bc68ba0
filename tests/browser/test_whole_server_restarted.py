"""Pages that stay open while everything of the server dies, database and Redis with it, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.async_api import Browser, Page, expect

from api.cli.context import operating
from api.server.serving import RunningServer
from dispatch.deliveries.models import DeliveryStatus
from tests.browser.couriers import NO_NETWORK, courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window
from tests.support.demo_process import processes_in
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, World, ok

pytestmark = pytest.mark.slow

LAT, LON = BHAKTAPUR
BACK_WITHIN_MS = 120_000
TRIED_AGAIN_WITHIN_MS = 60_000
# Of a map that is still loading what it draws with.
MAP_WITHOUT_NETWORK = "Worker failed to load"
ONCE = "window.never_loaded_anew = true"
STILL = "window.never_loaded_anew"


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A server with PostgreSQL and Redis of its own."""
    made = ServerProcess(tmp_path / "data", free_port())
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def own_world(process: ServerProcess) -> AsyncIterator[World]:
    """People and things on it. What only the operator can make is made before anything dies."""
    async with (
        operating(process.settings) as services,
        httpx.AsyncClient(base_url=process.settings.public_url, timeout=PATIENCE_S) as http,
    ):
        yield World(RunningServer(process.settings, services, asyncio.Event()), http)


def _name_of(process: psutil.Process) -> str:
    """Empty for one that has ended."""
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


async def killed_whole(process: ServerProcess) -> None:
    """SIGKILL for the server and everything that it started, all found before the first dies."""
    assert process.process is not None
    server = psutil.Process(process.process.pid)
    stores = await asyncio.to_thread(processes_in, process.data_dir)
    everything = {server, *server.children(recursive=True), *stores}
    for store in stores:
        with suppress(psutil.NoSuchProcess):
            everything.update(store.children(recursive=True))
    names = {name for one in everything if (name := _name_of(one))}
    assert any("postgres" in name for name in names), names
    assert any("redis" in name for name in names), names
    for one in everything:
        with suppress(psutil.NoSuchProcess):  # a connection's process may have ended, as they do all the time
            one.kill()
    await asyncio.to_thread(process.process.wait)
    await asyncio.to_thread(psutil.wait_procs, everything)
    process.process = None


async def window_of(stack: AsyncExitStack, chromium: Browser, url: str) -> Window:
    """One more person's browser."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", color_scheme="light")
    stack.push_async_callback(context.close)
    return Window(context, url)


async def went_on(page: Page) -> bool:
    """Whether the page was never loaded anew."""
    return bool(await page.evaluate(STILL))


async def test_when_everything_dies_and_comes_back_three_pages_go_on_and_nothing_that_was_confirmed_is_lost(
    process: ServerProcess, own_world: World, chromium: Browser
) -> None:
    admin, delivery = await own_world.admin(), await own_world.delivery()
    async with AsyncExitStack() as stack:
        on_the_road = await stack.enter_async_context(courier(own_world, chromium))
        at_home = await window_of(stack, chromium, process.url)
        at_the_desk = await window_of(stack, chromium, process.url)
        await at_the_desk.context.clock.install()
        console = await signed_in(at_the_desk, "/console", admin)
        await expect(console.locator(".chip.live")).to_be_visible()
        await on_the_road.take(delivery)
        await on_the_road.stored_way()
        order = await at_home.open(f"/t/{delivery['tracking_number']}")
        live = order.locator("[data-liveness=live]")
        await expect(live).to_be_visible()
        for page in (console, order):  # whole, with their maps
            await expect(page.locator(".maplibregl-canvas")).to_be_visible()
        for page in (on_the_road.page, console, order):
            await page.evaluate(ONCE)

        await killed_whole(process)

        await expect(live).not_to_be_visible()
        await expect(console.locator(".chip.live")).not_to_be_visible()
        for metres in (100, 200, 300):
            await on_the_road.at(LAT + metres / 111_195, LON)
            await expect(on_the_road.page.locator(".facts")).to_contain_text(f"{metres} m away")
        await on_the_road.pick_up()
        saved = on_the_road.page.get_by_text("Picked up: saved on this phone")
        await expect(saved).to_be_visible()

        await process.start()
        await console.clock.fast_forward(TRIED_AGAIN_WITHIN_MS)  # the two others wait by themselves

        await expect(saved).to_have_count(0, timeout=BACK_WITHIN_MS)
        await expect(live).to_be_visible(timeout=BACK_WITHIN_MS)
        await expect(order.locator(".history")).to_contain_text("Picked up", timeout=BACK_WITHIN_MS)
        await expect(console.locator(".chip.live")).to_be_visible(timeout=BACK_WITHIN_MS)
        await expect(console.locator("li.row.picked_up")).to_have_count(1, timeout=BACK_WITHIN_MS)
        await on_the_road.stored_way()
        history = ok(await on_the_road.driver.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"]
        steps = [step["status"] for step in history]
        assert steps[:2] == [DeliveryStatus.ASSIGNED, DeliveryStatus.PICKED_UP]
        assert [await went_on(page) for page in (on_the_road.page, console, order)] == [True] * 3
        on_the_road.forgive_no_network()
        complaints = at_home.complaints + at_the_desk.complaints
        assert [
            said for said in complaints if not any(known in said for known in (*NO_NETWORK, MAP_WITHOUT_NETWORK))
        ] == []

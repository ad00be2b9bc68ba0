"""A real Chromium. Where none is installed the tests of this room are left out, and say so; in CI that is an error."""

import json
import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from benchmarks.chromium import CHROMIUM, FLAGS
from tests.browser.windows import Window
from tests.support.world import PASSWORD, World

# What a page promises comes; on a machine with other work it comes later.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, for all tests of a run."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium found, the tests of the pages are left out")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def window(chromium: Browser, world: World) -> AsyncIterator[Window]:
    """A phone's window in English, on light ground."""
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="Europe/Lisbon", color_scheme="light"
    )
    opened = Window(context, world.server.settings.public_url)
    yield opened
    await context.close()
    assert opened.complaints == []


@pytest.fixture
async def goods_without_pictures(world: World) -> None:
    """What other tests put on sale has pictures that are nowhere, or on hosts that pages may not ask."""
    async with world.server.services.database.connection() as driver:
        await driver.execute("UPDATE products SET images = '{}' WHERE images <> '{}'")


@pytest.fixture
async def demo(world: World) -> AsyncIterator[str]:
    """As if this server were a demo: its dispatcher's log-in and a parcel are told to whoever is on this machine."""
    admin, delivery = await world.admin(), await world.delivery()
    path = world.server.settings.data_dir / "demo.json"
    account = {"email": admin.email, "password": PASSWORD}
    number = str(delivery["tracking_number"])
    path.write_text(json.dumps({"accounts": {"admin": account}, "tracking_numbers": [number], "pid": os.getpid()}))
    yield number
    path.unlink()

"""A real Chromium. Where none is installed the tests of this room are left out, and say so; in CI that is an error."""

import json
import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from benchmarks.chromium import FLAGS, WITHOUT_WEBGL
from dispatch.deliveries.models import Delivery, DeliveryStatus
from tests.browser.browsers import launched, phone_window, wide_window
from tests.browser.windows import PATIENCE_MS, Window
from tests.support.world import PASSWORD, World

# What a page promises comes; on a machine with other work it comes later.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser that draws maps, in software: for tests that look at one, since nothing here is dearer."""
    async with launched(FLAGS) as browser:
        yield browser


@pytest.fixture(scope="session")
async def plain_chromium() -> AsyncIterator[Browser]:
    """A browser without WebGL, for all other tests: pages do all but their maps there."""
    async with launched(WITHOUT_WEBGL) as browser:
        yield browser


@pytest.fixture
async def window(plain_chromium: Browser, world: World) -> AsyncIterator[Window]:
    """A phone's window in English, on light ground, without maps."""
    async with phone_window(plain_chromium, world) as opened:
        yield opened


@pytest.fixture
async def map_window(chromium: Browser, world: World) -> AsyncIterator[Window]:
    """The same with maps."""
    async with phone_window(chromium, world) as opened:
        yield opened


@pytest.fixture
async def desk(plain_chromium: Browser, world: World) -> AsyncIterator[Window]:
    """A dispatcher's window in English, on light ground, without a map."""
    async with wide_window(plain_chromium, world) as opened:
        yield opened


@pytest.fixture
async def map_desk(chromium: Browser, world: World) -> AsyncIterator[Window]:
    """The same with a map."""
    async with wide_window(chromium, world) as opened:
        yield opened


@pytest.fixture
async def nobody_else_waits(world: World) -> None:
    """What other tests have left waiting would hide what a test offers: a courier's list shows the oldest alone."""
    async with world.server.services.database.work() as work:
        left = update(Delivery).where(Delivery.status == DeliveryStatus.AVAILABLE)
        await work.session.execute(left.values(status=DeliveryStatus.CANCELLED))


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

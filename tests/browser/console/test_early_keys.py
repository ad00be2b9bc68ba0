"""Keys that are pressed before the console has loaded what they do: each is done as if it were pressed now."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Route, expect

from tests.browser.console.opening import opened_console
from tests.browser.windows import Window
from tests.support.places import at, somewhere
from tests.support.world import Person, World

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
KEYS = re.compile(r"/assets/pressing-[^/]*\.js$")
ROWS = "section[aria-labelledby=queue] .row"


@pytest.fixture
async def keys_come(desk: Window) -> AsyncIterator[asyncio.Event]:
    """What keys do is loaded once this is set."""
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await desk.context.route(KEYS, late)
    yield come
    come.set()


async def test_what_is_typed_behind_the_key_of_the_search_is_searched_for(
    world: World, desk: Window, admin: Person, keys_come: asyncio.Event
) -> None:
    _, wanted = await world.deliveries(*[at(somewhere()) | NO_TIME] * 2)
    page = await opened_console(desk, admin)
    await expect(page.locator(ROWS)).to_have_count(2)
    number = wanted["tracking_number"].lower()
    await page.keyboard.press("j")
    await page.keyboard.press("/")
    await page.keyboard.type(number)
    keys_come.set()
    await expect(page.get_by_label("Search parcels and couriers")).to_have_value(number)
    await expect(page.locator(ROWS)).to_have_count(1)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_what_is_pressed_behind_the_key_of_a_dialog_is_not_done_behind_it(
    world: World, desk: Window, admin: Person, keys_come: asyncio.Event
) -> None:
    await world.deliveries(at(somewhere()) | NO_TIME)
    page = await opened_console(desk, admin)
    await expect(page.locator(ROWS)).to_have_count(1)
    for key in ("j", "p", "x", "2"):
        await page.keyboard.press(key)
    keys_come.set()
    await expect(page.get_by_role("dialog")).to_contain_text("How urgent is")
    await expect(page.locator("#list [type=checkbox]:checked")).to_have_count(0)
    await expect(page.locator(".filter.all")).to_have_attribute("aria-pressed", "true")

"""Browsers and their windows, opened for a while."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

from benchmarks.chromium import CHROMIUM
from tests.browser.windows import Window
from tests.support.world import World


@asynccontextmanager
async def launched(flags: list[str]) -> AsyncIterator[Browser]:
    """A browser; the tests that want one are left out where there is none, but not in CI."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium found, the tests of the pages are left out")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        await browser.close()


@asynccontextmanager
async def phone_window(browser: Browser, world: World) -> AsyncIterator[Window]:
    """A phone's, in English, on light ground, that complains of nothing in the end."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="Europe/Lisbon", color_scheme="light"
    )
    opened = Window(context, world.server.settings.public_url)
    yield opened
    await context.close()
    assert opened.complaints == [], opened.complaints


@asynccontextmanager
async def wide_window(browser: Browser, world: World) -> AsyncIterator[Window]:
    """A dispatcher's, in English, on light ground, that complains of nothing in the end."""
    # As small as a console with all of its panels can be: each pixel is drawn in software.
    context = await browser.new_context(viewport={"width": 1200, "height": 640}, locale="en-GB", color_scheme="light")
    opened = Window(context, world.server.settings.public_url)
    yield opened
    await context.close()
    assert opened.complaints == [], opened.complaints

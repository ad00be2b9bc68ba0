"""A dispatcher asks couriers, and a courier answers: both pages at once."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.console.opening import opened_console
from tests.browser.couriers import Courier, courier
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window
from tests.support.places import at, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok


async def _asked(desk: Window, admin: Person, one: Courier, delivery: dict[str, Any]) -> Page:
    """The console with a delivery for which the courier is asked just now."""

    async def is_seen() -> bool:
        return bool(ok(await admin.get(f"/api/deliveries/{delivery['id']}/candidates/"))["candidates_count"])

    await until(is_seen, "the courier is on the map")
    page = await desk.open(f"/console?delivery={delivery['id']}")
    offers = page.locator("section.offers")
    await offers.get_by_label("Seconds to answer").fill("120")  # it ends by itself, and two pages may take long
    await offers.get_by_role("button", name="Ask couriers").click()
    await expect(offers).to_contain_text("Couriers are being asked")
    await expect(offers.get_by_role("listitem")).to_contain_text("s left")
    await expect(one.page.get_by_role("heading", name="You are asked (1)")).to_be_visible()
    await expect(one.page.get_by_role("timer")).to_contain_text("s left")
    return page


@pytest.mark.slow
async def test_a_courier_loses_one_offer_declines_one_and_takes_one_and_the_dispatcher_sees_it_all(
    world: World, desk: Window, plain_chromium: Browser
) -> None:
    admin = await world.admin()
    await remembered(desk.context, "console", admin)
    unwanted, wanted = await world.delivery(), await world.delivery()
    async with courier(world, plain_chromium) as one:
        page = await _asked(desk, admin, one, unwanted)
        offers = page.locator("section.offers")
        await page.get_by_role("button", name="Stop asking").click()
        await expect(one.page.get_by_role("timer")).to_have_count(0)
        await expect(offers).to_contain_text("No longer asked")
        await page.close()
        page = await _asked(desk, admin, one, unwanted)
        offers = page.locator("section.offers")
        await one.page.get_by_role("button", name="Not this one").click()
        await one.page.get_by_role("button", name="Too far").click()
        await expect(one.page.get_by_role("timer")).to_have_count(0)
        await expect(offers).to_contain_text("declined · too far")
        await expect(offers).to_contain_text("Nobody took it")
        await page.close()
        page = await _asked(desk, admin, one, wanted)
        offers = page.locator("section.offers")
        await one.page.get_by_role("button", name="I take it").click()
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await expect(offers).to_contain_text("Somebody has it")
        await expect(offers.get_by_role("listitem")).to_contain_text("accepted")


async def test_what_nobody_took_who_was_asked_needs_somebody_at_once_whoever_asked(
    world: World, desk: Window, admin: Person
) -> None:
    [delivery] = await world.deliveries(at(somewhere()))
    page = await opened_console(desk, admin)
    await expect(page.locator("#list")).to_contain_text("Nothing needs you now.")
    path = f"/api/deliveries/{delivery['id']}/offers/"
    asked = ok(await admin.post(path, {}), 201)["searches"][0]
    assert asked["status"] == "exhausted", "nobody is there"
    row = page.locator(".exception")
    await expect(row).to_contain_text("Nobody took it: give it by hand, or ask again")
    await row.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(rf"delivery={delivery['id']}\b"))
    await expect(page.locator("section.offers")).to_contain_text("Nobody took it")

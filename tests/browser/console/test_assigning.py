"""Many at once from a page: tried out, begun and followed, left and found again, or made into a plan."""

import asyncio
import re

from playwright.async_api import Page, Route, expect

from tests.browser.console.opening import named_driver
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, stand_still, unreached, violations
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import PATIENCE_S
from tests.support.world import Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def _room(desk: Window, admin: Person) -> Page:
    await remembered(desk.context, "console", admin)
    page = await desk.open("/console/assigning")
    await expect(page.get_by_role("heading", name="Assign many")).to_be_visible()
    return page


async def test_many_are_tried_out_given_in_a_run_that_is_followed_and_found_again_when_one_comes_back(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    near, far = await world.deliveries(at(here) | NO_TIME, at(north_of(here, 60_000)) | NO_TIME)
    page = await _room(desk, admin)
    await page.get_by_label("At most").fill("many")
    await page.get_by_role("button", name="Try out").click()
    await expect(page.get_by_label("At most")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("At most").fill("")
    await page.get_by_role("button", name="Try out").click()
    preview = page.locator(".preview")
    await expect(preview).to_contain_text("1 of 2 would get a courier. Nothing was given.")
    await expect(preview).to_contain_text(re.compile(rf"{near['tracking_number']}.*Ram Thapa.*points"))
    await expect(preview).to_contain_text("Nobody is within the assignment radius of the pickup.")
    assert ok(await admin.get(f"/api/deliveries/{near['id']}/"))["transporter"] is None
    await page.get_by_role("button", name="Assign now").click()
    await expect(page).to_have_url(re.compile(r"run=\d+"))
    card = page.locator(".run-card")
    await expect(card).to_contain_text("1 of 2 got a courier")
    assert ok(await admin.get(f"/api/deliveries/{near['id']}/"))["transporter"]["id"] == ram.transporter_id
    assert ok(await admin.get(f"/api/deliveries/{far['id']}/"))["transporter"] is None
    await page.get_by_role("link", name="Shifts").click()
    await page.get_by_role("link", name="Assign many").click()
    await expect(card).to_have_count(0)
    await page.locator(".run-list a").first.click()
    await expect(card).to_contain_text("1 of 2 got a courier")
    await page.reload()
    await expect(card).to_contain_text("1 of 2 got a courier")
    await stand_still(page, "dark")
    assert await violations(page) == []
    assert await unreached(page) == []
    desk.complaints[:] = [said for said in desk.complaints if "400 (Bad Request)" not in said]  # what was typed wrong


async def test_a_plan_over_all_that_wait_is_made_behind_the_page_and_opened_on_the_board(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    await world.deliveries(at(here) | NO_TIME)
    page = await _room(desk, admin)
    await page.get_by_role("button", name="Make a plan").click()
    await page.get_by_role("link", name="Look at the plan and give it").click()
    room = page.locator(".plan-room")
    await expect(room.locator(".pair")).to_contain_text("Ram Thapa")
    await expect(room.get_by_role("button", name="Give 1")).to_be_enabled()


async def test_a_run_that_is_begun_late_brings_nobody_back_who_has_gone_to_another_room(
    desk: Window, admin: Person
) -> None:
    page = await _room(desk, admin)
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        asked.set()
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/api/auto-assign/", held)
    await page.get_by_role("button", name="Assign now").click()
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
    await page.get_by_role("link", name="Shifts").click()
    await expect(page).to_have_url(re.compile("/console/shifts$"))
    async with page.expect_response("**/api/auto-assign/") as begun:
        may_go_on.set()
    await (await begun.value).finished()
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(page).to_have_url(re.compile("/console/shifts$"))

"""Whoever reads the console is not disturbed, finds the way out of what they chose, and learns what signs mean."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, moment_stands, stand_still, unreached, violations
from tests.support.places import at, somewhere
from tests.support.world import Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
LONG_AGO = {"requested_pickup_date": "2026-01-01T00:00:00Z", "requested_delivery_date": "2026-01-01T00:00:00Z"}

# The browser tells of the end of a dialog when the next one is open already, as where it is busy.
CLOSE_COMES_LATE = """async () => {
    const dialog = document.querySelector("dialog");
    dialog.dispatchEvent(new Event("cancel"));
    await new Promise((drawn) => setTimeout(drawn));
    dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, cancelable: true }));
    await new Promise((drawn) => setTimeout(drawn));
    dialog.dispatchEvent(new Event("close"));
    await new Promise((drawn) => setTimeout(drawn));
}"""


async def test_a_dialog_that_is_opened_right_after_another_stays_open(desk: Window, admin: Person) -> None:
    page = await opened_console(desk, admin)
    await page.keyboard.press("?")
    await expect(page.get_by_label("Find a command")).to_be_focused()
    await page.evaluate(CLOSE_COMES_LATE)
    await expect(page.get_by_label("Find a command")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_parcels_stay_chosen_after_cancel_which_says_so_and_are_let_go_by_a_click_or_a_key_with_a_way_back(
    world: World, desk: Window, admin: Person
) -> None:
    await world.deliveries(*[at(somewhere()) | NO_TIME] * 2)
    page = await opened_console(desk, admin)
    boxes, bar, notice = page.locator("#list [type=checkbox]"), page.locator("#list .chosen"), page.locator(".notice")
    await expect(boxes).to_have_count(2)
    region = await page.locator("#page .said").element_handle()
    assert region is not None
    async with moment_stands(page):
        await page.keyboard.press("Shift+X")
        await expect(bar).to_contain_text("2 chosen")
        await bar.get_by_role("button", name="Change 2").click()
        await page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True).click()
        await expect(notice).to_contain_text("Nothing was changed. Still chosen: 2")
        assert "Nothing was changed" in await region.inner_text(), (
            "the region was there before its words, so they are read out"
        )
        await expect(page.locator("#list [type=checkbox]:checked")).to_have_count(2)
        await page.keyboard.press("Escape")
        await expect(page.locator("#list [type=checkbox]:checked")).to_have_count(0)
        await expect(bar).to_have_count(0)
        await notice.get_by_role("button", name="Undo").click()
        await expect(bar).to_contain_text("2 chosen")
        await bar.get_by_role("button", name="Untick all").click()
        await expect(page.locator("#list [type=checkbox]:checked")).to_have_count(0)
        await boxes.first.check()
        await page.keyboard.press("Escape")
        await boxes.last.check()
        await notice.get_by_role("button", name="Undo").click()
        await expect(bar, "what was ticked since stays").to_contain_text("2 chosen")


async def test_whoever_steps_along_chosen_rows_by_key_sees_each_and_nothing_stands_over_it(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)  # where somebody could have it, looking at a parcel makes no exception
    parcels = await world.deliveries(*[at(here) | NO_TIME] * 14)
    page = await opened_console(desk, admin)
    await page.set_viewport_size({"width": 1280, "height": 560})
    await expect(page.locator("#list [type=checkbox]")).to_have_count(14)
    await page.keyboard.press("Shift+X")
    bar, heading = page.locator("#list .chosen"), page.locator("#list .heading").last
    await expect(bar).to_contain_text("14 chosen")

    async def edges(of: Locator) -> tuple[float, float]:
        box = await of.bounding_box()
        assert box is not None
        return box["y"], box["y"] + box["height"]

    ids = [str(one["id"]) for one in parcels]
    for key, way in (("j", ids), ("k", ids[-2::-1])):
        for number in way:
            await page.keyboard.press(key)
            await expect(page.locator(":focus")).to_have_attribute("data-delivery", number)
            top, bottom = await edges(page.locator(":focus"))
            assert (await edges(heading))[1] <= top + 1
            assert bottom <= (await edges(bar))[0] + 1


async def test_where_nothing_is_looked_at_the_fleet_is_told_whole_whatever_is_filtered(
    world: World, desk: Window, admin: Person
) -> None:
    await world.deliveries(*[at(somewhere()) | NO_TIME] * 2)
    page = await opened_console(desk, admin, "?show=silent")
    await expect(page.locator("#list")).to_contain_text("Nobody is silent.")
    told = page.locator(".sheet .facts > div", has_text="Parcels")
    await expect(told.locator("dd")).to_have_text("2")


async def test_rows_stand_still_while_somebody_reads_them_and_say_that_the_order_has_changed(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    one, other = await world.deliveries(*[at(here) | NO_TIME] * 2)
    page = await opened_console(desk, admin)
    rows = page.locator("section[aria-labelledby=queue] [data-delivery]")
    await expect(rows).to_have_count(2)

    async def stand(*wanted: int) -> None:
        for place, delivery in enumerate(wanted):
            await expect(rows.nth(place)).to_have_attribute("data-delivery", str(delivery))

    await stand(one["id"], other["id"])
    async with moment_stands(page):
        await rows.first.hover()
        [pressing] = await world.deliveries(at(here) | LONG_AGO)
        anew = page.get_by_role("button", name="Order has changed · sort")
        await expect(anew).to_be_visible()
        await stand(one["id"], other["id"], pressing["id"])
        await anew.click()
    await stand(pressing["id"], one["id"], other["id"])
    await expect(anew).to_have_count(0)


async def test_what_needs_somebody_comes_last_while_it_is_read_and_its_own_heading_says_so(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    sooner = dict.fromkeys(LONG_AGO, "2025-12-31T00:00:00Z")
    [known] = await world.deliveries(at(here) | LONG_AGO)
    page = await opened_console(desk, admin)
    needs = page.locator("section[aria-labelledby=exceptions]")
    rows = needs.locator("[data-delivery]")
    await expect(rows).to_have_count(1)
    async with moment_stands(page):
        await rows.first.hover()
        [worse] = await world.deliveries(at(here) | sooner)
        anew = needs.get_by_role("button", name="Order has changed · sort")
        await expect(anew).to_be_visible()
        await expect(rows.last).to_have_attribute("data-delivery", str(worse["id"]))
        await expect(page.get_by_role("region", name="Needs you 2", exact=True)).to_have_count(1)
        assert await violations(page) == []
        await anew.click()
    await expect(rows.first).to_have_attribute("data-delivery", str(worse["id"]))
    await expect(rows.last).to_have_attribute("data-delivery", str(known["id"]))
    await expect(anew).to_have_count(0)


async def test_every_row_of_the_list_has_two_lines_however_much_there_is_to_say(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Bahadur Thapa Magar", here)
    long = {
        "pickup_address": "Kalimati Vegetable Market, Kathmandu",
        "delivery_address": "Chabahil Ganesthan, Kathmandu",
    }
    late, waits, short = await world.deliveries(
        at(here) | LONG_AGO | long | {"priority": "urgent"}, at(here) | NO_TIME | long, at(here) | NO_TIME
    )
    ok(await admin.post(f"/api/deliveries/{late['id']}/assign/", {"transporter_id": ram.transporter_id}))
    page = await opened_console(desk, admin)
    queue = page.locator("section[aria-labelledby=queue]")
    await expect(queue.locator(".row")).to_have_count(3)
    await expect(queue.locator(f"[data-delivery='{late['id']}']")).to_contain_text("Ram Bahadur Thapa Magar · ")
    await expect(queue.locator(f"[data-delivery='{waits['id']}'] .when")).to_have_text(
        re.compile(r"^waiting \d+ (s|min)$")
    )
    heights = await queue.locator(".row").evaluate_all("rows => rows.map((row) => Math.round(row.offsetHeight))")
    assert len(set(heights)) == 1, heights
    await queue.locator(f"[data-delivery='{short['id']}']").click()
    await expect(page.locator(".sheet header")).to_contain_text("no set time: as soon as possible")


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_each_sign_of_the_toolbar_says_what_it_does_to_whoever_points_at_it_or_comes_to_it_by_key(
    desk: Window, admin: Person, language: str, scheme: str
) -> None:
    page = await opened_console(desk, admin, f"?lang={language}")
    await stand_still(page, scheme)
    tools = page.locator(".toolbar .tool")
    await expect(tools).to_have_count(7)
    for tool in await tools.all():
        tip = tool.locator(".tip")
        name = await tool.get_attribute("aria-label")
        assert name
        await expect(tip).to_be_hidden()
        await tool.hover()
        await expect(tip).to_have_text(name)
        await expect(tip).to_be_visible()
        await page.mouse.move(0, 0)
        await page.keyboard.press("Shift")  # who goes by keys sees where they are
        await tool.focus()
        await expect(tip).to_be_visible()
        await tool.blur()
    await expect(tools.locator(".name").first).to_be_hidden()
    await page.set_viewport_size({"width": 1400, "height": 640})
    for words in await tools.locator(".name").all():
        await expect(words).to_be_visible()
    assert await violations(page) == []
    assert await unreached(page) == []

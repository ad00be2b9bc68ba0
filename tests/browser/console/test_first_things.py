"""What a dispatcher came for stands first, is whole at every width, and stays where it is."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.console.told import Told, courier, forgive_strangers, parcel, profile, stamp
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, moment_stands, stand_still, unreached, violations
from tests.support.places import at, between, north_of, somewhere
from tests.support.world import Person, Place, World, ok

HERE: Place = (27.7172, 85.324)
NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
LAPTOPS = pytest.mark.parametrize(("width", "height"), [(1366, 768), pytest.param(1280, 720, marks=pytest.mark.slow)])

# Whether all of a text is inside of what cuts it off.
WHOLE = "one => one.scrollWidth <= one.clientWidth + 1 && one.getClientRects().length > 0"


async def _box(of: Locator) -> dict[str, float]:
    found = await of.bounding_box()
    assert found is not None
    return {
        "left": found["x"],
        "top": found["y"],
        "right": found["x"] + found["width"],
        "end": found["y"] + found["height"],
    }


async def _inside(one: Locator, of: Locator) -> None:
    inner, outer = await _box(one), await _box(of)
    assert outer["top"] <= inner["top"], (inner, outer)
    assert inner["end"] <= outer["end"] + 1, (inner, outer)
    assert outer["left"] <= inner["left"], (inner, outer)
    assert inner["right"] <= outer["right"] + 1, (inner, outer)


async def _parcel_with_candidates(world: World, here: Place, couriers: int) -> dict[str, Any]:
    for number in range(couriers):
        await named_driver(world, f"Courier Number {number}", north_of(here, 300 + 900 * number))
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    return delivery


@LAPTOPS
async def test_who_could_carry_it_comes_first_and_what_is_seldom_done_below(
    world: World, desk: Window, admin: Person, width: int, height: int
) -> None:
    delivery = await _parcel_with_candidates(world, somewhere(), 5)
    page = await opened_console(desk, admin)
    await page.set_viewport_size({"width": width, "height": height})
    await page.locator(f"section[aria-labelledby=queue] [data-delivery='{delivery['id']}']").click()
    give = page.get_by_role("button", name="Give to Courier Number 0")
    await expect(give).to_be_visible()
    panel = page.locator(".panel.detail")
    await _inside(give, panel)
    assert (await _box(give))["end"] <= (await _box(page.locator(".panel.line")))["top"]
    order = [
        await _box(page.locator(some).first) for some in (".candidate", ".offers form", ".sheet > .actions", ".hold")
    ]
    assert [one["top"] for one in order] == sorted(one["top"] for one in order)
    assert await violations(page) == []
    rows = page.locator(".candidate")
    await expect(rows, "what else can be done is not far below").to_have_count(3)
    await page.get_by_role("button", name="Show 2 more").click()
    await expect(rows).to_have_count(5)


async def test_in_a_low_window_too_whoever_gives_a_late_parcel_sees_the_whole_button_above_the_time_line(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    couriers = [await named_driver(world, f"Courier Number {one}", north_of(here, 300 + 900 * one)) for one in range(7)]
    for one, carried in zip(couriers[1:], await world.deliveries(*[at(here) | NO_TIME] * 6), strict=True):
        ok(await one.post(f"/api/deliveries/{carried['id']}/accept/"))
    due = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    pressing = {"requested_pickup_date": None, "requested_delivery_date": due, "priority": "urgent"}
    [delivery] = await world.deliveries(at(here) | pressing)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    give, line = page.locator(".candidate .button.first"), page.locator(".panel.line")
    for height in (720, 640, 600):
        await page.set_viewport_size({"width": 1280, "height": height})
        await expect(give).to_contain_text("Give to Courier Number")
        await expect(line.locator("li .who")).to_have_count(6)
        await _inside(give, page.locator(".panel.detail"))
        assert (await _box(give))["end"] <= (await _box(line))["top"]
        assert (await _box(line))["end"] <= height, "the line is cut off nowhere"


@LAPTOPS
async def test_the_place_of_the_candidates_is_kept_while_they_are_looked_for(
    world: World, desk: Window, admin: Person, width: int, height: int
) -> None:
    delivery = await _parcel_with_candidates(world, somewhere(), 4)
    found = asyncio.Event()

    async def later(route: Route) -> None:
        await found.wait()
        await route.continue_()

    await desk.context.route("**/candidates/*", later)
    page = await opened_console(desk, admin)
    await page.set_viewport_size({"width": width, "height": height})
    await page.locator(f"section[aria-labelledby=queue] [data-delivery='{delivery['id']}']").click()
    form, place, panel = page.locator(".offers form"), page.locator("section.candidates"), page.locator(".panel.detail")
    await expect(form).to_be_attached()
    await expect(place.get_by_role("status", name="Looking who could carry it")).to_be_visible()
    before, form_before = await _box(place), await _box(form)
    assert form_before["top"] >= (await _box(panel))["end"], "nothing in sight moves once they are there"
    found.set()
    await expect(page.locator(".candidate")).to_have_count(3)
    assert (await _box(place))["top"] == before["top"]
    assert (await _box(form))["top"] >= (await _box(panel))["end"]
    assert await place.get_by_role("status").count() == 0


@LAPTOPS
async def test_once_it_is_given_the_panel_stands_at_its_top(
    world: World, desk: Window, admin: Person, width: int, height: int
) -> None:
    delivery = await _parcel_with_candidates(world, somewhere(), 4)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    await page.set_viewport_size({"width": width, "height": height})
    await page.get_by_role("button", name="Give to Courier Number 2").click()  # has to be scrolled to
    await expect(page.get_by_role("button", name="Take back")).to_be_visible()
    assert await page.locator(".sheet").evaluate("sheet => sheet.scrollTop") == 0
    await expect(page.locator(".sheet ol.history")).to_be_attached()
    assert await page.locator(".sheet").evaluate("sheet => sheet.scrollTop") == 0


async def test_on_a_phone_too_what_is_given_is_read_from_its_top(world: World, desk: Window, admin: Person) -> None:
    delivery = await _parcel_with_candidates(world, somewhere(), 4)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="Give to Courier Number 2").click()
    await expect(page.get_by_role("button", name="Take back")).to_be_visible()
    assert (await _box(page.locator(".sheet")))["top"] >= 0


async def _stand(page: Page, *wanted: int) -> None:
    """The rows of the list come to stand in this order."""
    rows = page.locator("section[aria-labelledby=queue] [data-delivery]")
    await expect(rows).to_have_count(len(wanted))
    for place, delivery in enumerate(wanted):
        await expect(rows.nth(place)).to_have_attribute("data-delivery", str(delivery))


async def test_the_list_stands_in_the_order_that_was_chosen_by_key_too_and_keeps_it(
    desk: Window, admin: Person
) -> None:
    told = Told(
        {
            "deliveries": [
                parcel(1, HERE, HERE, created_at=stamp(600), due_at=stamp(-1800)),
                parcel(2, HERE, HERE, created_at=stamp(2520), due_at=stamp(-7200)),
                parcel(3, HERE, HERE, created_at=stamp(60), due_at=stamp(-900)),
            ]
        }
    )
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    order = page.get_by_label("Order of the list")
    await expect(order).to_have_value("pressing")
    await _stand(page, 3, 1, 2)
    await order.select_option("Oldest first")
    await _stand(page, 2, 1, 3)
    await expect(page.locator("section[aria-labelledby=queue] .row").first).to_contain_text(
        re.compile(r"waiting 4[2-6] min")
    )
    await expect(page).to_have_url(re.compile(r"order=oldest"))
    assert await unreached(page) == []
    await page.goto(desk.base_url + "/console")
    await expect(order).to_have_value("oldest")
    await _stand(page, 2, 1, 3)
    await order.blur()
    await page.keyboard.press("w")
    await expect(order).to_have_value("newest")
    await expect(page.locator(".notice")).to_contain_text("Newest first")
    await _stand(page, 3, 1, 2)
    await page.close()
    forgive_strangers(desk.complaints)


async def test_once_an_order_is_chosen_with_the_pointer_the_keys_are_the_lists_again_and_who_chooses_by_keys_goes_on(
    desk: Window, admin: Person
) -> None:
    old, new = parcel(1, HERE, HERE, created_at=stamp(600)), parcel(2, HERE, HERE, created_at=stamp(60))
    told = Told({"deliveries": [old, new]})
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    order = page.get_by_label("Order of the list")
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(2)
    await order.focus()
    await order.dispatch_event("pointerdown")  # what unfolds then no page reaches
    await order.select_option("Newest first")
    await expect(order).not_to_be_focused()
    await page.keyboard.press("j")
    await expect(page.locator("[data-delivery='2'][aria-current]").last).to_be_focused()
    await page.keyboard.press("j")
    await expect(page.locator("[data-delivery='1'][aria-current]").last).to_be_focused()
    await order.focus()
    await page.keyboard.press("o")
    await expect(order).to_have_value("oldest")
    await expect(order, "whoever passes one by has not chosen it").to_be_focused()
    await page.keyboard.press("Escape")
    await expect(order).not_to_be_focused()
    await page.keyboard.press("k")
    await expect(page).to_have_url(re.compile(r"delivery=\d"))
    await page.close()
    forgive_strangers(desk.complaints)


def _late_rows() -> dict[str, Any]:
    long = {"pickup_address": "Kalimati Vegetable Market", "delivery_address": "Chabahil Ganesthan Chowk"}
    way = {"status": "in_transit", "transporter_id": 1, "picked_up_at": stamp(20_000), "created_at": stamp(30_000)}
    return {
        "transporters": [courier(1, HERE, active=2)],
        "profiles": [profile(1, "Ram Bahadur Thapa Magar Chhetri")],
        "deliveries": [
            parcel(1, HERE, HERE, **long, **way, due_at=stamp(17_520), expected_at=stamp(-600), priority="urgent"),
            parcel(2, HERE, HERE, **long, due_at=stamp(4_800), created_at=stamp(17_520), priority="urgent"),
            parcel(3, HERE, HERE, **long, due_at=stamp(-100_000), created_at=stamp(4_800), priority="urgent"),
            parcel(4, HERE, HERE, **long, **way, due_at=stamp(-7_200), expected_at=stamp(-600)),
        ],
    }


@pytest.mark.parametrize("width", [1400, 1200, 390, pytest.param(320, marks=pytest.mark.slow)])
@LANGUAGES_AND_SCHEMES
async def test_how_late_it_is_and_how_long_it_has_waited_is_whole_at_every_width(
    desk: Window, admin: Person, width: int, language: str, scheme: str
) -> None:
    told = Told(_late_rows())
    await told.listen(desk.context)
    page = await opened_console(desk, admin, f"?lang={language}")
    await stand_still(page, scheme)
    await page.set_viewport_size({"width": width, "height": 768})
    rows = page.locator("section[aria-labelledby=queue] .row")
    await expect(rows).to_have_count(4)
    await expect(rows.locator(".lead")).to_have_count(3)
    for row in await rows.all():
        for words in await row.locator(".lead, .when").all():
            assert await words.evaluate(WHOLE) or await words.inner_text() == "", await words.inner_text()
            if await words.inner_text() != "":
                await _inside(words, row)
    for words in await page.locator(".exception strong").all():
        assert await words.evaluate(WHOLE)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    assert await violations(page) == []
    await page.close()
    forgive_strangers(desk.complaints)


async def test_marks_of_the_time_line_lie_beneath_its_words(desk: Window, admin: Person) -> None:
    told = Told(_late_rows())
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    words = page.locator(".lines .track a > span[aria-hidden]")
    await expect(words.first).to_be_visible()
    marks = await page.locator(".lines .now, .lines .due").evaluate_all(
        "marks => marks.map((one) => getComputedStyle(one).zIndex)"
    )
    for one in await words.all():
        z, ground = await one.evaluate("one => [getComputedStyle(one).zIndex, getComputedStyle(one).backgroundColor]")
        assert all(int(z) > int(mark) for mark in marks)
        assert ground not in ("", "rgba(0, 0, 0, 0)", "transparent"), "no line shows through"
    await page.close()
    forgive_strangers(desk.complaints)


async def test_a_handover_far_from_its_address_needs_somebody_until_it_was_looked_at(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    far, near = await world.deliveries(*[between(here, here) | NO_TIME] * 2)
    places = {far["id"]: north_of(here, 4_000), near["id"]: here}
    for delivery, place in places.items():
        path = f"/api/deliveries/{delivery}"
        ok(await ram.post(f"{path}/accept/"))
        ok(await ram.post(f"{path}/pickup/", {"latitude": here[0], "longitude": here[1]}))
        ok(await ram.post(f"{path}/deliver/", {"latitude": place[0], "longitude": place[1]}))
    page = await opened_console(desk, admin)
    row = page.locator(".exception.far")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text(re.compile(r"Handed over far from the address, \d+ (s|min) ago"))
    await expect(row).to_contain_text("Ram Thapa")
    assert await violations(page) == []
    await row.get_by_role("link").click()
    await expect(page.locator(".sheet")).to_contain_text("the courier was far from the address")
    await expect(row).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(row).to_have_count(0)
    await page.reload()
    await expect(page.locator("#list")).to_contain_text("Nothing needs you now.")
    await expect(row).to_have_count(0)


@pytest.mark.slow
async def test_those_who_could_have_a_parcel_stand_still_while_somebody_points_at_them(
    world: World, desk: Window, admin: Person
) -> None:
    delivery = await _parcel_with_candidates(world, somewhere(), 2)
    turned = asyncio.Event()

    async def turn(route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        if turned.is_set():
            told["candidates"].reverse()
        await route.fulfill(response=answer, json=told)

    await desk.context.route("**/candidates/*", turn)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    rows = page.locator(".candidate")
    await expect(rows).to_have_count(2)
    await expect(rows.first.locator(".button.first")).to_be_visible()
    async with moment_stands(page):
        await rows.first.hover()
        turned.set()
        await expect(rows.nth(1).locator(".button.first")).to_be_visible()  # it is known, and nothing has moved
    await page.mouse.move(0, 0)
    await expect(rows.first.locator(".button.first")).to_be_visible()

"""Several parcels are chosen from one row to another, by key alone too, and in a box on the map; the order stays."""

from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.console.opening import opened_console
from tests.browser.console.told import Told, forgive_strangers, parcel
from tests.browser.windows import Window, violations
from tests.support.places import north_of
from tests.support.waiting import until
from tests.support.world import Person, Place

pytestmark = pytest.mark.slow

HERE: Place = (27.7172, 85.324)
PARCELS = range(1, 7)


@pytest.fixture
def told() -> Told:
    """Six parcels wait, along a street of 1,500 m."""
    waiting = [parcel(number, north_of(HERE, 300 * number), north_of(HERE, 5_000)) for number in PARCELS]
    return Told({"deliveries": waiting})


def _box(number: int) -> str:
    return f"Choose {parcel(number, HERE, HERE)['tracking_number']}"


async def _chosen(page: Page, *numbers: int) -> None:
    for number in PARCELS:
        await expect(page.get_by_label(_box(number))).to_be_checked(checked=number in numbers)


async def test_rows_are_chosen_from_one_to_another_by_key_and_the_end_may_be_moved(
    desk: Window, admin: Person, told: Told
) -> None:
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    await expect(page.locator("#list .row.available")).to_have_count(len(PARCELS))
    await page.keyboard.press("j")
    await page.keyboard.press("Shift+J")
    await page.keyboard.press("Shift+ArrowDown")
    await _chosen(page, 1, 2, 3)
    await page.keyboard.press("Shift+ArrowUp")
    await _chosen(page, 1, 2)
    await expect(page.locator("#list [data-delivery='2']")).to_be_focused()
    await page.keyboard.press("Escape")
    await _chosen(page)
    await page.keyboard.press("?")
    for words in ("choose down to the next", "choose in a box on the map", "next stop of the courier"):
        await expect(page.get_by_role("dialog")).to_contain_text(words)
    await page.get_by_role("button", name="choose up to the one before").click()
    await _chosen(page, 1, 2)
    await page.close()
    forgive_strangers(desk.complaints)


async def test_rows_are_chosen_with_shift_and_control_as_in_any_list_and_what_is_sent_keeps_the_order(
    desk: Window, admin: Person, told: Told
) -> None:
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    await page.get_by_label(_box(5)).check()
    await page.locator("#list [data-delivery='3']").click(modifiers=["Shift"])
    await _chosen(page, 3, 4, 5)
    await page.locator("#list [data-delivery='1']").click(modifiers=["ControlOrMeta"])
    await _chosen(page, 1, 3, 4, 5)
    await page.get_by_label(_box(2)).click(modifiers=["Shift"])
    await _chosen(page, 1, 2, 3, 4, 5)
    assert len(desk.context.pages) == 1, "a click that chooses opens nothing"
    await page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Set the priority").check()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "bulk-operations" in request.url else None)
    await dialog.get_by_role("button", name="Set the priority").click()
    await until(lambda: sent)
    body: Any = sent[0].post_data_json
    assert body["delivery_ids"] == [5, 4, 3, 1, 2]
    await page.close()
    forgive_strangers(desk.complaints)


async def test_what_waits_in_a_box_on_the_map_is_chosen_by_dragging_or_all_in_sight_by_key(
    map_desk: Window, admin: Person, told: Told
) -> None:
    await told.listen(map_desk.context)
    page = await opened_console(map_desk, admin)
    await expect(page.locator("canvas.fleet")).to_be_attached()
    await page.locator("#list [data-delivery='3']").click()
    await page.keyboard.press("g")
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    area = page.locator(".box-choice")
    await expect(area).to_be_focused()
    await expect(area).to_contain_text("Drag a box")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await expect(area).to_have_count(0)
    await expect(page.locator(".chosen strong")).to_be_visible()
    await _chosen(page, *PARCELS)
    await page.keyboard.press("Escape")
    box = await page.locator("canvas.fleet").bounding_box()
    assert box is not None
    left, top = box["x"], box["y"]
    await page.get_by_role("button", name="Choose in a box").click()
    await expect(area).to_be_visible()
    await page.mouse.move(left + 4, top + 60)
    await page.mouse.down()
    await page.mouse.move(left + box["width"] - 4, top + box["height"] - 60, steps=5)
    await page.mouse.up()
    await expect(page.locator(".notice")).to_contain_text("In the box")
    await expect(page.locator(".chosen strong")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.down("Shift")
    await page.mouse.move(left + 4, top + 60)
    await page.mouse.down()
    await page.mouse.move(left + box["width"] - 4, top + box["height"] - 60, steps=5)
    await page.mouse.up()
    await page.keyboard.up("Shift")
    await expect(page.locator(".chosen strong")).to_be_visible()
    await page.keyboard.press("s")
    await page.keyboard.press("Escape")
    await expect(area).to_have_count(0)
    await page.close()
    forgive_strangers(map_desk.complaints)

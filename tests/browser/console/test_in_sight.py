"""What a dispatcher came for is in sight on a small screen: rows of a list, why something is done, what signs are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.console.told import Told, courier, forgive_strangers, parcel, profile, stamp
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.places import between, north_of, somewhere
from tests.support.world import Person, World, ok

HERE = 27.7, 85.32
NO_TIME: dict[str, Any] = {"requested_pickup_date": None, "requested_delivery_date": None}
LATE = 5
FREE = 3


def _five_late() -> dict[str, Any]:
    way = {"status": "in_transit", "transporter_id": 1, "picked_up_at": stamp(3_000), "expected_at": stamp(-600)}
    late = [parcel(number, HERE, HERE, **way, due_at=stamp(60 * number + 600)) for number in range(1, LATE + 1)]
    return {
        "transporters": [courier(1, HERE, active=LATE)],
        "profiles": [profile(1, "Hari Chepang")],
        "deliveries": [*late, *(parcel(LATE + number, HERE, HERE) for number in range(1, FREE + 1))],
    }


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720)])
async def test_rows_of_the_list_are_in_sight_below_what_needs_somebody_of_which_the_rest_is_shown_on_request(
    desk: Window, admin: Person, size: tuple[int, int]
) -> None:
    await Told(_five_late()).listen(desk.context)
    page = await opened_console(desk, admin)
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    needs, queue = (page.locator(f"section[aria-labelledby={name}]") for name in ("exceptions", "queue"))
    await expect(needs.get_by_role("heading")).to_have_text(f"Needs you {LATE}")
    await expect(needs.locator(".row")).to_have_count(2)
    await expect(queue.locator(".row").first).to_be_in_viewport(ratio=1)
    await page.locator(".filter.late").click()
    await expect(queue.locator(".row")).to_have_count(LATE)
    await expect(needs.locator(".row")).to_have_count(1)
    await expect(queue.locator(".row").nth(1)).to_be_in_viewport(ratio=1)
    more, fewer = needs.get_by_role("button", name=f"{LATE - 1} more need you"), needs.get_by_text("Show fewer")
    await more.press("Enter")
    await expect(needs.locator(".row")).to_have_count(LATE)
    await expect(fewer).to_be_focused()
    assert await violations(page) == []
    await fewer.press("Enter")
    await expect(needs.locator(".row")).to_have_count(1)
    await expect(more).to_be_focused()
    await page.close()
    forgive_strangers(desk.complaints)


async def test_why_is_in_sight_where_a_parcel_goes_to_somebody_else_and_the_proposed_is_who_would_be_for_one_that_waits(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    busy = await named_driver(world, "Busy Best", here)
    holder = await named_driver(world, "Hari Holder", here)
    free = await named_driver(world, "Free Far", north_of(here, -6000))
    for number in range(FREE):
        await named_driver(world, f"Other {number}", north_of(here, -9000 - 300 * number))
    due = (datetime.now(UTC) + timedelta(minutes=75)).isoformat()
    soon = (datetime.now(UTC) + timedelta(minutes=40)).isoformat()
    carried, wanted = await world.deliveries(
        between(here, north_of(here, -9000)) | NO_TIME | {"requested_delivery_date": soon, "priority": "urgent"},
        between(here, north_of(here, 5000)) | NO_TIME | {"requested_delivery_date": due},
    )
    for step in ("accept", "pickup"):
        ok(await busy.post(f"/api/deliveries/{carried['id']}/{step}/", {}))
    ok(await admin.post(f"/api/deliveries/{wanted['id']}/assign/", {"transporter_id": holder.transporter_id}))
    page = await opened_console(desk, admin, f"?delivery={wanted['id']}")
    await page.set_viewport_size({"width": 1366, "height": 768})
    await page.locator(".sheet").get_by_role("button", name="Give to somebody else").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Suggested now: Free Far")).to_be_checked()
    takers = dialog.locator(".taker")
    await expect(takers).to_have_count(5)
    await expect(takers.first).to_contain_text(re.compile(r"1\. Free Far.*arrives first"))
    await expect(dialog.get_by_role("button", name="Suggested first")).to_have_attribute("aria-pressed", "true")
    await expect(dialog).to_contain_text(
        re.compile(r"With Hari Holder now, at the door .* · Nobody else would be there earlier\.")
    )
    for reason in await dialog.locator(".reasons label").all():
        await expect(reason).to_be_in_viewport(ratio=1)
    await expect(dialog.get_by_text("Choose why: it is kept and others read it.")).to_be_in_viewport(ratio=1)
    assert await violations(page) == []
    await dialog.get_by_label("Somebody fits better").check()
    await dialog.get_by_role("button", name="Give to somebody else").click()
    await expect(page.locator(".notice")).to_contain_text("Free Far has")
    assert ok(await admin.get(f"/api/deliveries/{wanted['id']}/"))["transporter"]["id"] == free.transporter_id


@LANGUAGES_AND_SCHEMES
async def test_the_signs_of_the_toolbar_have_their_words_beside_them_on_the_usual_laptop(
    desk: Window, admin: Person, language: str, scheme: str
) -> None:
    page = await opened_console(desk, admin, f"?lang={language}")
    await stand_still(page, scheme)
    await page.set_viewport_size({"width": 1366, "height": 768})
    names = page.locator(".toolbar .tool .name")
    await expect(names).to_have_count(7)
    for name in await names.all():
        await expect(name).to_be_in_viewport(ratio=1)
    tops = await page.locator(".toolbar .tool, .toolbar .filter, .toolbar input").evaluate_all(
        "all => all.map((one) => { const { top, bottom } = one.getBoundingClientRect(); return (top + bottom) / 2; })"
    )
    assert max(tops) - min(tops) <= 2, "all of it stands in one line"
    assert await violations(page) == []

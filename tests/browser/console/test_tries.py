"""A dispatcher sees that nobody was at the door, agrees the next try, and reads who gave a parcel to whom."""

import re

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.world import Driver, Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def _aboard(world: World, admin: Person) -> tuple[Driver, str, int]:
    """Somebody named carries a parcel that a dispatcher gave; its path and its number."""
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await admin.post(f"{path}/assign/", {"transporter_id": ram.transporter_id}))
    ok(await ram.post(f"{path}/pickup/", {"latitude": here[0], "longitude": here[1]}))
    return ram, path, delivery["id"]


async def test_that_nobody_was_at_the_door_is_seen_where_one_looks_and_the_next_try_is_agreed_there(
    world: World, desk: Window, admin: Person
) -> None:
    ram, path, number = await _aboard(world, admin)
    page = await opened_console(desk, admin, f"?delivery={number}")
    sheet, row = page.locator(".sheet"), page.locator("#list [aria-labelledby=queue] .row")
    await expect(sheet.locator("ol.history li").first).to_contain_text("Picked up")
    await expect(page.locator(".lines a[data-delivery]")).to_have_count(1)
    name = sheet.get_by_role("link", name="Ram Thapa").first
    await name.focus()
    ok(
        await ram.post(f"{path}/attempts/", {"reason": "nobody_there", "note": "Rang twice", "photo": picture("JPEG")}),
        201,
    )

    exception = page.locator(".exception.no_next_try")
    await expect(exception).to_contain_text(
        re.compile(r"Tried .* ago, no next try agreed.*Ram Thapa.*nobody was there")
    )
    await expect(row).to_contain_text("nobody was there")
    await expect(row.locator(".when")).to_have_text("next try?")
    await expect(page.locator(".lines a[data-delivery]")).to_have_count(0)
    tries = sheet.locator(".tries")
    await expect(tries).to_contain_text("No next try is agreed.")
    await expect(tries.locator("li")).to_contain_text(
        "1. Delivery attempted: nobody was there · Ram Thapa · Rang twice"
    )
    await expect(tries.get_by_role("img", name="Photo of try 1")).to_be_visible()
    await expect(tries).to_contain_text("Tries left: 2. After the last its courier may bring it back")
    await expect(sheet.locator("ol.history").last).to_contain_text("Delivery attempted: nobody was there · Rang twice")
    await expect(name).to_be_focused()
    await expect(sheet.get_by_text("Expected", exact=True)).to_have_count(0)

    await tries.get_by_role("radio").last.check()
    await tries.get_by_role("button", name="Agree this time").click()
    await expect(tries).to_contain_text("agreed by a dispatcher")
    await expect(page.locator(".exception.next_try")).to_contain_text(re.compile(r"Next try \w{3} \d\d:\d\d"))
    await expect(exception).to_have_count(0)
    await expect(row.locator(".when")).to_have_text(re.compile(r"again \w{3} \d\d:\d\d"))
    await expect(page.locator(".lines a[data-delivery]")).to_have_count(0)
    await expect(sheet.locator("ol.history").last).to_contain_text("The next try has a new time")


async def test_the_history_says_who_gave_it_to_whom_from_whom_and_why_and_is_told_anew_while_it_is_open(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    sita = await named_driver(world, "Sita Rai", here)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    path = f"/api/deliveries/{delivery['id']}"
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    history = page.locator(".sheet ol.history")
    ok(
        await admin.post(
            f"{path}/assign/", {"transporter_id": ram.transporter_id, "override_reason": "He is next door"}
        )
    )
    await expect(history.locator("li").first).to_contain_text(re.compile(r"gave it to Ram Thapa · He is next door"))
    await page.keyboard.press("e")
    why = page.locator(".decision")
    await expect(why).to_contain_text("Ram Thapa")
    ok(
        await admin.post(
            f"{path}/reassign/", {"transporter_id": sita.transporter_id, "reason": "breakdown", "note": "Chain"}
        )
    )
    await expect(history.locator("li").first).to_contain_text(
        re.compile(r"took it from Ram Thapa and gave it to Sita Rai · Breakdown\. Chain")
    )
    await expect(why.get_by_role("status").first).to_contain_text("Sita Rai")
    ok(await sita.post(f"{path}/accept/"))
    ok(await admin.post(f"{path}/unassign/", {"reason": "mistake"}))
    await expect(history.locator("li").first).to_contain_text(
        re.compile(r"took it back from Sita Rai · Given by mistake")
    )
    ok(await ram.post(f"{path}/accept/"))
    await expect(history.locator("li").first).to_contain_text("Ram Thapa took it")


@LANGUAGES_AND_SCHEMES
async def test_what_was_tried_in_vain_is_for_everyone(
    world: World, desk: Window, admin: Person, language: str, scheme: str
) -> None:
    ram, path, number = await _aboard(world, admin)
    ok(await ram.post(f"{path}/attempts/", {"reason": "closed", "photo": picture("JPEG")}), 201)
    page = await opened_console(desk, admin, f"?delivery={number}&lang={language}")
    await stand_still(page, scheme)
    await expect(page.locator(".tries img")).to_be_visible()
    await expect(page.locator(".exception.no_next_try")).to_be_visible()
    assert await violations(page) == []

"""What a dispatcher decides of a parcel on the console is read by whoever waits for it and whoever carries it."""

import re

from playwright.async_api import Browser, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.couriers import courier
from tests.browser.windows import Window, moment_stands, violations
from tests.support.places import at, somewhere
from tests.support.world import ANOTHER_DOOR, BHAKTAPUR, Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def test_a_parcel_is_put_on_hold_and_off_again_and_its_receiver_reads_so_and_what_comes_next(
    world: World, desk: Window, window: Window, admin: Person
) -> None:
    [delivery] = await world.deliveries(at(somewhere()) | NO_TIME)
    own = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(own.locator("h1")).to_have_text("Looking for a courier")
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    form = page.locator("details.hold")
    await form.locator("summary").click()
    await form.get_by_label("For an hour").check()
    await form.get_by_label("Why, for dispatchers").fill("The shop has closed")
    await form.get_by_role("button", name="Hold", exact=True).click()
    held = page.locator("section[aria-labelledby=on-hold]")
    await expect(held).to_contain_text(re.compile(r"Until .*The shop has closed", re.DOTALL))
    await expect(page.locator("#list")).to_contain_text("On hold")
    await expect(own.locator("h1")).to_have_text(re.compile(r"^On hold: from .*\d\d:\d\d a courier is looked for$"))
    await expect(own.locator(".answers")).to_contain_text("You need do nothing")
    assert await violations(own) == []
    written = await window.context.request.get(f"{window.base_url}/t/{delivery['tracking_number']}?lang=ne")
    assert '<h1 class="answer">रोकिएको छ: ' in await written.text()
    assert "shop has closed" not in await written.text()
    async with moment_stands(page):
        await held.get_by_role("button", name="Resume").click()
        await expect(held).to_have_count(0)
        await page.keyboard.press("z")
        await expect(held).to_contain_text("The shop has closed")
        await held.get_by_role("button", name="Resume").click()
        await expect(held).to_have_count(0)
    await expect(own.locator("h1")).to_have_text("Looking for a courier")
    await expect(own.locator(".history")).to_contain_text("No longer on hold")


async def test_a_parcel_that_is_aboard_goes_to_another_door_which_its_courier_and_its_receiver_see(
    world: World, desk: Window, window: Window, plain_chromium: Browser, admin: Person
) -> None:
    delivery = await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    async with courier(world, plain_chromium) as one:
        ok(await one.driver.post(f"{path}/accept/"))
        ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
        await expect(one.page.locator(".stop")).to_contain_text("Thamel")
        page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
        door = page.locator("details.door")
        await door.locator("summary").click()
        await door.get_by_label("Address", exact=True).fill("Balaju Height 7")
        await door.get_by_label("City").fill("Kathmandu")
        await door.get_by_label("The door, on the map").fill(f"{ANOTHER_DOOR['latitude']}, {ANOTHER_DOOR['longitude']}")
        assert await violations(page) == []
        await door.get_by_role("button").last.click()
        await expect(page.locator(".sheet .title")).to_contain_text("Balaju Height 7")
        await expect(one.page.locator(".stop")).to_contain_text("Balaju Height 7")
        own = await window.open(f"/t/{delivery['tracking_number']}")
        await expect(own.locator(".ends")).to_contain_text("Balaju Height 7")


async def test_what_is_typed_into_a_form_beside_the_board_is_text_and_no_command(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    await expect(page.get_by_role("button", name="Give to Ram Thapa")).to_be_visible()
    door = page.locator("details.door")
    await door.locator("summary").click()
    note = door.locator("textarea")
    await note.press_sequentially("Call at 3, or ask next door; x")
    await expect(note).to_have_value("Call at 3, or ask next door; x")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".filter.all")).to_have_attribute("aria-pressed", "true")
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"
    await page.keyboard.press("Escape")
    await expect(note).not_to_be_focused()
    await expect(note).to_have_value("Call at 3, or ask next door; x")  # out of the field, and no further

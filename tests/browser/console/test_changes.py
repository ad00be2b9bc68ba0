"""A dispatcher changes what somebody has, and asks why: one parcel, all of a courier's, and several chosen ones."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, moment_stands, stand_still, unreached, violations
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import PATIENCE_S
from tests.support.world import Driver, Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def _state(admin: Person, delivery: dict[str, Any]) -> tuple[str, int | None, str]:
    found = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    return found["status"], found["transporter"]["id"] if found["transporter"] else None, found["priority"]


async def _taken_back(admin: Person, delivery: dict[str, Any]) -> bool:
    """Whether it was, also where that was undone. What can be undone goes away by itself, so it is looked at after."""
    found = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    return any("Taken back" in step["notes"] for step in found["tracking_history"])


async def _given(admin: Person, delivery: dict[str, Any], driver: Driver) -> None:
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/assign/", {"transporter_id": driver.transporter_id}))


async def test_a_parcel_goes_to_somebody_else_and_back_and_why_not_another_is_answered(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    sita = await named_driver(world, "Sita Rai", north_of(here, 2000))
    await named_driver(world, "Hari Weak", here, capacity_kg=1)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    await _given(admin, delivery, ram)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    sheet, notice = page.locator(".sheet"), page.locator(".notice")
    await expect(sheet).to_contain_text("automatic dispatch leaves it where it is")
    await page.keyboard.press("e")
    why = page.locator(".decision")
    await expect(why).to_contain_text("chosen by a dispatcher")
    await expect(why).to_contain_text("2 could have had it")
    await why.get_by_label("Why not somebody else?").first.fill("hari")
    await why.get_by_label("Hari Weak").check()
    await expect(why.locator(".asked")).to_contain_text("too heavy")
    await expect(why.locator(".asked")).to_contain_text("All of this would have had to be otherwise")
    await page.locator(".decision h3 button").focus()
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Suggested now: Sita Rai")).to_be_checked()
    await expect(dialog.locator(".taker")).to_have_count(1)
    await expect(dialog.locator(".taker")).to_contain_text(
        re.compile(r"1\. Sita Rai.*\d+ points.*at the pickup.*at the door.*2\.\d km away")
    )
    await expect(dialog.get_by_role("button", name="Give to somebody else")).to_be_disabled()
    await expect(dialog).to_contain_text("Choose why")
    await dialog.get_by_label("Somebody fits better").check()
    async with moment_stands(page):
        await dialog.get_by_role("button", name="Give to somebody else").click()
        await expect(notice).to_contain_text("Sita Rai has")
        assert await _state(admin, delivery) == ("assigned", sita.transporter_id, "normal")
        await page.keyboard.press("z")
        await expect(notice).to_contain_text("Undone")
    assert await _state(admin, delivery) == ("assigned", ram.transporter_id, "normal")
    await page.keyboard.press("p")
    way = " → ".join(str(delivery[place]).split(",")[0] for place in ("pickup_address", "delivery_address"))
    await expect(dialog).to_contain_text(f"How urgent is {delivery['tracking_number']}?{way}")
    await dialog.get_by_label("urgent").check()
    async with moment_stands(page):
        await dialog.get_by_role("button", name="Set").click()
        await expect(notice).to_contain_text("The priority of")
        assert await _state(admin, delivery) == ("assigned", ram.transporter_id, "urgent")
        await expect(notice).not_to_contain_text("Take back")  # of nothing but what gave it to somebody
    await page.keyboard.press("Escape")
    done = page.locator(".done-here li")
    await expect(done).to_have_count(3)
    await expect(done.first).to_contain_text("The priority of")
    await done.last.get_by_role("link").click()
    await expect(page.get_by_role("button", name="Take back")).to_be_visible()


async def test_those_who_could_have_it_stand_by_score_or_by_who_is_at_the_door_first_with_both_times_of_each(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    await named_driver(world, "Near Bicycle", here, vehicle_type="bicycle")
    await named_driver(world, "Quick Rider", north_of(here, -900), vehicle_type="motorcycle")
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    names = page.locator(".candidates .candidate strong")
    await expect(names).to_have_count(3)
    await page.locator(".candidates").get_by_role("button", name="At the door first").click()
    await expect(names.last).to_have_text("Near Bicycle")
    await expect(page.locator(".candidate").first).to_contain_text(
        re.compile(r"at the pickup (\w{3} )?\d\d:\d\d.*at the door (\w{3} )?\d\d:\d\d")
    )
    await _given(admin, delivery, ram)
    await expect(page.locator(".sheet").get_by_role("button", name="Give to somebody else")).to_be_visible()
    await page.keyboard.press("r")
    takers = page.get_by_role("dialog").locator(".taker")
    await expect(takers).to_have_count(2)
    await expect(takers.first).to_contain_text("Near Bicycle")
    await page.get_by_role("dialog").get_by_role("button", name="At the door first").click()
    await expect(takers.first).to_contain_text(re.compile(r"Quick Rider.*arrives first.*at the pickup.*at the door"))
    await expect(page.get_by_role("dialog").get_by_role("button", name="Suggested first")).to_have_attribute(
        "aria-pressed", "false"
    )


WITH_AND_WITHOUT_NOTICE = """dialog => {
    const box = () => JSON.stringify(dialog.getBoundingClientRect());
    const notice = dialog.querySelector(".notice");
    const said = notice.parentElement;
    const [{bottom}, {top}] = [dialog.getBoundingClientRect(), notice.getBoundingClientRect()];
    const {x, width, bottom: end} = notice.getBoundingClientRect();
    const found = {with: box(), bottom, notice: top, offered: [x, width, end]};
    notice.remove();
    found.without = box();
    said.append(notice);
    [...notice.querySelectorAll("button")].find(button => button.textContent === "Undo").click();
    return found;
}"""


@pytest.mark.slow
async def test_of_many_that_are_changed_each_has_a_result_and_one_that_cannot_be_hides_none(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    one, other, carried = await world.deliveries(*[at(here) | NO_TIME] * 3)
    for delivery in (one, other, carried):
        await _given(admin, delivery, ram)
    ok(await ram.post(f"/api/deliveries/{carried['id']}/pickup/"))
    page = await opened_console(desk, admin)
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(3)
    await page.keyboard.press("Shift+X")
    await page.keyboard.press("b")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Given by mistake").check()
    async with moment_stands(page):
        await dialog.get_by_role("button", name="Take back").click()
        await expect(dialog).to_contain_text("Parcels changed: 2, not changed: 1")
        await expect(dialog.locator("li")).to_have_count(3)
        await expect(dialog.locator("li .problem")).to_have_count(1)
        await expect(dialog.locator(".notice")).to_be_visible()
        where = await dialog.evaluate(WITH_AND_WITHOUT_NOTICE)
        await expect(page.locator(".notice")).to_contain_text("Undone")
        told = await page.locator(".notice").bounding_box()
    assert where["with"] == where["without"], "a dialog does not move when words come"
    assert where["bottom"] <= where["notice"], "what is said covers nothing of it"
    assert told is not None
    stands = [told["x"], told["width"], told["y"] + told["height"]]
    assert where["offered"] == stands, "the way back and what it did stand at one place"
    assert [await _taken_back(admin, parcel) for parcel in (one, other, carried)] == [True, True, False]
    assert [(await _state(admin, parcel))[1] for parcel in (one, other, carried)] == [ram.transporter_id] * 3


async def test_whoever_closes_the_dialog_of_a_change_that_is_on_its_way_hears_so_and_what_became_of_it(
    world: World, desk: Window, admin: Person
) -> None:
    parcels = await world.deliveries(*[at(somewhere()) | NO_TIME] * 2)
    page = await opened_console(desk, admin)
    dialog, notice = page.get_by_role("dialog"), page.locator(".notice")
    await expect(page.locator("#list [type=checkbox]")).to_have_count(2)
    await page.keyboard.press("Shift+X")
    asked, held = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        lost = not held.is_set()
        asked.set()
        await held.wait()
        await (route.abort() if lost else route.continue_())

    await page.route("**/bulk-operations/", late)

    async def closed_while_it_is_sent() -> None:
        await page.keyboard.press("b")
        await dialog.get_by_label("Cancel the parcels").check()
        await dialog.get_by_label("Twice the same").check()
        await dialog.get_by_role("button", name="Cancel the parcels").click()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)

    async with moment_stands(page):
        await closed_while_it_is_sent()
        await expect(notice).to_contain_text("Still being changed")
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
        held.set()
        await expect(notice).to_contain_text("No connection")
        assert [(await _state(admin, parcel))[0] for parcel in parcels] == ["available"] * 2
        await closed_while_it_is_sent()
        await expect(notice).to_contain_text("Parcels changed: 2")
    assert [(await _state(admin, parcel))[0] for parcel in parcels] == ["cancelled"] * 2
    desk.complaints[:] = [said for said in desk.complaints if "ERR_FAILED" not in said]


@pytest.mark.slow
async def test_all_that_a_courier_has_not_picked_up_goes_to_somebody_else_and_what_is_aboard_is_named(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram, sita = await named_driver(world, "Ram Thapa", here), await named_driver(world, "Sita Rai", here)
    waiting, carried = await world.deliveries(at(here) | NO_TIME, at(here) | NO_TIME)
    for delivery in (waiting, carried):
        await _given(admin, delivery, ram)
    ok(await ram.post(f"/api/deliveries/{carried['id']}/pickup/"))
    page = await opened_console(desk, admin, f"?courier={ram.transporter_id}")
    await expect(page.locator(".sheet .row")).to_have_count(2)
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    way = " → ".join(str(waiting[place]).split(",")[0] for place in ("pickup_address", "delivery_address"))
    named = f"{way} {waiting['tracking_number']}"
    await expect(dialog.locator(".takers")).to_contain_text(f"{named} → Sita Rai at the door")
    await dialog.get_by_label("Breakdown").check()
    answered = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await answered.wait()
        await route.fulfill(response=answer)

    await page.route("**/relieve/", late)
    await dialog.get_by_role("button", name="Take all that is not picked up").click()
    await expect(page.locator(".sheet .row")).to_have_count(1)
    await expect(dialog).not_to_contain_text("Nothing was open")  # all of it was, and is on its way
    answered.set()
    await expect(dialog).to_contain_text(f"{named} now with Sita Rai")
    await expect(dialog).to_contain_text(f"{carried['tracking_number']} is aboard: hand it on by itself")
    assert await _state(admin, waiting) == ("assigned", sita.transporter_id, "normal")
    await dialog.get_by_role("button", name="Close").click()
    await page.locator(f".sheet [data-delivery='{carried['id']}']").click()
    await page.get_by_role("button", name="Hand on").click()
    await expect(dialog.get_by_role("button", name="Hand on")).to_be_disabled()
    await expect(dialog.locator(".taker")).to_have_count(1)  # once they are there, what is below them stands still
    await expect(dialog).to_contain_text("Choose who gets it.")
    await dialog.get_by_label("Breakdown").check()
    await dialog.get_by_label("Somebody by name").check()
    await dialog.get_by_role("searchbox", name="Who").fill("sita")
    await dialog.locator(".picker").get_by_label("Sita Rai").check()
    await expect(dialog.get_by_role("button", name="Give to Sita Rai")).to_be_enabled()
    await dialog.locator(".taker", has_text="Sita Rai").get_by_role("radio").check()
    await dialog.get_by_role("button", name="Give to Sita Rai").click()
    await expect(page.locator(".notice")).to_contain_text("Sita Rai has")
    assert await _state(admin, carried) == ("picked_up", sita.transporter_id, "normal")


@pytest.mark.slow
async def test_a_cancelled_parcel_leaves_the_list_and_offers_no_way_back(
    world: World, desk: Window, admin: Person
) -> None:
    [delivery] = await world.deliveries(at(somewhere()) | NO_TIME)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    await page.keyboard.press("c")
    await page.get_by_label("Twice the same").check()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel the parcel").click()
    await expect(page.locator(".notice")).to_contain_text("is cancelled")
    await expect(page.locator(".notice").get_by_role("button", name="Undo")).to_have_count(0)
    await expect(page.locator("#list")).to_contain_text("No parcels here")
    assert (await _state(admin, delivery))[0] == "cancelled"


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_changes_and_reasons_are_for_everyone(
    world: World, desk: Window, admin: Person, language: str, scheme: str
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    await _given(admin, delivery, ram)
    page = await opened_console(desk, admin, f"?lang={language}&delivery={delivery['id']}")
    await stand_still(page, scheme)
    await page.keyboard.press("e")
    await expect(page.locator(".ranked")).to_be_visible()
    assert await violations(page) == []
    assert await unreached(page) == []
    await page.keyboard.press("x")
    for key in ("r", "p", "c", "b"):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)

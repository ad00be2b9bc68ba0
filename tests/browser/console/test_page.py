"""A dispatcher at the console, in a real browser: what needs somebody, giving, taking back, planning, and keys."""

import re
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.couriers import NO_NETWORK
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, moment_stands, stand_still, unreached, violations
from tests.support.places import at, north_of, somewhere
from tests.support.server_process import free_port
from tests.support.waiting import until
from tests.support.watching import another_world
from tests.support.world import Person, World, ok

SOON: dict[str, Any] = {"requested_pickup_date": None, "requested_delivery_date": None}
COURIER = re.compile(r"[?&]courier=")
BACK_WITHIN_MS = 120_000
"""A page waits up to a minute before it tries again, the longer a server was away."""


def _overdue() -> dict[str, Any]:
    return dict.fromkeys(SOON, (datetime.now(UTC) - timedelta(hours=2)).isoformat())


def _beside(world: World, **changes: object) -> AbstractAsyncContextManager[World]:
    """Another server over the same rows as this test's."""
    return another_world(world.server, database_url=world.server.settings.database_url, **changes)


async def _notes(admin: Person, delivery: dict[str, Any]) -> list[str]:
    """What was noted of each step, the oldest first."""
    found = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    return [step["notes"] for step in found["tracking_history"]]


async def _status(admin: Person, delivery: dict[str, Any]) -> tuple[str, int | None]:
    found = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    return found["status"], found["transporter"]["id"] if found["transporter"] else None


@pytest.mark.slow
async def test_whoever_gives_to_another_than_the_best_may_say_why_and_it_is_kept(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", north_of(here, 500))
    await named_driver(world, "Sita Rai", north_of(here, 5000))
    (delivery,) = await world.deliveries(at(here) | _overdue())
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}&show=silent")
    await expect(page.get_by_text("Nobody is silent.")).to_be_visible()
    await page.get_by_label("Not the best? Say why").fill("Ram knows no stairs")
    await page.get_by_role("button", name="Give to Sita Rai").click()
    await expect(page.locator(".notice")).to_contain_text("Sita Rai has")
    query = {"action": "delivery.assigned", "subject_kind": "delivery", "subject_id": delivery["id"]}
    events = ok(await admin.get("/api/v1/audit/", **query))["results"]
    assert "Ram knows no stairs" in [event["detail"].get("reason") for event in events]


async def test_a_dispatcher_gives_the_oldest_parcel_to_the_best_takes_it_back_and_undoes_that(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", north_of(here, 500))
    await named_driver(world, "Sita Rai", north_of(here, 5000))
    await named_driver(world, "Hari Weak", here, capacity_kg=1)
    late, fresh = await world.deliveries(at(here) | _overdue(), at(here) | SOON)
    page = await opened_console(desk, admin)
    await expect(page.locator(".map-box")).to_contain_text("The list has everything")  # here is no WebGL
    first = page.locator(".exception").first
    await expect(first).to_contain_text(re.compile("2 h( [0-9]+ min)? past due"))
    await first.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(rf"delivery={late['id']}\b"))
    names = page.locator(".candidate .head strong")
    await expect(names).to_have_text(["Ram Thapa", "Sita Rai"])
    await page.get_by_role("button", name="Why not the others").click()
    await expect(page.locator(".excluded")).to_contain_text("Hari Weak too heavy, has 1 kg free")
    async with moment_stands(page):
        await page.get_by_role("button", name="Give to Ram Thapa").click()
        await expect(page.locator(".notice")).to_contain_text(f"Ram Thapa has {late['tracking_number']}")
    assert await _status(admin, late) == ("assigned", ram.transporter_id)
    await page.get_by_role("button", name="Take back").click()
    await page.get_by_label("Breakdown").check()
    await page.get_by_label("Note").fill("Flat tyre")
    async with moment_stands(page):
        await page.get_by_role("dialog").get_by_role("button", name="Take back").click()
        await expect(page.locator(".notice")).to_contain_text(f"Taken back: {late['tracking_number']} waits again")
        await expect(page.locator(".notice")).not_to_contain_text("at the parcel")
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator(".notice")).to_contain_text("Undone")
    assert "Taken back by a dispatcher: breakdown. Flat tyre" in await _notes(admin, late)
    assert await _status(admin, late) == ("assigned", ram.transporter_id)
    assert await _status(admin, fresh) == ("available", None)


@pytest.mark.slow
async def test_many_are_planned_first_with_the_bound_and_then_given_and_that_is_undone(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", north_of(here, 500), max_active=2)
    near, also_near, too_heavy = await world.deliveries(
        at(here) | SOON, at(here) | SOON, at(here) | SOON | {"package_weight": 90}
    )
    page = await opened_console(desk, admin)
    await page.get_by_role("button", name="Plan 3").click()
    room = page.locator(".plan-room")
    await expect(room).to_contain_text("2 of 3 get a courier")
    await expect(room).to_contain_text("No other plan has a higher score")
    await expect(room).to_contain_text("Each in turn to the best left: 2 given")
    await expect(room).to_contain_text("Nobody in reach has enough free capacity")
    assert await _status(admin, near) == ("available", None)
    async with moment_stands(page):
        await room.get_by_role("button", name="Give 2").click()
        await expect(page.locator(".notice")).to_contain_text("Parcels given: 2")
        await expect(room).to_contain_text("Parcels given: 2")
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator(".notice")).to_contain_text("Undone")
    assert [(await _status(admin, one))[0] for one in (near, also_near, too_heavy)] == ["available"] * 3
    taken_back = [
        any("Taken back" in note for note in await _notes(admin, one)) for one in (near, also_near, too_heavy)
    ]
    assert taken_back == [True, True, False], "two had been given"
    await expect(page.locator(".exception", has_text="No courier found")).to_have_count(1)


@pytest.mark.slow
async def test_everything_is_done_with_the_keyboard_alone(world: World, desk: Window, admin: Person) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    one, other = await world.deliveries(at(here) | _overdue(), at(here) | SOON)
    page = await opened_console(desk, admin)
    await expect(page.locator("#list")).to_contain_text("Waiting for a courier")
    await page.keyboard.press("/")
    await page.keyboard.type(other["tracking_number"].lower())
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(2)
    await page.keyboard.press("j")
    await expect(page).to_have_url(re.compile(rf"delivery={one['id']}\b"))
    await expect(page.locator(":focus")).to_have_attribute("data-delivery", str(one["id"]))
    await expect(page.locator(".candidate")).to_have_count(1)
    async with moment_stands(page):  # the way back goes away by itself
        await page.keyboard.press("a")
        await expect(page.locator(".notice")).to_contain_text("Ram Thapa has")
        await page.keyboard.press("z")
        await expect(page.locator(".notice")).to_contain_text("Undone")
    assert await _status(admin, one) == ("available", None)
    assert any("Taken back" in note for note in await _notes(admin, one)), "somebody had been given it"
    tick = page.get_by_label(f"Choose {one['tracking_number']}")
    await expect(tick).to_be_visible()  # it waits again
    await page.keyboard.press("x")
    await expect(tick).to_be_checked()
    await page.keyboard.press("Shift+A")
    await expect(page.locator(".plan-room")).to_contain_text("1 of 1 get a courier")
    await expect(page.get_by_role("button", name="Give 1")).to_be_focused()
    await page.keyboard.press("Escape")  # the parcel that is looked at
    await page.keyboard.press("Escape")  # the plan
    await expect(page.locator(".plan-room")).to_have_count(0)
    await page.keyboard.press("2")
    await expect(page).to_have_url(re.compile("show=waiting"))
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("give to the best")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.get_by_label("Find a command").fill("show late")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("show=late"))
    await page.keyboard.press("j")
    await expect(page).to_have_url(re.compile(rf"delivery={one['id']}\b"))
    await page.keyboard.press("Control+k")
    await page.get_by_label("Find a command").fill("PRIO")
    await page.get_by_role("dialog").get_by_role("button", name="priority").click()
    await expect(page.get_by_role("dialog")).to_contain_text(f"How urgent is {one['tracking_number']}?")
    for _ in range(3):  # the dialog, what is chosen, what is looked at
        await page.keyboard.press("Escape")
    await expect(page).not_to_have_url(re.compile("delivery="))


@pytest.mark.slow
async def test_who_comes_second_hears_who_has_the_parcel(world: World, desk: Window, admin: Person) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    sita = await named_driver(world, "Sita Rai", north_of(here, 3000))
    [delivery] = await world.deliveries(at(here) | SOON)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    button = page.get_by_role("button", name="Give to Ram Thapa")
    await expect(button).to_be_visible()
    gift = {"transporter_id": sita.transporter_id}

    async def after_somebody_else(route: Route) -> None:
        ok(await admin.post(f"/api/deliveries/{delivery['id']}/assign/", gift))
        await route.continue_()

    await page.route("**/assign/", after_somebody_else)
    await button.click()
    await expect(page.locator(".notice")).to_contain_text("Delivery is assigned already")
    await expect(page.locator(".facts")).to_contain_text("Sita Rai")
    assert await _status(admin, delivery) == ("assigned", sita.transporter_id)
    desk.complaints[:] = [said for said in desk.complaints if "409" not in said]


@pytest.mark.slow
async def test_the_address_shows_the_same_again_and_back_leads_back(world: World, desk: Window, admin: Person) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    one, other = await world.deliveries(at(here) | SOON, at(here) | SOON)
    page = await opened_console(desk, admin, f"?delivery={one['id']}&folded=line")
    await expect(page.locator(".sheet")).to_contain_text(one["tracking_number"])
    await expect(page.locator(".panel.line")).to_have_count(0)
    await page.locator(f"section[aria-labelledby=queue] [data-delivery='{other['id']}']").click()
    await expect(page.locator(".sheet")).to_contain_text(other["tracking_number"])
    await page.reload()
    await expect(page.locator(".sheet")).to_contain_text(other["tracking_number"])
    await expect(page.locator(".panel.line")).to_have_count(0)
    await page.go_back()
    await expect(page.locator(".sheet")).to_contain_text(one["tracking_number"])
    await page.get_by_role("button", name="Show Time line").click()
    await expect(page.locator(".panel.line")).to_be_visible()


@pytest.mark.slow
async def test_a_courier_on_the_map_opens_with_its_load(world: World, map_desk: Window, admin: Person) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here, max_active=4)
    [delivery] = await world.deliveries(at(here) | SOON)
    ok(await ram.post(f"/api/deliveries/{delivery['id']}/accept/"))
    page = await opened_console(map_desk, admin)
    await expect(page.locator("canvas.fleet")).to_be_attached()
    box = await page.locator("canvas.fleet").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def opened() -> bool:  # the only courier is in the middle as soon as the map is there
        await page.mouse.click(*middle)
        return COURIER.search(page.url) is not None

    await until(opened)
    await expect(page.locator(".sheet")).to_contain_text("1 of 4 parcels, 2.5 of 50 kg")
    await expect(page.locator(".sheet .row")).to_have_count(1)
    await expect(page.locator(".lines")).to_contain_text("Ram Thapa")


@pytest.mark.slow
async def test_a_silent_courier_with_a_parcel_aboard_needs_somebody(world: World, desk: Window, admin: Person) -> None:
    here = somewhere()
    async with _beside(world, stale_after_s=2, ping_heartbeat_s=1) as strict:
        ram = await named_driver(strict, "Ram Thapa", here)
        [delivery] = await strict.deliveries(at(here) | SOON)
        for step in ("accept", "pickup"):
            ok(await ram.post(f"/api/deliveries/{delivery['id']}/{step}/"))
        desk.base_url = strict.server.settings.public_url
        page = await opened_console(desk, admin)
        await expect(page.locator(".exception")).to_contain_text("Silent for")
        await expect(page.locator(".exception")).to_contain_text("Ram Thapa")
        await page.get_by_role("button", name="Later: hide for 10 minutes").click()
        await expect(page.locator(".exception")).to_have_count(0)
        await page.get_by_role("button", name="1 put off").click()
        await expect(page.locator(".exception")).to_have_count(1)
        await page.close()


@pytest.mark.slow
async def test_a_restart_of_the_server_shows_as_old_news_and_the_page_goes_on_without_a_reload(
    world: World, desk: Window, admin: Person
) -> None:
    [delivery] = await world.deliveries(at(somewhere()) | SOON)
    async with _beside(world, port=free_port()) as first:
        settings = first.server.settings
        desk.base_url = settings.public_url
        page = await opened_console(desk, admin)
        await expect(page.locator("#list")).to_contain_text("Waiting for a courier")
        await page.evaluate("window.notReloaded = true")
    await expect(page.locator(".chip.offline")).to_contain_text("connection lost")
    await expect(page.locator(".desk")).to_have_attribute("data-old", "true")
    await expect(page.locator("#list [data-delivery]").first).to_be_visible()
    [meanwhile] = await world.deliveries(at(somewhere()) | SOON)
    async with _beside(world, port=settings.port):
        await expect(page.locator(".chip.live")).to_be_visible(timeout=BACK_WITHIN_MS)
        await expect(page.locator(f"#list [data-delivery='{meanwhile['id']}']")).to_be_visible()
        await expect(page.locator(f"#list [data-delivery='{delivery['id']}']")).to_be_visible()
        assert await page.evaluate("window.notReloaded") is True
        await page.close()
    desk.complaints[:] = [said for said in desk.complaints if not any(known in said for known in NO_NETWORK)]


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_console_is_for_everyone(
    world: World, desk: Window, admin: Person, language: str, scheme: str
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    await named_driver(world, "Hari Weak", here, capacity_kg=1)
    late, carried = await world.deliveries(at(here) | _overdue(), at(here) | SOON)
    ok(await ram.post(f"/api/deliveries/{carried['id']}/accept/"))
    page = await opened_console(desk, admin, f"?lang={language}&delivery={late['id']}")
    await stand_still(page, scheme)
    await expect(page.locator(".candidate")).to_have_count(1)
    await page.keyboard.press("e")
    await expect(page.locator(".excluded")).to_be_visible()
    assert await violations(page) == []
    assert await unreached(page) == []
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")


@pytest.mark.slow
async def test_on_a_phone_one_panel_shows_at_a_time_the_list_first(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here)
    [delivery] = await world.deliveries(at(here) | SOON)
    page = await opened_console(map_desk, admin)
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator(".panel:visible")).to_have_count(1)
    await page.locator(f"#list [data-delivery='{delivery['id']}']").click()
    await expect(page.get_by_role("button", name="Give to Ram Thapa")).to_be_visible()
    await page.get_by_role("button", name="Map").click()
    await expect(page.locator("canvas.fleet")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="List").click()
    await expect(page.locator("#list")).to_be_visible()
    assert await violations(page) == []
    await page.goto(f"{map_desk.base_url}/console?delivery={delivery['id']}")
    await expect(page.get_by_role("button", name="Give to Ram Thapa")).to_be_visible()  # a link opens what it names


async def test_what_makes_a_handover_hard_to_believe_stands_in_words_at_its_step(
    world: World, admin: Person, desk: Window
) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    ok(await admin.post(f"{path}/assign/", {"transporter_id": driver.transporter_id}))
    ok(await driver.post(f"{path}/pickup/", {"latitude": 27.0, "longitude": 84.0}))
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    await expect(page.locator("ol.history")).to_contain_text("far from the address")


async def test_the_time_line_shows_whoever_carries_something_in_steps(
    world: World, admin: Person, desk: Window
) -> None:
    for delivery in await world.deliveries(*[at(somewhere()) | SOON] * 14):
        given = {"transporter_id": (await world.driver()).transporter_id}
        ok(await admin.post(f"/api/deliveries/{delivery['id']}/assign/", given))
    page = await opened_console(desk, admin)
    lines = page.locator(".lines a.who")
    await expect(lines).to_have_count(12)
    await page.get_by_role("button", name="Show 2 more").click()
    await expect(lines).to_have_count(14)
    await expect(page.get_by_role("button", name="more")).to_have_count(0)

"""A plan for many at the console: looked at, changed by kept or forbidden pairs and by weights, carried out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from benchmarks.dispatch.city import City, settle
from dispatch.assignments.plans_models import AssignmentPlan
from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.places import at, north_of, somewhere
from tests.support.world import Person, World, ok

MANY = 600
PLAN = re.compile(r"[?&]plan=\d+")
NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def _holder(admin: Person, delivery: int) -> int | None:
    found = ok(await admin.get(f"/api/deliveries/{delivery}/"))
    return found["transporter"]["id"] if found["transporter"] else None


async def test_a_plan_is_changed_by_keys_planned_again_found_after_a_reload_and_given_as_far_as_it_can_be(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here, max_active=1)
    sita = await named_driver(world, "Sita Rai", north_of(here, 3000), max_active=1)
    near, far = await world.deliveries(at(here) | NO_TIME, at(north_of(here, 3000)) | NO_TIME)
    page = await opened_console(desk, admin)
    await page.get_by_role("button", name="Plan 2").click()
    room, pairs = page.locator(".plan-room"), page.locator(".pair")
    await expect(page).to_have_url(PLAN)
    await expect(pairs.locator("strong")).to_have_text(["Ram Thapa", "Sita Rai"])
    await page.keyboard.press("j")
    await expect(page.locator(".pair .more")).to_contain_text("near")
    await page.keyboard.press("n")
    await expect(pairs.first).to_contain_text("forbidden")
    await expect(room.get_by_role("button", name="Give 2")).to_be_disabled()
    await page.keyboard.press("Shift+A")
    await expect(pairs.locator("strong")).to_have_text(["Sita Rai", "Ram Thapa"])
    await expect(pairs.first).to_contain_text("was Ram Thapa")
    await expect(room).to_contain_text("Planning again: 2 go to somebody else")
    await page.reload()
    await expect(pairs.locator("strong")).to_have_text(["Sita Rai", "Ram Thapa"])
    await expect(room).to_contain_text("Forbidden pairs: 1")
    ok(await admin.post(f"/api/deliveries/{far['id']}/assign/", {"transporter_id": sita.transporter_id}))
    await expect(room).to_contain_text("no longer waits")
    await page.keyboard.press("Shift+C")
    await expect(room).to_contain_text("Parcels given: 0, not given: 2")
    await expect(room.locator("section[aria-labelledby=plan-refused] li")).to_have_count(2)
    await page.keyboard.press("Escape")  # the pair that is looked at
    await page.keyboard.press("Escape")  # the plan
    await expect(page).not_to_have_url(PLAN)
    assert [await _holder(admin, one["id"]) for one in (near, far)] == [None, sita.transporter_id]


@pytest.mark.slow
async def test_pairs_are_kept_and_weights_set_and_what_cannot_be_kept_is_named(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here, max_active=1)
    sita = await named_driver(world, "Sita Rai", north_of(here, 3000), max_active=1)
    near, far = await world.deliveries(at(here) | NO_TIME, at(north_of(here, 3000)) | NO_TIME)
    page = await opened_console(desk, admin)
    await page.get_by_role("button", name="Plan 2").click()
    pairs = page.locator(".pair")
    await expect(pairs.locator("strong")).to_have_text(["Ram Thapa", "Sita Rai"])
    await pairs.nth(1).get_by_role("button", name="Keep this pair").click()
    await expect(pairs.nth(1)).to_contain_text("kept")
    await expect(page.get_by_role("button", name="Give 2")).to_be_enabled()  # it is in the plan as it is
    await page.get_by_label("rating").fill("0")
    await page.get_by_role("button", name="Plan again").click()
    await expect(page.locator(".plan-room")).to_contain_text("Planning again changed nothing")
    await expect(page.get_by_label("rating")).to_have_value("0")
    ok(await admin.post(f"/api/deliveries/{near['id']}/assign/", {"transporter_id": sita.transporter_id}))
    await page.get_by_role("button", name="Plan again").click()
    await expect(page.get_by_role("alert")).to_contain_text("Some pairs cannot be locked.")
    await expect(page.get_by_role("alert")).to_contain_text("Sita Rai: has no room")
    assert await _holder(admin, far["id"]) is None
    desk.complaints[:] = [said for said in desk.complaints if "409" not in said]


@pytest.mark.slow
async def test_a_plan_that_is_too_old_or_unknown_says_so(world: World, desk: Window, admin: Person) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here, max_active=1)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    plan = ok(await admin.post("/api/assignment-plans/", {"delivery_ids": [delivery["id"]]}), 201)
    async with world.server.services.database.work() as work:
        await work.session.execute(update(AssignmentPlan).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
    page = await opened_console(desk, admin, f"?plan={plan['id']}")
    room = page.locator(".plan-room")
    await expect(room).to_contain_text("This plan is too old")
    await expect(room.get_by_role("button", name="Give 1")).to_have_count(0)
    await room.get_by_role("button", name="Plan again").click()
    await expect(room.get_by_role("button", name="Give 1")).to_be_enabled()
    await page.goto(f"{desk.base_url}/console?plan=4000000")
    await expect(room).to_contain_text("There is no such plan.")
    desk.complaints[:] = [said for said in desk.complaints if "404" not in said]


@pytest.mark.slow
async def test_a_large_plan_is_given_and_a_reload_finds_what_became_of_it(
    world: World, desk: Window, admin: Person
) -> None:
    services = world.server.services
    await settle(services.database, services.redis, services.keys, City(MANY, MANY + 200))
    page = await opened_console(desk, admin)
    await page.get_by_role("button", name=f"Plan {MANY}").click()
    room = page.locator(".plan-room")
    give = room.get_by_role("button", name=re.compile(r"Give \d+"))
    planned = int(str(await give.text_content()).removeprefix("Give "))
    assert planned > 500
    await expect(room.get_by_role("button", name=f"And {planned - 200} more.")).to_be_visible()
    await give.click()
    await expect(room).to_contain_text(f"Parcels given: {planned}")
    await expect(page.locator(".notice").get_by_role("button", name="Undo")).to_have_count(0)
    await page.reload()
    await expect(room).to_contain_text(f"Parcels given: {planned}")
    plan_id = page.url.split("plan=")[1].split("&")[0]
    assert ok(await admin.get(f"/api/assignment-plans/{plan_id}/"))["progress"]["assigned"] == planned


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_a_plan_is_for_everyone(world: World, desk: Window, admin: Person, language: str, scheme: str) -> None:
    here = somewhere()
    await named_driver(world, "Ram Thapa", here, max_active=1)
    await world.deliveries(at(here) | NO_TIME, at(here) | NO_TIME | {"package_weight": 90})
    page = await opened_console(desk, admin, f"?lang={language}")
    await stand_still(page, scheme)
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(2)
    await page.keyboard.press("Shift+A")
    await expect(page.locator(".pair")).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("l")
    await page.keyboard.press("Shift+A")
    await expect(page.locator(".pair .tool[aria-pressed=true]")).to_have_count(1)
    assert await violations(page) == []
    assert await unreached(page) == []

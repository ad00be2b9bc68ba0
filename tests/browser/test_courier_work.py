"""A courier plans its week, takes a break, gives a parcel back, and sees what it was asked."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.windows import stand_still, unreached, violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, World, ok

DUTY = "/api/transporters/me/duty/"
# It is said once the page has asked for everything anew, and minutes are rounded.
LEFT_OF_20_MIN = re.compile("(18|19|20) min left")


async def run_out_now(world: World, offer_id: int) -> None:
    """The time of an offer is over, however long it was."""
    async with world.server.services.database.connection() as connection:
        search_id = await connection.fetchval(
            "UPDATE offers SET deadline = now() WHERE id = $1 RETURNING search_id", offer_id
        )
        await connection.execute("UPDATE offer_searches SET next_at = now() WHERE id = $1", search_id)


async def test_a_courier_plans_a_night_as_one_time_and_it_is_there_after_a_reload(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium) as one:
        page = one.page
        await page.get_by_role("link", name="My shifts").click()
        await page.get_by_role("button", name="Add a time on Sun").click()
        await page.get_by_label("Sun, From").fill("22:00")
        await page.get_by_label("Sun, To").fill("06:00")
        await expect(page.get_by_text("Ends on the next day.")).to_be_visible()
        await page.get_by_role("button", name="Add a time on Mon").click()
        await page.get_by_label("Mon, From").fill("05:00")
        await page.get_by_role("button", name="Save the week").click()
        await expect(page.get_by_role("alert").filter(has_text="overlap")).to_be_visible()
        assert ok(await one.driver.get(DUTY))["shifts"] == []
        await page.get_by_role("button", name="Remove Mon").click()
        await page.get_by_role("button", name="Save the week").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        assert ok(await one.driver.get(DUTY))["shifts"] == [
            {"weekday": 0, "begins": "00:00", "ends": "06:00"},
            {"weekday": 6, "begins": "22:00", "ends": "24:00"},
        ]
        await page.reload()
        await expect(page.get_by_label("Sun, To")).to_have_value("06:00")
        await stand_still(page, "dark")
        assert await violations(page) == []
        assert await unreached(page) == []


@pytest.mark.slow
async def test_a_courier_gives_a_parcel_back_with_a_reason_and_takes_a_break_that_says_how_long_it_lasts(
    world: World, plain_chromium: Browser
) -> None:
    admin, delivery = await world.admin(), await world.delivery()
    async with courier(world, plain_chromium) as one:
        page = one.page
        ok(await one.driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        await page.get_by_role("button", name="Give it back").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("The pickup is closed").check()
        await dialog.get_by_label("More (may be left empty)").fill("Nobody opens")
        await dialog.get_by_role("button", name="Give it back").click()
        await expect(one.answer).to_have_text("Nothing to do now")
        told = page.locator("[data-held=give-back], [data-sent=give-back]")  # it is held for a moment only
        await expect(told).to_contain_text("Given back")
        await one.send_now()

        async def given_back() -> bool:
            found = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
            return found["status"] == "available" and "Nobody opens" in found["tracking_history"][-1]["notes"]

        await until(given_back, "the parcel waits again, with the reason")
        await page.get_by_role("button", name="Take a break").click()
        await dialog.get_by_label("20 min").check()
        await dialog.get_by_role("button", name="Take a break").click()
        await expect(page.get_by_text(LEFT_OF_20_MIN)).to_be_visible()
        assert ok(await one.driver.get(DUTY))["duty"] == "break"
        await page.get_by_role("switch", name="On a break").click()
        await expect(page.get_by_role("switch", name="On duty")).to_be_visible()


@pytest.mark.slow
async def test_a_courier_sees_its_acceptance_and_how_each_offer_ended(world: World, plain_chromium: Browser) -> None:
    async with courier(world, plain_chromium) as one:
        page = one.page
        await one.is_asked()
        await page.get_by_role("button", name="Not this one").click()
        await page.get_by_role("button", name="Too far").click()
        await page.get_by_role("link", name="What I was asked").click()
        await expect(page.get_by_text("You did not want it: Too far").first).to_be_visible()
        await expect(page.get_by_text("You take 0 %")).to_be_visible()
        assert await violations(page) == []


@pytest.mark.slow
async def test_whoever_had_no_connection_as_long_as_an_offer_stood_is_not_told_to_have_left_it_unanswered(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium) as one:
        page = one.page
        await one.window.context.set_offline(True)
        await expect(page.locator(".chip", has_text="no connection")).to_be_visible()
        await world.online_at(one.driver, *BHAKTAPUR)  # as it was heard last, before it was lost
        offer = await one.is_asked()
        await run_out_now(world, offer["id"])

        async def has_run_out() -> bool:
            ended = ok(await one.driver.get("/api/offers/history/"))["results"]
            return (offer["id"], "expired") in [(row["id"], row["status"]) for row in ended]

        await until(has_run_out, "it has ended")
        await expect(page.locator(".chip", has_text="no connection")).to_be_visible()
        await one.window.context.set_offline(False)
        await page.get_by_role("link", name="What I was asked").click()
        said = page.get_by_text("It ended while you had no connection")
        await expect(said).to_be_visible()
        await page.reload()
        await expect(said).to_be_visible()
        one.forgive_no_network()

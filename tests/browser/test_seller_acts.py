"""A seller whose sale does not go as it should holds, calls off and gives the money back, on its own page."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.world import World, ok


async def _does(page: Page, act: str, reason: str, told: str) -> None:
    await page.get_by_role("button", name=act, exact=True).click()
    if reason:
        await page.get_by_label("Why", exact=True).fill(reason)
    await page.get_by_role("button", name=act, exact=True).click()
    await expect(page.get_by_text(told, exact=True)).to_be_visible()


@pytest.mark.slow
async def test_a_seller_holds_a_parcel_calls_it_off_and_then_the_sale_whose_buyer_has_the_money_back(
    world: World, desk: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("If something is not as it should be").click()
    await _does(page, "Let the parcel wait", "Closed for the festival", "The parcel waits.")
    shown = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert shown["on_hold"]["reason"] == "Closed for the festival"
    await _does(page, "Let it go on", "", "The parcel goes on.")
    assert await violations(page) == []
    await _does(page, "Call off this parcel", "Sold out", "The parcel is called off.")
    await _does(page, "I cannot deliver this", "Sold out", "The sale is called off.")
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert (sale["status"], sale["payment_status"]) == ("cancelled", "refunded")


@pytest.mark.slow
async def test_whoever_types_stays_in_the_form_and_another_reason_is_another_request(
    world: World, desk: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("If something is not as it should be").click()
    wait = page.get_by_role("button", name="Let the parcel wait", exact=True)
    await wait.press("Enter")
    await expect(page.get_by_label("Why", exact=True)).to_be_focused()
    await page.get_by_role("button", name="Not now").press("Enter")
    await expect(wait).to_be_focused()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/hold/", lose_the_answer, times=1)
    await wait.press("Enter")
    why = page.get_by_label("Why", exact=True)
    await why.fill("Ill")
    await wait.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="connection")).to_be_visible()
    await why.fill("")
    await wait.press("Enter")
    await expect(page.get_by_text("Fill this in.")).to_be_visible()
    await why.fill("Festival")
    await wait.press("Enter")
    await expect(page.get_by_text("The parcel waits.")).to_be_focused()
    shown = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert shown["on_hold"]["reason"] == "Festival"
    desk.complaints[:] = [said for said in desk.complaints if "400" not in said and "ERR_FAILED" not in said]


async def test_a_seller_says_until_when_a_parcel_waits_and_its_buyer_reads_that(
    world: World, desk: Window, window: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("If something is not as it should be").click()
    hold = page.get_by_role("button", name="Let the parcel wait", exact=True)
    await hold.click()
    await page.get_by_label("Why", exact=True).fill("Closed for the festival")
    await page.get_by_label("Until when").select_option("Until a day and time that I say")
    when = page.get_by_label("Day and time", exact=True)
    await when.fill("2020-01-01T10:00")
    await hold.click()
    await expect(when).to_have_attribute("aria-invalid", "true")
    await when.fill("2099-01-01T10:00")
    assert await violations(page) == []
    await hold.click()
    told = page.locator("[data-of=hold]")
    await expect(told).to_have_text("It waits until 1 Jan 2099 10:00.")
    shown = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert datetime.fromisoformat(shown["on_hold"]["until"]) == datetime(2099, 1, 1, 4, 15, tzinfo=UTC)
    own = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(own.locator("h1")).to_have_text("On hold: from 1 Jan 2099 10:00 a courier is looked for")
    await page.get_by_role("button", name="Let it go on").click()
    await page.get_by_role("button", name="Let it go on").click()
    await expect(page.get_by_text("The parcel goes on.", exact=True)).to_be_visible()
    await expect(told).to_have_count(0)
    desk.complaints[:] = [said for said in desk.complaints if "400" not in said]


@pytest.mark.slow
async def test_what_a_dispatcher_holds_is_not_offered_to_be_let_go(world: World, desk: Window) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/hold/", {"reason": "The road is closed"}))
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("If something is not as it should be").click()
    await expect(page.get_by_text("A dispatcher holds this parcel, and a dispatcher lets it go on.")).to_be_visible()
    await expect(page.get_by_role("button", name="Call off this parcel")).to_be_visible()
    await expect(page.get_by_role("button", name="Let it go on")).to_have_count(0)


@pytest.mark.slow
async def test_a_seller_has_a_parcel_brought_back_that_had_arrived(world: World, desk: Window) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("If something is not as it should be").click()
    await _does(page, "Let it come back to me", "Sent the wrong goods", "It comes back to you.")
    shown = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert shown["ending"] == "returned"
    await page.reload()
    await page.get_by_text("If something is not as it should be").click()
    await expect(page.get_by_text("Nothing is left to do here")).to_be_visible()
    await expect(page.get_by_role("button", name="Let it come back to me")).to_have_count(0)

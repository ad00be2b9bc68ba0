"""A seller whose sale does not go as it should holds, calls off and gives the money back, on its own page."""

import pytest
from playwright.async_api import Page, expect

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

"""A parcel goes to another door: its buyer says so on the order's page."""

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.world import ANOTHER_DOOR, World, ok


@pytest.mark.slow
async def test_the_buyer_changes_where_a_parcel_goes_on_the_page_of_the_order(world: World, window: Window) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    page = await signed_in(window, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("button", name="Change the address").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text(delivery["tracking_number"])
    await sheet.get_by_label("Address", exact=True).fill("Balaju Height 7")
    await sheet.get_by_label("The door, on the map").fill("27.6400, 85.4000")
    assert await violations(page) == []
    await sheet.get_by_role("button", name="Change the address").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("order anew")
    near = f"{ANOTHER_DOOR['latitude']}, {ANOTHER_DOOR['longitude']}"
    await sheet.get_by_label("The door, on the map").fill(near)
    await sheet.get_by_role("button", name="Change the address").click()
    await expect(sheet).to_have_count(0)
    told = page.locator(f"[data-door={delivery['tracking_number']}]")
    await expect(told).to_contain_text("Balaju Height 7")
    await page.reload()
    await expect(told).to_contain_text("Balaju Height 7")
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    await page.reload()
    await expect(page.get_by_role("link", name="Follow parcel")).to_be_visible()
    await expect(page.get_by_role("button", name="Change the address")).to_have_count(0)
    window.complaints[:] = [said for said in window.complaints if "409" not in said]

"""A parcel goes to another door: its buyer says so on the order's page."""

import re

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


@pytest.mark.slow
async def test_before_it_is_packed_the_order_goes_elsewhere_and_the_seller_who_had_the_old_address_reads_the_new_one(
    world: World, window: Window, desk: Window
) -> None:
    bought = await world.bought()
    packing = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await packing.get_by_role("button", name="Have it delivered").click()
    form = packing.get_by_role("dialog")
    to = form.locator("[name=delivery_address]")
    await expect(to).to_have_value("Thamel, Kathmandu, Bagmati, 44600")
    page = await signed_in(window, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("button", name="Change the address").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("Address", exact=True).fill("Balaju Height 7")
    await sheet.get_by_label("The door, on the map").fill(f"{ANOTHER_DOOR['latitude']}, {ANOTHER_DOOR['longitude']}")
    assert await violations(page) == []
    await sheet.get_by_role("button", name="Change the address").click()
    await expect(sheet).to_have_count(0)
    await expect(page.get_by_text("Balaju Height 7").first).to_be_visible()
    for name, value in (
        ("pickup_address", "Farm, Bhaktapur"),
        ("pickup_contact_phone", "9841111111"),
        ("package_weight", "2.5"),
        ("delivery_fee", "150"),
    ):
        await form.locator(f"[name={name}]").fill(value)
    await form.get_by_role("button", name="Look for a courier").click()
    await expect(form.get_by_role("alert").last).to_contain_text("changed")
    await expect(to).to_have_value(re.compile("Balaju Height 7"))
    await form.get_by_role("button", name="Look for a courier").click()
    await expect(form.get_by_role("link", name="Follow")).to_be_visible()
    shown = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    parcel = ok(await bought.seller.get(f"/api/deliveries/{shown['delivery_id']}/"))
    assert "Balaju Height 7" in parcel["delivery_address"]
    await page.reload()
    await page.get_by_role("button", name="Change the address").click()
    await expect(sheet).to_contain_text(shown["tracking_number"])  # it is the parcel now that goes elsewhere
    await expect(sheet.get_by_label("Address", exact=True)).to_have_value("Balaju Height 7")
    desk.complaints[:] = [said for said in desk.complaints if "409" not in said]

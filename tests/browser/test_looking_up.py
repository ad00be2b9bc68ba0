"""An admin finds a parcel in the one box, and a seller says why a stock is another, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.world import World, ok


@pytest.mark.slow
async def test_a_parcel_is_found_as_its_number_was_told(world: World, window: Window) -> None:
    admin, delivery = await world.admin(), await world.delivery()
    number = delivery["tracking_number"]
    page = await signed_in(window, "/ops/search", admin)
    await page.get_by_label("Look for").fill(number.lower())
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    assert await violations(page) == []


@pytest.mark.slow
async def test_a_seller_takes_what_was_damaged_from_the_stock(world: World, window: Window) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=10)
    page = await signed_in(window, f"/seller/products?open={product}", seller)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("By how many").fill("-3")
    await sheet.get_by_label("Why").select_option("damaged")
    await sheet.get_by_role("button", name="Change the stock").click()
    await expect(sheet.locator(".history li")).to_contain_text("−3 damaged, then 7")
    assert ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))["stock"] == 7
    assert await violations(page) == []

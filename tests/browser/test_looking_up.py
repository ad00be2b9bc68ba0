"""An admin finds a parcel in the one box, and a seller says why a stock is another, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.checkout import Checkout
from tests.support.world import World, ok, order_body


@pytest.mark.slow
async def test_a_parcel_is_found_as_its_number_was_told(world: World, window: Window) -> None:
    admin, delivery = await world.admin(), await world.delivery()
    number = delivery["tracking_number"]
    page = await signed_in(window, "/ops/search", admin)
    await page.get_by_label("Look for").fill(number.lower())
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    assert await violations(page) == []


async def test_an_admin_reads_an_order_that_was_found_with_its_money_its_parcels_and_its_customer(
    world: World, desk: Window
) -> None:
    bought, later, admin = await world.bought(), await world.bought(), await world.admin()
    parcel = await world.delivery(bought)
    order = ok(await admin.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    for one in (bought, later):
        ok(await admin.post(f"/api/v1/marketplace/orders/{one.order_id}/refund/", {"amount": "25.00"}))
        await Checkout(world).refunds_settled(one.transaction_id)  # a round of the server's own may have it in hand
    page = await signed_in(desk, "/ops/search", admin)
    await page.get_by_label("Look for").fill(order["order_number"])
    await page.get_by_role("link", name=order["order_number"]).click()
    shown = page.locator("[data-order]")
    await expect(shown).to_contain_text("refunded in part")
    await expect(shown.get_by_role("link", name="NPR 25.00")).to_be_visible()
    await expect(shown.get_by_role("link", name=parcel["tracking_number"])).to_be_visible()
    await expect(shown).to_contain_text("· Ordered")
    assert await violations(page) == []
    await shown.get_by_role("link", name="NPR 25.00").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_role("link", name=order["order_number"])).to_be_visible()
    await expect(page.locator("tbody tr"), "also where it is not among the newest").to_have_count(1)
    await sheet.locator("a[href^='/ops/users']").click()
    await expect(page.get_by_role("dialog", name=bought.customer.email)).to_be_visible()


async def test_a_search_says_how_many_there_are_and_shows_the_rest(world: World, desk: Window) -> None:
    customer, seller, admin = await world.person(), await world.person("seller"), await world.admin()
    product = await world.product(seller, stock=50)
    phone = f"98{customer.user_id:08d}"
    body = order_body(0)
    for _ in range(12):
        cart = await world.cart(customer, {product: 1})
        to = body["delivery_info"] | {"phone_number": phone}
        ok(
            await customer.post("/api/v1/marketplace/orders/create/", body | {"cart_id": cart, "delivery_info": to}),
            201,
        )
    page = await signed_in(desk, "/ops/search", admin)
    await page.get_by_label("Look for").fill(phone)
    orders = page.locator("section", has_text="Orders").locator("li")
    await expect(page.get_by_text("The newest 10 of 12 are shown.")).to_be_visible()
    await expect(orders).to_have_count(10)
    await page.get_by_role("link", name="Show the rest").click()
    await expect(orders).to_have_count(12)
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

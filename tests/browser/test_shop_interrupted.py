"""A buyer whose network breaks, or who goes elsewhere, in the midst of ordering and paying."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window
from tests.support.world import World, ok

TAKEN_UP = "() => fetch('/api/v1/marketplace/categories/').then((reply) => reply.ok)"
"""All that follows an answer has been done before the answer of this."""
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("goods_without_pictures")]


async def test_an_order_that_was_made_is_shown_though_the_network_broke_before_its_address_was_kept(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    await world.product(await world.person("seller"), name="Lapsi candy 63")
    page = await signed_in(window, "/shop/orders", buyer)
    await page.goto(f"{window.base_url}/shop?q=Lapsi candy 63")
    await page.get_by_role("button", name="Add Lapsi candy 63").click()
    await page.goto(f"{window.base_url}/shop/checkout")
    await page.get_by_label("Name", exact=True).fill("Sita Rai")
    await page.get_by_label("Phone").fill("9841234567")
    await page.get_by_label("Address", exact=True).fill("Mangal Bazar")
    await expect(page.get_by_label("Keep this address")).to_be_checked()  # the first one is, once it is known to be

    async def broken(route: Route) -> None:
        await (route.abort("connectionreset") if route.request.method == "POST" else route.continue_())

    for path in ("addresses", "payments/initiate"):
        await page.route(f"**/{path}/", broken)
    await page.get_by_role("button", name="Pay NPR").click()
    await expect(page.get_by_role("alert").get_by_text("No connection")).to_be_visible()
    [order] = ok(await buyer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    await expect(page).to_have_url(f"{window.base_url}/shop/orders/{order['id']}")
    await expect(page.get_by_role("button", name="Pay NPR")).to_be_enabled()
    window.complaints[:] = [said for said in window.complaints if "ERR_CONNECTION_RESET" not in said]


async def test_whoever_goes_on_while_a_payment_is_looked_up_is_not_brought_back(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/shop/orders", bought.customer)
    answered = asyncio.Event()

    async def later(route: Route) -> None:
        await answered.wait()
        await route.continue_()

    await page.route("**/payments/verify/", later)
    async with page.expect_request("**/payments/verify/"):
        await page.goto(f"{window.base_url}/shop/orders/{bought.order_id}?transaction_id={bought.transaction_id}")
    await page.get_by_role("link", name="All orders").click()
    await expect(page.locator(".orders li")).to_have_count(1)
    async with page.expect_response("**/payments/verify/") as looked_up:
        answered.set()
    await (await looked_up.value).finished()
    assert await page.evaluate(TAKEN_UP)
    await expect(page).to_have_url(f"{window.base_url}/shop/orders")

"""A purchase from the catalogue to the door, clicked by the four people whom it concerns, each in their own browser."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from api.server.backing_services import find_sandbox
from api.server.serving import RunningServer
from tests.browser.couriers import courier
from tests.browser.sign_ins import sign_in, signed_in
from tests.browser.windows import Window, moment_stands
from tests.support.own_database import world_of_its_own
from tests.support.world import BHAKTAPUR, Person, World

LAT, LON = BHAKTAPUR
DOOR = (LAT + 0.02, LON + 0.01)
MOVED = """([x, y]) => { const box = document.querySelector(".courier-dot").getBoundingClientRect();
           return Math.hypot(box.x - x, box.y - y) > 3; }"""


@pytest.fixture
async def world(server: RunningServer) -> AsyncIterator[World]:
    """The dispatcher sees everything that there is, so there is nothing else."""
    async with world_of_its_own(server) as own:
        yield own


@asynccontextmanager
async def browser_of(chromium: Browser, world: World, *, wide: bool = False) -> AsyncIterator[Window]:
    """Somebody's own browser, which complains of nothing."""
    size = (1440, 900) if wide else (390, 844)
    context = await chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
    sandbox = find_sandbox(world.server.settings)
    assert sandbox is not None
    window = Window(context, world.server.settings.public_url, also_visited={sandbox.base_url})
    yield window
    await context.close()
    assert window.complaints == []


async def buy(window: Window, buyer: Person) -> Page:
    """From the catalogue through the gateway to the order."""
    page = await window.open("/shop")
    await page.get_by_role("button", name="Add Lemon pickle").click()
    await page.get_by_role("link", name="Cart 1").click()
    await page.get_by_role("dialog").get_by_role("link", name="Order").click()
    await sign_in(page, buyer)
    await page.get_by_label("Name", exact=True).fill("Sita Rai")
    await page.get_by_label("Phone").fill("9841234567")
    await page.get_by_label("Address", exact=True).fill("Thamel Marg 12")
    await page.get_by_text("More exact place").first.click()
    await page.get_by_label("The door, on the map").fill(f"{DOOR[0]:.5f}, {DOOR[1]:.5f}")
    await page.get_by_role("button", name="Pay NPR").click()
    await page.wait_for_url("**/pay/**")
    await page.locator("button[value=pay]").click()
    await page.wait_for_url(re.compile(r"/shop/orders/\d+"))
    await expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    return page


async def send_off(window: Window, seller: Person) -> None:
    """The seller asks for a courier."""
    page = await signed_in(window, "/seller", seller)
    await page.locator("tbody tr").get_by_role("link").first.click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    await sheet.locator("[name=pickup_address]").fill("Farm, Bhaktapur")
    await sheet.locator("[name=pickup_place]").fill(f"{LAT:.5f}, {LON:.5f}")
    await sheet.locator("[name=pickup_contact_phone]").fill("9841111111")
    await sheet.locator("[name=package_weight]").fill("2.5")
    await sheet.locator("[name=delivery_fee]").fill("150")
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(sheet.get_by_role("link", name="Follow parcel")).to_be_visible()


@pytest.mark.usefixtures("goods_without_pictures")
async def test_a_purchase_is_clicked_by_customer_seller_dispatcher_and_transporter_until_the_customer_sees_it_delivered(
    world: World, chromium: Browser
) -> None:
    seller, buyer, admin = await world.person("seller", name="Rita"), await world.person(), await world.admin()
    await world.product(seller, name="Lemon pickle")
    async with AsyncExitStack() as stack:
        at_home = await stack.enter_async_context(browser_of(chromium, world))
        at_the_farm = await stack.enter_async_context(browser_of(chromium, world, wide=True))
        at_the_desk = await stack.enter_async_context(browser_of(chromium, world, wide=True))
        on_the_road = await stack.enter_async_context(courier(world, chromium))
        console = await signed_in(at_the_desk, "/console", admin)
        await expect(console.locator(".chip.live")).to_be_visible()

        order = await buy(at_home, buyer)
        await send_off(at_the_farm, seller)

        await console.locator("li.row.available a").first.click()
        async with moment_stands(console):
            await console.get_by_role("button", name="Give to").first.click()
            await expect(console.locator(".notice")).to_be_visible()

        await expect(on_the_road.answer).to_have_text("Farm, Bhaktapur")
        await order.reload()
        await order.get_by_role("link", name="Follow parcel").click()
        marker = order.locator(".maplibregl-marker.courier-dot")
        await expect(marker).to_be_visible()
        await on_the_road.pick_up()
        await expect(order.locator(".history")).to_contain_text("Picked up")
        before = await marker.bounding_box()
        assert before is not None
        await on_the_road.at(LAT + 0.004, LON + 0.002)
        await order.wait_for_function(MOVED, arg=[before["x"], before["y"]])

        await on_the_road.deliver(DOOR)
        await expect(order.locator("h1")).to_contain_text("Delivered")
        # What was done on this page stands in rows of its own.
        to_do = console.locator("[aria-labelledby=queue] li, [aria-labelledby=exceptions] li")
        await expect(to_do).to_have_count(0)
        await on_the_road.stored_way()

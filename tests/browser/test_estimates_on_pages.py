"""Before they pay, buyers see what delivery costs and when it would come; a seller finds the weight filled in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.places import north_of, somewhere
from tests.support.senders import sender
from tests.support.watching import speaking
from tests.support.weights import weighed
from tests.support.world import Person, Place, World, ok

pytestmark = pytest.mark.usefixtures("goods_without_pictures")

ESTIMATE = "**/delivery-estimate/"


async def _checkout(window: Window, world: World, seller: Person, name: str) -> tuple[Page, int]:
    """The order's page with one product in the basket, and the number of the product."""
    product = await world.product(seller, name=name, weight_kg=0.75)
    page = await signed_in(window, "/shop/orders", await world.person())
    await page.goto(f"{window.base_url}/shop")
    await page.get_by_label("Search").fill(name)
    await expect(page.locator(".offer")).to_have_count(1)
    await page.get_by_role("button", name=f"Add {name}").click()
    await page.goto(f"{window.base_url}/shop/checkout")
    await expect(page.locator(".sums")).to_be_visible()
    return page, product


@asynccontextmanager
async def _on_duty(world: World, place: Place) -> AsyncIterator[None]:
    """Somebody who can carry it, for as long as the pages take: a position that was told once is soon too old."""
    driver = await world.driver()
    await world.online_at(driver, *place)
    async with speaking(world, driver, place, every_s=1.0):
        yield


def _typed(place: Place) -> str:
    return f"{place[0]:.5f}, {place[1]:.5f}"


@pytest.mark.slow
async def test_an_order_says_when_it_would_come_and_says_it_anew_for_another_door(world: World, window: Window) -> None:
    here = somewhere()
    seller = await sender(world, here)
    async with _on_duty(world, here):
        page, _ = await _checkout(window, world, seller, "Pine honey 91")
        told = page.locator("[data-estimate=told]")
        await expect(told).to_contain_text("Set the place of the door on the map")
        await expect(told).to_contain_text("You pay NPR 100.00 for delivery; it is in the total.")
        await page.get_by_text("More exact place").first.click()
        await page.get_by_label("The door, on the map").fill(_typed(north_of(here, 4_000)))
        await expect(told).to_contain_text(re.compile(r"Expected (today|tomorrow) \d\d:\d\d–.*\d\d:\d\d"))
        await expect(told).to_contain_text("0.75 kg")
        near = await told.locator("li").inner_text()
        await page.get_by_label("The door, on the map").fill(_typed(north_of(here, 14_000)))
        await expect(told.locator("li")).not_to_have_text(near)
        await expect(told).to_contain_text(re.compile(r"about [12]\d km"))
        await expect(page.locator(".sums")).to_contain_text("NPR 100.00")


@pytest.mark.slow
async def test_an_estimate_that_fails_keeps_nobody_from_ordering(world: World, window: Window) -> None:
    page, _ = await _checkout(window, world, await world.person("seller"), "Pine honey 92")
    refused: list[str] = []

    async def refuse(route: Route) -> None:
        refused.append(route.request.url)
        await route.fulfill(status=429, json={"detail": "Too many.", "code": "rate_limited"})

    await page.route(ESTIMATE, refuse)
    await page.get_by_text("More exact place").first.click()
    await page.get_by_label("The door, on the map").fill("27.71720, 85.32400")
    await expect(page.locator("[data-estimate=failed]")).to_contain_text("You can order all the same.")
    assert refused
    await page.get_by_label("Name", exact=True).fill("Sita Rai")
    await page.get_by_label("Phone").fill("9841234567")
    await page.get_by_label("Address", exact=True).fill("Thamel Marg 12")
    await expect(page.get_by_role("button", name="Pay NPR 1,512.50")).to_be_enabled()
    window.complaints[:] = [said for said in window.complaints if "429" not in said]  # the refusal itself


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_an_estimate_is_for_everyone(world: World, window: Window, language: str, scheme: str) -> None:
    here = somewhere()
    seller = await sender(world, here, parcels=1)
    async with _on_duty(world, here):
        page, _ = await _checkout(window, world, seller, f"Pine honey {language} {scheme}")
        await page.get_by_text("More exact place").first.click()
        await page.get_by_label("The door, on the map").fill(_typed(north_of(here, 4_000)))
        await stand_still(page, scheme)
        await page.goto(f"{window.base_url}/shop/checkout?lang={language}")
        told = page.locator("[data-estimate=told]")
        words = {"en": "once the seller has it ready", "ne": "विक्रेताले तयार पारेपछि"}
        await expect(told).to_contain_text(words[language])
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.slow
async def test_a_seller_finds_the_weight_filled_in_and_reads_from_where(world: World, desk: Window) -> None:
    bought = await weighed(world, 0.25, quantity=3)
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    field = sheet.locator(".field:has([name=package_weight])")
    await expect(field.locator("input")).to_have_value("0.75")
    await expect(field).to_contain_text("3 × 0.25 kg, as the product says.")
    await field.locator("input").fill("1")
    await expect(field).not_to_contain_text("as the product says")
    await field.locator("input").fill("")
    await sheet.locator("[name=pickup_address]").fill("Farm, Bhaktapur")
    await sheet.locator("[name=pickup_contact_phone]").fill("9841111111")
    await sheet.locator("[name=delivery_fee]").fill("150")
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(sheet.get_by_role("link", name="Follow parcel")).to_be_visible()
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    made = ok(await bought.seller.get(f"/api/deliveries/{sale['delivery_id']}/"))
    assert made["package_details"]["weight"] == 0.75

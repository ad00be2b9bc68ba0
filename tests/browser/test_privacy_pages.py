"""Who sees what on a parcel's page: by a shared link, by the receiver's phone, and by what the seller shows."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.browsers import phone_window
from tests.browser.journeys import riding
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, unreached, violations
from tests.support.watching import another_world
from tests.support.world import BHAKTAPUR, THAMEL, Bought, World, ok

LAST_DIGITS = "4567"
MOST_GUESSES = 5
UNLOCK = re.compile(r"/unlock/$")


async def parcel_of(world: World, bought: Bought, **shown: str) -> dict[str, Any]:
    """A parcel aboard, of whose page its seller shows so much."""
    ok(await bought.seller.patch("/api/marketplace/seller/tracking-privacy/", shown))
    delivery, driver = await world.delivery(bought), await world.driver()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    here = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", here))
    return delivery


async def guess(page: Page, code: str) -> None:
    await page.get_by_label("Last four digits").fill(code)
    async with page.expect_response(UNLOCK):
        await page.get_by_role("button", name="Show more").click()


@pytest.mark.slow
async def test_a_link_that_is_shared_follows_the_parcel_without_its_number_until_it_is_taken_back(
    world: World, window: Window, plain_chromium: Browser
) -> None:
    bought = await world.bought()
    delivery = await parcel_of(world, bought)
    page = await signed_in(window, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("button", name="Share").click()
    await page.get_by_label("For whom").fill("Mother")
    await page.get_by_label("Good for").select_option("6")
    await page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("status").get_by_role("link")
    address = await link.get_attribute("href")
    assert address is not None
    assert delivery["tracking_number"] not in address
    assert await violations(page) == []
    async with phone_window(plain_chromium, world) as somebody:
        followed = await somebody.open(address.removeprefix(somebody.base_url))
        await expect(followed.locator("[data-liveness=live]")).to_be_visible()
        await expect(followed.locator(".history")).to_contain_text("Picked up")
        assert delivery["tracking_number"] not in await followed.content()
        assert await violations(followed) == []
        await page.get_by_role("listitem").filter(has_text="Mother").get_by_role("button", name="Take back").click()
        await expect(page.get_by_role("listitem").filter(has_text="Mother")).to_contain_text("ended")
        # Who has the page open loses it as well, without a reload.
        await expect(followed.locator("h1")).to_have_text("This link has ended")
        await expect(followed.locator(".history")).to_have_count(0)
        somebody.complaints[:] = [said for said in somebody.complaints if "410" not in said]


@pytest.mark.slow
async def test_who_knows_the_receivers_phone_is_shown_more_in_this_tab_and_who_guesses_has_to_wait(
    world: World, window: Window, plain_chromium: Browser
) -> None:
    bought = await world.bought()
    delivery = await parcel_of(world, bought, delivery_address="code")
    path = f"/t/{delivery['tracking_number']}"
    page = await window.open(path)
    await expect(page.get_by_text("Is it your parcel?")).to_be_visible()
    await expect(page.get_by_text("Thamel, Kathmandu")).to_have_count(0)
    await guess(page, "0000")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    assert await violations(page) == []
    assert await unreached(page) == []
    await guess(page, LAST_DIGITS)
    await expect(page.get_by_text("Thamel, Kathmandu")).to_be_visible()
    await expect(page.get_by_text("Is it your parcel?")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_text("Thamel, Kathmandu")).to_be_visible()
    # Where nobody has to wait before the last guess, and after it for a quarter of an hour.
    async with (
        another_world(world.server, wrong_passwords_per_account=MOST_GUESSES) as strict,
        phone_window(plain_chromium, strict) as stranger,
    ):
        guessing = await stranger.open(path)
        for _ in range(MOST_GUESSES):
            await guess(guessing, "0000")
        await guess(guessing, LAST_DIGITS)  # right, and too late
        await expect(guessing.get_by_text("Try again in")).to_be_visible()
        await expect(guessing.get_by_text("Thamel, Kathmandu")).to_have_count(0)
        for opened in (window, stranger):
            refused = ("403", "429")
            opened.complaints[:] = [said for said in opened.complaints if not any(code in said for code in refused)]


@pytest.mark.slow
async def test_who_looks_on_while_a_parcel_arrives_reads_that_it_came_and_sees_its_journey_again_with_the_code(
    world: World, window: Window
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{path}/{step}/"))
    link = ok(await bought.customer.post(f"{path}/share-links/", {}), 201)["url"]
    ways_in = (f"/t/{delivery['tracking_number']}", link.removeprefix(window.base_url))
    pages = [await window.open(way) for way in ways_in]
    for page in pages:
        await expect(page.locator(".ends")).to_contain_text("Thamel, Kathmandu")
        await expect(page.locator(".history")).to_contain_text("Picked up")
        await expect(page.locator("[data-liveness=live]")).to_be_visible()
    ok(await driver.post(f"{path}/deliver/"))
    for page in pages:
        again = page.get_by_role("heading", name="See the journey again")
        await expect(again).to_be_visible()
        await expect(page.locator("h1")).to_have_text(re.compile(r"^Delivered .*\d\d:\d\d$"))
        await expect(page.locator(".steps .done")).to_have_count(4)
        for gone in (".ends", ".person", ".history"):
            await expect(page.locator(gone)).to_have_count(0)
        assert await violations(page) == []
        await guess(page, LAST_DIGITS)
        await expect(page.locator(".history")).to_contain_text("Picked up")
        await expect(again).to_have_count(0)
        await expect(page.get_by_text("Thamel, Kathmandu")).to_have_count(0)


@pytest.mark.slow
async def test_who_bought_or_sold_a_parcel_sees_its_whole_journey_after_the_end_without_typing_anything(
    world: World, window: Window, plain_chromium: Browser
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    path, tried = f"/api/deliveries/{delivery['id']}", "Delivery attempted: nobody was there"
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{path}/{step}/"))
    ok(await driver.post(f"{path}/attempts/", {"reason": "nobody_there"}), 201)
    ok(await driver.post(f"{path}/deliver/"))
    async with phone_window(plain_chromium, world) as at_home:
        for opened, own, person in (
            (window, f"/seller?open={bought.sale_id}", bought.seller),
            (at_home, f"/shop/orders/{bought.order_id}", bought.customer),
        ):
            page = await signed_in(opened, own, person)
            await expect(page.locator(".history")).to_contain_text(tried)
            await page.get_by_role("link", name="See the journey").click()
            await page.wait_for_url(f"**/t/{delivery['tracking_number']}")
            await expect(page.locator(".history")).to_contain_text(tried)
            await expect(page.get_by_role("heading", name="See the journey again")).to_have_count(0)


@pytest.mark.slow
async def test_a_position_that_the_seller_does_not_show_is_nowhere_on_the_page_and_one_that_it_shows_again_is(
    world: World, map_window: Window
) -> None:
    bought = await world.bought()
    settings = "/api/marketplace/seller/tracking-privacy/"
    ok(await bought.seller.patch(settings, {"position": "never"}))
    async with riding(world, bought) as ride:
        await ride.at(*THAMEL)
        page = await map_window.open(ride.path)
        await expect(page.get_by_text("Where the courier is shows here once")).to_be_visible()
        await expect(page.locator(".courier-dot")).not_to_be_visible()
        written = (await world.http.get(ride.path)).text
        assert '"position": null' in written
        assert await violations(page) == []
        ok(await bought.seller.patch(settings, {"position": "always"}))
        await page.reload()
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()

"""A customer with the tracking number in hand, in a real browser."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.journeys import riding
from tests.browser.sign_ins import remembered
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.places import DEGREE_M
from tests.support.waiting import until
from tests.support.world import PASSWORD, THAMEL, World, ok

LAT, LON = THAMEL
ASKED_EVERY_MS = 15_000  # where no stream opens
STALE = re.compile(r"\bstale\b")
NEARER = (LAT + 0.001, LON + 0.001)
MOVED = """([x, y]) => { const box = document.querySelector(".courier-dot").getBoundingClientRect();
           return Math.hypot(box.x - x, box.y - y) > 5; }"""


@pytest.mark.slow
async def test_the_courier_is_seen_moving_until_the_parcel_is_delivered(world: World, map_window: Window) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        page = await map_window.open(ride.path)
        await expect(page.locator("[data-liveness=live]")).to_be_visible()
        marker = page.locator(".maplibregl-marker.courier-dot")
        await expect(marker).to_be_visible()
        await expect(page.locator("h1")).to_contain_text("Arriv")
        await ride.step("pickup")
        await expect(page.locator(".history")).to_contain_text("Picked up")
        before = await marker.bounding_box()
        await ride.at(*NEARER)
        await page.wait_for_function(MOVED, arg=[before["x"], before["y"]] if before else [0, 0])
        await ride.step("deliver")
        await expect(page.locator("h1")).to_contain_text("Delivered")
        await expect(page.locator("[data-liveness=over]")).to_be_visible()
        await expect(page.locator("section.map")).to_have_count(0)
        await expect(marker).not_to_be_visible()


async def test_what_is_inside_is_told_to_its_buyer_alone(world: World, window: Window) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    path = f"/t/{delivery['tracking_number']}"
    stranger = await window.open(path)
    await expect(stranger.locator(".what")).to_have_text("Parcel · 2.5 kg")
    await expect(stranger.get_by_role("link", name="All your orders")).to_have_count(0)
    await remembered(window.context, "shop", bought.customer)
    own = await window.open(path)
    await expect(own.locator(".what")).to_contain_text(re.compile(r"\w+.* · Parcel · 2\.5 kg"))
    order = ok(await bought.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"][0]
    await expect(own.locator(".what")).to_contain_text(order["goods"][0])
    await own.get_by_role("link", name="All your orders").click()
    await expect(own.locator(".orders li", has_text=order["order_number"])).to_be_visible()


@pytest.mark.slow
async def test_the_arrow_stands_along_the_motion_and_until_there_was_one_there_is_none(
    world: World, map_window: Window
) -> None:
    north, east = LAT, LON
    async with riding(world) as ride:
        await ride.at(north, east)
        page = await map_window.open(ride.path)
        marker = page.locator(".maplibregl-marker.courier-dot")
        await expect(marker).to_be_visible()
        await expect(marker.locator("svg")).not_to_be_visible()

        async def stands(along: str, metres_north: float, metres_east: float) -> bool:
            nonlocal north, east
            north, east = north + metres_north / DEGREE_M, east + metres_east / DEGREE_M
            await ride.at(north, east)
            return await marker.get_attribute("data-heading") == along

        await until(lambda: stands("0", 15, 0), "it points north")
        await until(lambda: stands("90", 0, 15), "it points east")
        await expect(marker.locator("svg")).to_be_visible()


async def test_an_old_position_turns_doubtful_and_then_is_none(world: World, map_window: Window) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        await map_window.context.clock.install()
        page = await map_window.open(ride.path)
        marker = page.locator(".maplibregl-marker.courier-dot")
        await expect(marker).to_be_visible()
        before = await marker.bounding_box()
        assert before is not None
        await ride.at(*NEARER)  # a new one: the map may have taken long to come
        await page.wait_for_function(MOVED, arg=[before["x"], before["y"]])  # later it would tell the time anew
        await expect(marker).not_to_have_class(STALE)
        await map_window.context.clock.fast_forward(46_000)
        await expect(page.locator(".map .age.stale")).to_contain_text("last seen")
        await expect(page.get_by_text("so the time is less certain")).to_be_visible()
        await expect(marker).to_have_class(STALE)
        # Far enough by itself: the page may have asked the server for the time meanwhile.
        await map_window.context.clock.fast_forward(125_000)
        await expect(page.locator(".map")).to_contain_text(re.compile(r"No position for \d+ min"))
        await expect(marker).not_to_be_visible()


@pytest.mark.slow
async def test_before_any_stream_opens_the_map_has_the_courier_and_the_quarter_of_the_door(
    world: World, map_window: Window
) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        await map_window.context.route("**/events/**", lambda _: None)  # neither answered nor refused
        page = await map_window.open(ride.path)
        await expect(page.locator("[data-liveness=connecting]")).to_be_visible()
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await expect(page.get_by_text("Goes to about here")).to_be_visible()
        await map_window.context.unroute_all()


@pytest.mark.slow
async def test_where_no_stream_comes_through_the_page_is_still_renewed(world: World, map_window: Window) -> None:
    async with riding(world) as ride:
        await map_window.context.clock.install()
        await map_window.context.route("**/events/**", lambda route: route.abort())
        page = await map_window.open(ride.path)
        await expect(page.locator("[data-liveness=polling]")).to_be_visible()
        await ride.at(LAT, LON)
        await page.clock.fast_forward(ASKED_EVERY_MS)
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        await ride.step("pickup")
        await page.clock.fast_forward(ASKED_EVERY_MS)
        await expect(page.locator(".history")).to_contain_text("Picked up")
    await page.close()  # it goes on trying, and complaining
    blocked = [said for said in map_window.complaints if "ERR_FAILED" in said]
    assert blocked
    map_window.complaints[:] = [said for said in map_window.complaints if said not in blocked]


@pytest.mark.slow
async def test_the_buyer_rates_the_delivery_on_the_page(world: World, window: Window) -> None:
    bought = await world.bought()
    driver, delivery = await world.driver(), await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    for verb in ("pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{verb}/", {"latitude": LAT, "longitude": LON}))
    page = await window.open(f"/t/{delivery['tracking_number']}")
    await page.get_by_role("button", name="Sign in as the buyer").click()
    stranger = await world.person()
    await page.get_by_label("E-mail").fill(stranger.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("This account did not buy the parcel.")).to_be_visible()
    await page.get_by_label("E-mail").fill(bought.customer.email)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("4 of 5").check(force=True)
    await page.get_by_role("button", name="Rate it").click()
    await expect(page.get_by_text("You gave 4 of 5")).to_be_visible()
    admin = await world.admin()
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["customer_rating"] == 4


async def test_without_javascript_the_answer_is_there(world: World, chromium: Browser) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        context = await chromium.new_context(java_script_enabled=False, locale="ne-NP")
        page = await context.new_page()
        await page.goto(world.server.settings.public_url + ride.path)
        await expect(page.locator("h1")).not_to_be_empty()
        await expect(page.locator("html")).to_have_attribute("lang", "ne")
        await expect(page.get_by_text("Some Driver · मोटरसाइकल · BA-1-PA-1234")).to_be_visible()
        await context.close()


@LANGUAGES_AND_SCHEMES
async def test_the_page_of_a_parcel_is_for_everyone(
    world: World, map_window: Window, scheme: str, language: str
) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        page = await map_window.open(f"{ride.path}?lang={language}")
        await stand_still(page, scheme)
        await expect(page.locator(".maplibregl-marker.courier-dot")).to_be_visible()
        assert await violations(page) == []
        assert await unreached(page) == []


async def test_where_no_map_can_be_drawn_the_parcel_is_followed_all_the_same(world: World, window: Window) -> None:
    async with riding(world) as ride:
        await ride.at(LAT, LON)
        page = await window.open(ride.path)
        await expect(page.get_by_text("The map cannot be drawn in this browser")).to_be_visible()
        await expect(page.locator("[data-liveness=live]")).to_be_visible()
        await expect(page.locator("h1")).to_contain_text("Arriv")
        await ride.step("pickup")
        await expect(page.locator(".history")).to_contain_text("Picked up")
        assert await violations(page) == []
        assert await unreached(page) == []

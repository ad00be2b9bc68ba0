"""An admin lists all deliveries and all orders, narrows them, shares the address, and reads one whole, in a browser."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Route, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.world import World, ok


async def test_deliveries_are_narrowed_by_state_and_courier_and_the_address_shows_the_same_to_others(
    world: World, desk: Window
) -> None:
    admin, driver, word = await world.admin(), await world.driver(), uuid4().hex
    waits, taken = [await world.delivery(special_instructions=word, priority=one) for one in ("low", "urgent")]
    ok(await driver.post(f"/api/deliveries/{taken['id']}/accept/"))
    page = await signed_in(desk, "/ops/deliveries", admin)
    await page.get_by_label("Find").fill(word)
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await page.locator("select[name=status]").select_option("assigned")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(taken["tracking_number"])
    await expect(rows).to_contain_text("urgent")
    await page.locator("select[name=status]").select_option("")
    who = ok(await admin.get(f"/api/transporters/{driver.transporter_id}/"))
    await page.get_by_label("Transporter", exact=True).fill(who["email"])
    await page.locator(".offered").get_by_role("button").click()
    await expect(rows).to_have_count(1)
    await expect(page).to_have_url(re.compile(f"transporter={driver.transporter_id}"))
    assert await violations(page) == []
    await page.reload()
    await expect(rows).to_have_count(1)
    await expect(page.get_by_role("link", name=re.compile("Transporter: Some Driver"))).to_be_visible()
    await page.go_back()
    await expect(rows).to_have_count(2)
    await page.locator("select[name=priority]").select_option("low")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(waits["tracking_number"])
    await page.get_by_label("To day").fill("2020-01-01")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()


async def test_a_delivery_is_read_whole_with_the_times_of_its_steps_its_hands_and_ways_to_order_courier_and_seller(
    world: World, desk: Window
) -> None:
    admin, driver, other, bought = await world.admin(), await world.driver(), await world.driver(), await world.bought()
    parcel = await world.delivery(bought)
    path = f"/api/deliveries/{parcel['id']}/"
    ok(await other.post(f"{path}accept/"))
    ok(await other.post(f"{path}give-back/", {"reason": "too_far"}))
    ok(await admin.post(f"{path}assign/", {"transporter_id": driver.transporter_id}))
    ok(await driver.post(f"{path}pickup/"))
    ok(await driver.post(f"{path}attempts/", {"reason": "nobody_there", "note": "Rang twice"}), 201)
    page = await signed_in(desk, f"/ops/deliveries?find={parcel['tracking_number']}", admin)
    await page.get_by_role("link", name=parcel["tracking_number"]).click()
    shown = page.locator("[data-delivery]")
    await expect(shown.get_by_role("heading", level=1)).to_have_text(parcel["tracking_number"])
    await expect(shown.get_by_role("columnheader", name="We were told")).to_be_visible()
    steps = len(ok(await admin.get(path))["tracking_history"])
    await expect(shown.locator(".steps tbody tr")).to_have_count(steps)
    for told in ("Rang twice", "Some Driver gave it back", "Admin gave it to Some Driver", "NPR 2,500.00"):
        await expect(shown).to_contain_text(told)
    assert await violations(page) == []
    assert await unreached(page) == []
    await shown.get_by_role("link", name="To the order").click()
    await expect(page.locator(f"[data-order='{bought.order_id}']")).to_be_visible()
    await page.locator("[data-order]").get_by_role("link", name=parcel["tracking_number"]).click()
    await expect(shown).to_be_visible()
    seller = ok(await admin.get(f"/api/v1/users/{bought.seller.user_id}/"))
    await shown.get_by_role("link", name=seller["name"]).click()
    await expect(page.get_by_role("dialog", name=seller["email"])).to_be_visible()


async def test_orders_are_narrowed_by_seller_and_a_page_that_fails_says_so_and_tries_again(
    world: World, desk: Window
) -> None:
    admin, bought, other = await world.admin(), await world.bought(), await world.bought()
    order = ok(await admin.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    page = await signed_in(desk, "/ops/search", admin)

    async def until_pressed(route: Route) -> None:  # the page tries again by itself, and takes its button away by that
        if await page.evaluate("sessionStorage.pressed === 'yes'"):
            await route.continue_()
        else:
            await route.fulfill(status=503, json={"detail": "Not now.", "code": "unavailable"})

    await page.route(re.compile(r"/marketplace/orders/\?"), until_pressed)
    await page.goto(f"{desk.base_url}/ops/orders?seller={bought.seller.user_id}")
    await expect(page.get_by_role("alert").filter(has_text="cannot do this now")).to_be_visible()
    await page.evaluate("addEventListener('click', () => { sessionStorage.pressed = 'yes'; }, { capture: true })")
    await page.get_by_role("button", name=re.compile("Try again")).click()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(order["order_number"])
    await expect(rows).to_contain_text("NPR")
    await page.goto(f"{desk.base_url}/ops/orders?seller={other.seller.user_id}&status=cancelled")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()
    desk.complaints[:] = [said for said in desk.complaints if "503" not in said]


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_lists_and_a_delivery_are_for_everyone(
    world: World, window: Window, language: str, scheme: str
) -> None:
    admin, parcel = await world.admin(), await world.delivery()
    page = await signed_in(window, "/ops", admin)
    await stand_still(page, scheme)
    for path in ("/ops/deliveries", "/ops/orders", f"/ops/deliveries/{parcel['id']}"):
        await page.goto(f"{window.base_url}{path}?lang={language}")
        await expect(page.locator(".loaded").first).to_be_visible()
        if not path[-1].isdigit():
            await page.locator("button.fold").click()
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


WORD_IN_LINES = """() => [...document.querySelectorAll("td[data-title=To] .shown")].map((cell) => {
  const text = cell.firstChild, range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(text, text.data.search(/,|$/));
  return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
})"""


async def test_the_name_of_a_city_is_not_broken_in_its_middle_where_other_columns_are_wide(
    world: World, desk: Window
) -> None:
    seller, name = await world.person("seller"), f"Himalayan wildflower honeycomb unfiltered {uuid4().hex[:8]}"
    product = await world.product(seller, name=name)
    customer = await world.person(name="Bishwashwornath Sherchan Chudamani Upadhyaya")
    await world.order(customer, await world.cart(customer, {product: 1}))
    page = await signed_in(desk, f"/ops/orders?find={name[-8:]}", await world.admin())
    for width in (1280, 1024):
        await page.set_viewport_size({"width": width, "height": 800})
        await expect(page.locator("tbody tr")).to_have_count(1)
        assert await page.evaluate(WORD_IN_LINES) == [1], width
        assert await page.evaluate("document.documentElement.scrollWidth") <= width

"""A customer's addresses, kinds of goods and own data in the shop, in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from api.server.backing_services import find_sandbox
from tests.browser.sign_ins import sign_in, signed_in
from tests.browser.windows import Window, unreached, violations
from tests.support.world import PASSWORD, Person, World, ok

pytestmark = pytest.mark.usefixtures("goods_without_pictures")
ADDRESSES = "/api/v1/marketplace/addresses/"
PLACE = {"customer_name": "Sita Rai", "phone_number": "9841234567", "address": "Mangal Bazar", "city": "Patan"}


async def at_checkout(window: Window, world: World, buyer: Person, name: str) -> Page:
    """The checkout with one product in the cart; the gateway is not reached from here."""
    await world.product(await world.person("seller"), name=name)
    page = await signed_in(window, "/shop/orders", buyer)
    await page.goto(f"{window.base_url}/shop?q={name}")
    await page.get_by_role("button", name=f"Add {name}").click()
    await page.goto(f"{window.base_url}/shop/checkout")
    await expect(page.get_by_role("button", name="Pay NPR")).to_be_enabled()
    return page


async def ordered(page: Page, buyer: Person) -> dict[str, str]:
    """Where the order goes that the page makes; paying is not part of this."""
    await page.get_by_role("button", name="Pay NPR").click()
    await page.wait_for_url("**/pay/**")
    [order] = ok(await buyer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    told: dict[str, str] = ok(await buyer.get(f"/api/v1/marketplace/orders/{order['id']}/"))["delivery"]
    return told


@pytest.mark.slow
async def test_an_address_has_district_landmark_and_plus_code_and_is_kept_for_the_next_order(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    sandbox = find_sandbox(world.server.settings)
    assert sandbox is not None
    window.also_visited.add(sandbox.base_url)
    page = await at_checkout(window, world, buyer, "Barley flour 41")
    await page.get_by_label("Name", exact=True).fill("Sita Rai")
    await page.get_by_label("Phone").fill("९८४१-२३४५६७")
    await page.get_by_label("Address", exact=True).fill("Mangal Bazar")
    await page.get_by_label("Landmark").fill("Opposite the water tank")
    await page.get_by_label("City").fill("Patan")
    await expect(page.get_by_label("Plus Code")).not_to_be_visible()  # for whoever knows one
    await page.get_by_text("More exact place").first.click()
    await page.get_by_label("Plus Code").fill("M8FG+35")
    await page.get_by_text("More exact place").first.click()
    await expect(page.get_by_label("Plus Code")).not_to_be_visible()
    await page.get_by_role("button", name="Pay NPR").click()  # what is wrong is unfolded
    await expect(page.get_by_label("Plus Code")).to_be_focused()
    await expect(page.get_by_label("Plus Code")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("District").select_option(label="Lalitpur (Bagmati)")
    await expect(page.get_by_label("Keep this address")).to_be_checked()  # it is offered for the next order
    where = await ordered(page, buyer)
    assert (where["district"], where["state"], where["plus_code"]) == ("Lalitpur", "Bagmati", "7MV7M8FG+35")
    assert (where["landmark"], where["phone_number"]) == ("Opposite the water tank", "+977-9841234567")
    [kept] = ok(await buyer.get(ADDRESSES))["results"]
    assert kept["full_address"] == where["full_address"]
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the refusal itself


@pytest.mark.slow
async def test_a_kept_address_fills_the_form_and_is_made_usual_or_removed_in_the_settings(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    ok(await buyer.post(ADDRESSES, PLACE | {"label": "Home", "district": "Lalitpur"}), 201)
    ok(await buyer.post(ADDRESSES, PLACE | {"address": "Asan", "city": "Kathmandu"}), 201)
    page = await at_checkout(window, world, buyer, "Millet 52")
    await page.get_by_label("Your addresses").select_option(label="Home: Mangal Bazar, Patan, Lalitpur, Bagmati")
    await expect(page.get_by_label("Address", exact=True)).to_have_value("Mangal Bazar")
    await expect(page.get_by_label("District")).to_have_value("Lalitpur")
    assert await violations(page) == []
    await page.goto(f"{window.base_url}/shop/settings")
    await page.get_by_role("button", name="Make usual").click()
    await expect(page.get_by_text("Usual address")).to_have_count(1)
    await expect(page.locator(".lines li").first).to_contain_text("Asan")
    await page.get_by_role("button", name="Remove Asan").click()
    await expect(page.locator(".lines li")).to_have_count(1)
    [left] = ok(await buyer.get(ADDRESSES))["results"]
    assert (left["address"], left["is_default"]) == ("Mangal Bazar", True)


@pytest.mark.slow
async def test_the_usual_address_is_filled_in_and_what_is_changed_of_it_is_kept_as_the_customer_chooses(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    ok(await buyer.post(ADDRESSES, PLACE | {"address": "Asan", "city": "Kathmandu"}), 201)
    usual = ok(await buyer.post(ADDRESSES, PLACE | {"label": "Home", "is_default": True}), 201)
    sandbox = find_sandbox(world.server.settings)
    assert sandbox is not None
    window.also_visited.add(sandbox.base_url)
    page = await at_checkout(window, world, buyer, "Apricots 53")
    await expect(page.get_by_label("Address", exact=True)).to_have_value("Mangal Bazar")
    await expect(page.get_by_label("Your addresses")).to_have_value(str(usual["id"]))
    await expect(page.get_by_label("Keep this address")).to_have_count(0)
    keeping = page.get_by_label("You changed a kept address")
    await page.get_by_label("Landmark").fill("Behind the water tank")
    await keeping.select_option("new")
    await page.get_by_label("Landmark").fill("")
    await expect(keeping).to_have_count(0)
    await page.get_by_label("Landmark").fill("Behind the water tank")
    await expect(keeping).to_have_value("no")  # what was chosen of changes that are undone is chosen no more
    await keeping.select_option("change")
    await expect(page.get_by_label("What you call it")).to_have_value("Home")
    assert await violations(page) == []
    where = await ordered(page, buyer)
    kept = {one["id"]: one for one in ok(await buyer.get(ADDRESSES))["results"]}
    assert (len(kept), kept[usual["id"]]["landmark"]) == (2, where["landmark"]) == (2, "Behind the water tank")


@pytest.mark.slow
async def test_whoever_does_not_want_an_address_kept_says_so_once_and_a_reload_ticks_nothing(
    world: World, window: Window
) -> None:
    page = await at_checkout(window, world, await world.person(), "Hazelnuts 55")
    keep = page.get_by_label("Keep this address")
    await expect(keep).to_be_checked()
    await keep.uncheck()
    async with page.expect_response(re.compile(r"/marketplace/addresses/")) as told:
        await page.reload()
    await (await told.value).finished()
    await expect(page.get_by_role("button", name="Pay NPR")).to_be_enabled()
    await expect(keep).to_be_visible()  # it is asked once it is known that none is kept
    await expect(keep).not_to_be_checked()


@pytest.mark.slow
async def test_a_filled_in_address_is_always_the_usual_one_and_what_was_typed_is_nobody_elses(
    world: World, window: Window
) -> None:
    buyer, other = await world.person(), await world.person()
    usual = ok(await buyer.post(ADDRESSES, PLACE | {"label": "Home", "is_default": True}), 201)
    page = await at_checkout(window, world, buyer, "Walnuts 54")
    address, landmark = page.get_by_label("Address", exact=True), page.get_by_label("Landmark")
    await expect(address).to_have_value("Mangal Bazar")
    ok(await buyer.patch(f"{ADDRESSES}{usual['id']}/", {"address": "Pulchowk"}))
    await page.reload()
    await expect(address).to_have_value("Pulchowk")
    await landmark.fill("Behind the water tank")
    await page.reload()
    await expect(landmark).to_have_value("Behind the water tank")
    await page.get_by_role("button", name="Sign out").click()
    await sign_in(page, other)
    await page.goto(f"{window.base_url}/shop/checkout")
    await expect(page.get_by_role("button", name="Pay NPR")).to_be_enabled()
    await expect(page.get_by_label("District")).to_be_visible()
    assert [await one.input_value() for one in (address, landmark)] == ["", ""]
    assert await page.get_by_label("Phone").input_value() != "+977-9841234567"
    window.complaints[:] = [said for said in window.complaints if "404" not in said]  # the cart is the other one's


@pytest.mark.slow
async def test_goods_are_found_by_their_kind_and_by_the_kinds_within_it(world: World, window: Window) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    path = "/api/v1/marketplace/categories/"
    food = ok(await admin.post(path, {"name": f"Food {admin.user_id}", "name_ne": f"खाना {admin.user_id}"}), 201)
    grain = ok(await admin.post(path, {"name": f"Grain {admin.user_id}", "parent_id": food["id"]}), 201)
    await world.product(seller, name="Buckwheat 63", category_id=grain["id"])
    await world.product(seller, name="Mustard oil 63", category_id=food["id"])
    page = await window.open("/shop")
    choice = page.get_by_label("Kind of goods")
    await choice.select_option(str(food["id"]))
    await expect(page.locator(".offer")).to_have_count(2)
    await choice.select_option(str(grain["id"]))
    await expect(page.locator(".offer")).to_have_count(1)
    await expect(page.locator(".offer")).to_contain_text("Buckwheat 63")
    await expect(page).to_have_url(re.compile(f"category={grain['id']}$"))
    await page.reload()
    await expect(choice).to_have_value(str(grain["id"]))
    assert await violations(page) == []


@pytest.mark.slow
async def test_a_customer_saves_a_copy_of_their_data_and_deletes_the_account(
    world: World, window: Window, tmp_path: Path
) -> None:
    buyer = await world.person()
    page = await signed_in(window, "/shop/settings", buyer)
    assert await violations(page) == []
    assert await unreached(page) == []
    await page.get_by_label("Your password", exact=True).fill(PASSWORD)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save a copy").click()
    copy = tmp_path / "copy.json"
    await (await saved.value).save_as(copy)
    assert json.loads(copy.read_text())["data"]["account"]["rows"][0]["email"] == buyer.email
    await expect(page.get_by_text("The copy is saved.")).to_be_visible()
    delete = page.get_by_role("button", name="Delete my account")
    await delete.click()
    await expect(page.get_by_text("Say first that you want it.")).to_be_visible()
    await page.get_by_label("I want my account deleted for good").check()
    await delete.click()
    await expect(page.get_by_label("E-mail", exact=True)).to_be_visible()
    assert (await buyer.get("/api/v1/auth/me/")).status_code == 401
    window.complaints[:] = [said for said in window.complaints if "401" not in said]  # its sign-in ended with it


@pytest.mark.slow
async def test_a_customer_changes_the_password_stays_signed_in_and_reads_at_its_field_what_is_wrong(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    page = await signed_in(window, "/shop/settings", buyer)
    change = page.get_by_role("button", name="Change the password")
    old, new = page.get_by_label("Password until now"), page.get_by_label("New password")
    await old.fill("not this one")
    await new.fill("a rope over the Bagmati 7")
    await change.click()
    await expect(old).to_have_attribute("aria-invalid", "true")
    await expect(old).to_be_focused()
    await old.fill(PASSWORD)
    await change.click()
    await expect(page.get_by_text("The password is changed.")).to_be_visible()
    await expect(old).to_have_value("")
    await page.reload()
    await expect(change).to_be_visible()
    for password, status in ((PASSWORD, 401), ("a rope over the Bagmati 7", 200)):
        body = {"email": buyer.email, "password": password}
        assert (await world.http.post("/api/v1/auth/token/", json=body)).status_code == status
    window.complaints[:] = [said for said in window.complaints if "403" not in said]  # the old one that was wrong


@pytest.mark.slow
async def test_an_account_with_an_order_under_way_is_kept_and_the_page_says_why(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/shop/settings", bought.customer)
    await page.get_by_label("Your password", exact=True).fill(PASSWORD)
    await page.get_by_label("I want my account deleted for good").check()
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.get_by_text("1 paid order has not arrived")).to_be_visible()
    window.complaints[:] = [said for said in window.complaints if "409" not in said]  # the refusal itself

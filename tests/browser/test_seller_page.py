"""A seller at work in a real browser: products, sales, sending off, figures."""

import re
from dataclasses import replace

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unfold, unreached, violations
from tests.support.pictures import picture_bytes
from tests.support.world import Bought, World, ok


async def sold_again(world: World, bought: Bought) -> int:
    """The same goods to the same customer once more."""
    cart_id = await world.cart(bought.customer, {bought.product_id: 1})
    await world.order(bought.customer, cart_id)
    pidx = (await world.initiate(bought.customer, cart_id))["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))
    return int(settled["data"]["marketplace_sales"][0]["id"])


async def sale_opened(window: Window, bought: Bought) -> Page:
    """The seller's page with the sheet of a sale."""
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    await expect(page.get_by_role("dialog").locator(".facts")).to_be_visible()
    return page


@pytest.mark.slow
async def test_a_seller_puts_a_product_on_sale_changes_it_and_takes_it_off(world: World, window: Window) -> None:
    seller = await world.person("seller")
    page = await signed_in(window, "/seller/products", seller)
    await expect(page.get_by_text("You sell nothing yet.")).to_be_visible()
    await page.get_by_role("link", name="New product").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("What it is called").fill("Sour honey")
    await sheet.get_by_label("Price in NPR").fill("many")
    await sheet.get_by_label("Stock").fill("5")
    await sheet.get_by_role("button", name="Put on sale").click()
    await expect(sheet.get_by_label("Price in NPR")).to_be_focused()
    await sheet.get_by_label("Price in NPR").fill("1,250.50")
    honey = FilePayload(name="honey.png", mimeType="image/png", buffer=picture_bytes("PNG", (2400, 1200)))
    await sheet.get_by_label("Add a picture").set_input_files(honey)
    await expect(sheet.get_by_alt_text("The new picture")).to_be_visible()
    await sheet.get_by_role("button", name="Put on sale").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.locator("tbody tr")
    await expect(row).to_contain_text("NPR 1,250.50")
    await row.get_by_role("link", name="Sour honey").click()
    await sheet.get_by_label("Stock").fill("9")
    await sheet.get_by_label("on sale").uncheck()
    await sheet.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("not on sale")
    [product] = ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]
    assert (product["listed_price"], product["stock"], product["is_active"]) == ("1250.50", 9, False)
    [image] = product["images"]
    await page.goto(f"{window.base_url}/shop?q=Sour+honey")
    ok(await seller.patch(f"/api/v1/marketplace/products/{product['id']}/", {"is_active": True}))
    await page.reload()
    shown = page.locator(f".offer img[src='{image['image']}']")
    await expect(shown).to_have_js_property("naturalWidth", 1280)  # made smaller on its way
    await page.goto(f"{window.base_url}/seller/products?open={product['id']}")
    await sheet.get_by_role("button", name="Remove picture 1").click()
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet).to_have_count(0)
    [product] = ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]
    assert product["images"] == []
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the price that was none


@pytest.mark.slow
async def test_a_sale_is_sent_off_to_where_its_buyer_said(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await sale_opened(window, bought)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    await expect(sheet.locator("[name=delivery_place]")).to_have_value("27.71720, 85.32400")
    await expect(sheet.locator("[name=delivery_contact_phone]")).to_have_value("+977-9841234567")
    await sheet.locator("[name=pickup_address]").fill("Farm, Bhaktapur")
    await sheet.locator("[name=pickup_contact_phone]").fill("9841111111")
    await sheet.locator("[name=package_weight]").fill("2.5")
    await sheet.locator("[name=delivery_fee]").fill("100000000")
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(sheet.locator("[name=delivery_fee]")).to_have_attribute("aria-invalid", "true")
    await sheet.locator("[name=delivery_fee]").fill("150")
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(sheet.get_by_role("link", name="Follow parcel")).to_be_visible()
    await expect(sheet.locator(".facts")).to_contain_text("Waiting for a courier")
    await expect(sheet.locator(".history li").first).to_contain_text("Sent off: a courier is looked for")
    await expect(sheet.locator(".history li").last).to_contain_text("Paid")
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert sale["delivery_status"] == "available"
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the fee above the bound


async def test_the_form_of_a_delivery_fits_its_sheet_knows_where_the_last_parcel_was_and_asks_for_what_is_needed(
    world: World, desk: Window
) -> None:
    bought = await world.bought()
    sent = await world.delivery(bought, pickup_address="Farm, Bhaktapur")
    bought = replace(bought, sale_id=await sold_again(world, bought))
    page = await sale_opened(desk, bought)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    await expect(sheet.locator("[name=pickup_address]")).to_have_value(sent["pickup_address"])
    fee = sheet.locator("[name=delivery_fee]")
    await expect(fee).not_to_have_value("")  # what it would cost, by the places that are filled in
    await fee.fill("")
    await sheet.get_by_role("button", name="Look for a courier").click()
    for name in ("package_weight", "delivery_fee"):
        field = sheet.locator(f".field:has([name={name}])")
        await expect(field).to_contain_text("Fill this in.")
        await expect(field.locator("input")).to_be_in_viewport(ratio=1)
    assert await sheet.evaluate("sheet => [sheet.scrollLeft, sheet.scrollWidth - sheet.clientWidth]") == [0, 0]
    await expect(sheet.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    desk.complaints[:] = [said for said in desk.complaints if "400" not in said]  # what was left empty


async def test_whoever_types_is_at_the_first_question_of_a_sheet_and_back_where_it_was_opened_once_it_is_closed(
    world: World, desk: Window
) -> None:
    page = await signed_in(desk, "/seller/products", await world.person("seller"))
    opens = page.get_by_role("link", name="New product")
    sheet = page.get_by_role("dialog")
    for close in ("Escape", "Enter"):
        await opens.focus()
        await page.keyboard.press("Enter")
        await expect(sheet.get_by_label("What it is called")).to_be_focused()
        if close == "Enter":
            await sheet.get_by_role("button", name="Close").focus()
        await page.keyboard.press(close)
        await expect(sheet).to_have_count(0)
        await expect(opens).to_be_focused()


async def test_whoever_clicks_twice_to_have_a_sale_delivered_does_not_say_that_it_arrived(
    world: World, desk: Window
) -> None:
    page = await sale_opened(desk, await world.bought())
    await page.get_by_role("button", name="Have it delivered").dblclick()
    await expect(page.locator("[name=pickup_address]")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await expect(page.get_by_role("button", name="Have it delivered")).to_have_attribute("aria-expanded", "true")


@pytest.mark.slow
async def test_a_seller_says_that_a_sale_arrived_and_reads_until_when_the_buyer_may_object(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page = await sale_opened(window, bought)
    await page.get_by_role("button", name="I delivered it myself").click()
    await page.get_by_role("dialog", name="Did the buyer receive it?").get_by_role("button", name="I delivered").click()
    await expect(page.locator(".facts")).to_contain_text("Buyer may object until")
    assert ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))["status"] == "delivered"


@pytest.mark.slow
async def test_sales_are_found_sorted_and_the_address_says_how(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller?status=delivered", bought.seller)
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()
    await unfold(page)
    await page.locator("select[name=status]").select_option("processing")
    await page.get_by_label("Find").fill("organic")
    await page.locator("select[name=sort]").select_option("-total")  # a phone's cards have no heads
    await page.wait_for_url("**sort=-total*")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.get_by_role("link", name="Sort by Total").click()  # as it came
    await page.get_by_role("link", name="Sort by Total").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.wait_for_url("**/seller?*find=organic*")
    await page.reload()
    await expect(page.get_by_label("Find")).to_have_value("organic")
    await expect(page.get_by_role("columnheader", name="Sort by Total")).to_have_attribute("aria-sort", "ascending")
    await page.get_by_label("Find").fill("no such thing")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()


@pytest.mark.slow
async def test_the_figures_are_shown_and_kept_as_a_report(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller/figures", bought.seller)
    await expect(page.locator(".figures")).to_contain_text("NPR 2,500.00")
    await expect(page.locator(".days rect")).to_have_count(30)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Report as CSV").click()
    report = (await (await saved.value).path()).read_text()
    assert "Organic Rice" in report
    await unfold(page)
    await page.get_by_label("Until").fill("2020-01-01")
    await expect(page.locator(".figures")).to_contain_text("NPR 0.00")


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_sellers_page_is_for_everyone(world: World, window: Window, language: str, scheme: str) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller", bought.seller)
    await stand_still(page, scheme)
    for path in ("/seller", f"/seller?open={bought.sale_id}", "/seller/products?open=new", "/seller/figures"):
        mark = "&" if "?" in path else "?"
        await page.goto(f"{window.base_url}{path}{mark}lang={language}")
        await expect(page.locator("tbody tr").first).to_be_visible()
        assert await violations(page) == [], path
        if "?" not in path:
            assert await unreached(page) == [], path


@pytest.mark.slow
async def test_a_table_of_products_is_looked_at_row_by_row_before_anything_is_written(
    world: World, window: Window
) -> None:
    seller = await world.person("seller")
    page = await signed_in(window, "/seller/import", seller)
    await expect(page.get_by_text("No table yet.")).to_be_visible()
    assert await unreached(page) == []
    async with page.expect_download() as given:
        await page.get_by_role("button", name="A table to begin with, CSV").click()
    right = (await (await given.value).path()).read_bytes()
    wrong = right + b"tea-1,Green tea,many,,3,,standard,,,true\n"
    mine = "/api/v1/marketplace/products/mine/"
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="goods.csv", mimeType="text/csv", buffer=wrong)
    )
    looked_at = page.locator("[data-import=looked_at]")
    await expect(looked_at.locator("tbody tr")).to_have_count(2)
    await expect(looked_at.locator("tbody tr").first).to_contain_text("Organic rice 5 kg")
    await expect(looked_at).to_contain_text("The table has: external_id, name, listed_price")
    await looked_at.get_by_label("Show").select_option("bad")
    await expect(looked_at.locator("tbody tr")).to_have_count(1)
    await expect(looked_at.locator("tbody tr")).to_contain_text("Green tea · tea-1")
    await expect(looked_at.locator("tbody tr")).to_contain_text("listed_price")
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_disabled()
    assert await violations(page) == []
    await looked_at.get_by_label("Leave out the wrong rows").check()
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_enabled()
    assert ok(await seller.get(mine))["count"] == 0
    await looked_at.get_by_role("button", name="Put it on sale").click()
    await expect(page.locator("[data-import=written]")).to_contain_text("1 new")
    await expect(page.locator("[data-import=written] tbody")).to_contain_text("listed_price")
    before = page.locator(".history li").first
    await expect(before).to_contain_text("goods.csv")
    await before.get_by_text("Row by row").click()
    await expect(before.locator("tbody tr")).to_have_count(2)
    assert [one["name"] for one in ok(await seller.get(mine))["results"]] == ["Organic rice 5 kg"]
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="goods.csv", mimeType="text/csv", buffer=right)
    )
    await expect(looked_at).to_contain_text("1 as before")
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_disabled()
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="picture.png", mimeType="image/png", buffer=picture_bytes("PNG", (10, 10)))
    )
    await expect(page.get_by_role("alert").filter(has_text=re.compile(r"\S"))).to_be_visible()
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the picture


@pytest.mark.slow
async def test_sales_are_narrowed_to_days(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller", bought.seller)
    await expect(page.locator("tbody tr")).to_have_count(1)
    await unfold(page)
    await page.get_by_label("Sold until").fill("2020-01-31")
    await expect(page.locator("tbody tr")).to_have_count(0)
    await expect(page).to_have_url(re.compile("date_to=2020-01-31"))
    await page.get_by_label("Sold until").fill("")
    await page.get_by_label("Sold from").fill("2020-01-31")
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_a_seller_sees_what_comes_back_of_which_sale_where_it_is_and_what_went_back(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller/returns", bought.seller)
    await expect(page.get_by_text("Nothing has come back and nothing was lost.")).to_be_visible()
    delivery = await world.delivery(bought)
    ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/hold/", {"reason": "The buyer is away"}))
    await page.reload()
    row = page.locator("tbody tr")
    await expect(row).to_contain_text("Waits until it is resumed")
    lost = {"ending": "lost", "reason": "Stolen at Kalanki"}
    ok(await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/loss/", lost))
    await unfold(page)
    await page.locator("select[name=kind]").select_option("on_hold")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()
    await page.locator("select[name=kind]").select_option("lost")
    await expect(row).to_contain_text("Nobody has it")
    await expect(page).to_have_url(re.compile("kind=lost$"))
    await row.get_by_role("link").first.click()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text("Stolen at Kalanki")
    await expect(sheet).to_contain_text("Not on sale again")
    assert await violations(page) == []
    await sheet.get_by_role("link", name="Sale ").click()
    await page.wait_for_url(f"**/seller?open={bought.sale_id}*")
    await expect(sheet.locator(".facts")).to_be_visible()


@pytest.mark.slow
async def test_a_seller_says_of_what_kind_a_product_is(world: World, window: Window) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    kind = ok(await admin.post("/api/v1/marketplace/categories/", {"name": f"Oils {admin.user_id}"}), 201)
    product = await world.product(seller, name="Mustard oil 88")
    page = await signed_in(window, f"/seller/products?open={product}", seller)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("Kind of goods").select_option(str(kind["id"]))
    await sheet.get_by_role("button", name="Save", exact=True).click()
    await expect(sheet).to_have_count(0)
    [kept] = ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]
    assert kept["category_id"] == kind["id"]
    ok(await admin.patch(f"/api/v1/marketplace/categories/{kind['id']}/", {"is_active": False}))
    await page.goto(f"{window.base_url}/seller/products?open={product}")
    await expect(sheet.get_by_label("Kind of goods")).to_have_value(str(kind["id"]))
    await sheet.get_by_label("Stock").fill("4")
    await sheet.get_by_role("button", name="Save", exact=True).click()
    await expect(sheet).to_have_count(0)
    assert ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"][0]["stock"] == 4


async def test_a_seller_who_looks_at_a_journey_finds_the_way_back_and_nobody_else_is_shown_one(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    other = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(other.locator("h1")).not_to_be_empty()
    await expect(other.get_by_role("link", name="Back to your sales")).to_have_count(0)
    await other.close()
    page = await sale_opened(window, bought)
    await page.get_by_role("link", name="Follow parcel").click()
    await page.wait_for_url("**/t/**")
    assert await violations(page) == []
    await page.get_by_role("link", name="Back to your sales").click()
    await page.wait_for_url(f"**/seller?open={bought.sale_id}*")
    await expect(page.get_by_role("dialog").locator(".facts")).to_be_visible()

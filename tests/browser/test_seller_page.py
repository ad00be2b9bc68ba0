"""A seller at work in a real browser: products, sales, sending off, figures."""

import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.pictures import picture_bytes
from tests.support.world import Bought, World, ok


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
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    assert sale["delivery_status"] == "available"
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the fee above the bound


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
        await page.get_by_role("button", name="A table to begin with").click()
    right = (await (await given.value).path()).read_bytes()
    wrong = right + b"tea-1,Green tea,many,,3,,standard,true\r\n"
    mine = "/api/v1/marketplace/products/mine/"
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="goods.csv", mimeType="text/csv", buffer=wrong)
    )
    looked_at = page.locator("[data-import=looked_at]")
    await expect(looked_at.locator("tbody tr")).to_have_count(1)
    await expect(looked_at.locator("tbody tr")).to_contain_text("listed_price")
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_disabled()
    assert await violations(page) == []
    await looked_at.get_by_label("Leave out the wrong rows").check()
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_enabled()
    assert ok(await seller.get(mine))["count"] == 0
    await looked_at.get_by_role("button", name="Put it on sale").click()
    await expect(page.locator("[data-import=written]")).to_contain_text("1 new")
    assert [one["name"] for one in ok(await seller.get(mine))["results"]] == ["Organic rice 5 kg"]
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="goods.csv", mimeType="text/csv", buffer=right)
    )
    await expect(looked_at).to_contain_text("1 as before")
    await expect(looked_at.get_by_role("button", name="Put it on sale")).to_be_disabled()
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="picture.png", mimeType="image/png", buffer=picture_bytes("PNG", (10, 10)))
    )
    await expect(page.get_by_role("alert")).not_to_be_empty()
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the picture


@pytest.mark.slow
async def test_sales_are_narrowed_to_days(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller", bought.seller)
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_label("Sold until").fill("2020-01-31")
    await expect(page.locator("tbody tr")).to_have_count(0)
    await expect(page).to_have_url(re.compile("date_to=2020-01-31"))
    await page.get_by_label("Sold until").fill("")
    await page.get_by_label("Sold from").fill("2020-01-31")
    await expect(page.locator("tbody tr")).to_have_count(1)

"""A seller sees, prints and keeps the invoice of a sale in a real browser."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.world import World


@pytest.mark.slow
async def test_a_seller_reads_prints_and_keeps_the_invoice_of_a_sale(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_role("dialog").get_by_role("link", name="Invoice of this sale").click()
    await expect(page).to_have_url(re.compile(f"/seller/invoices/{bought.sale_id}$"))
    paper = page.locator(".invoice")
    await expect(paper.locator("h1")).to_contain_text("Sale MS-")
    for words in ("Part of invoice INV-", "John Doe", "Organic Rice", "NPR 2,925.00", "VAT 13 % of NPR 2,500.00"):
        await expect(paper).to_contain_text(words)
    await page.emulate_media(media="print")
    for around in (page.locator(".bar"), page.locator(".tabs"), page.get_by_role("button", name="Print")):
        await expect(around).not_to_be_visible()
    await page.emulate_media(media="screen")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save as PDF").click()
    download = await saved.value
    assert re.fullmatch(r"MS-[\w-]+\.pdf", download.suggested_filename)
    assert (await download.path()).read_bytes().startswith(b"%PDF")
    await page.get_by_role("link", name="Back to sales").click()
    await expect(page.get_by_role("dialog").locator(".facts")).to_be_visible()


async def test_vat_is_named_only_where_something_is_taxed_and_the_buttons_leave_the_paper_room(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    path = f"/api/marketplace/sales/{bought.sale_id}/invoice/"
    answer = await bought.seller.get(path)
    untaxed = answer.json() | {"taxable_amount": 0.0, "tax_amount": 0.0}
    await window.context.route(f"**{path}", lambda route: route.fulfill(json=untaxed))
    page = await signed_in(window, f"/seller/invoices/{bought.sale_id}", bought.seller)
    paper, button = page.locator(".invoice"), page.get_by_role("button", name="Print")
    await expect(paper).to_contain_text("Organic Rice")
    await expect(paper).not_to_contain_text("VAT 13 %")
    above, below = await button.bounding_box(), await paper.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] - above["y"] - above["height"] >= 8


async def test_a_paper_with_long_names_and_sums_fits_a_small_phone(world: World, window: Window) -> None:
    bought = await world.bought()
    path = f"/api/marketplace/sales/{bought.sale_id}/invoice/"
    told = (await bought.seller.get(path)).json()
    line = told["items"][0] | {"product_name": "Cauliflower, crate of 8", "seller": "Kitchen Garden of the Valley"}
    sums = {"unit_price": 1_234_567.50, "total": 1_234_567.50, "quantity": 100}
    long = told | {"items": [line | sums], "total_amount": 123_456_750.0}
    await window.context.route(f"**{path}", lambda route: route.fulfill(json=long))
    page = await signed_in(window, f"/seller/invoices/{bought.sale_id}", bought.seller)
    for width in (390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        await expect(page.locator(".invoice")).to_contain_text("NPR 12,34,567.50")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page) == []


@LANGUAGES_AND_SCHEMES
async def test_the_invoice_of_a_sale_is_for_everyone(world: World, window: Window, language: str, scheme: str) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller", bought.seller)
    await stand_still(page, scheme)
    await page.goto(f"{window.base_url}/seller/invoices/{bought.sale_id}?lang={language}")
    await expect(page.locator(".invoice")).to_contain_text("Organic Rice")
    assert await violations(page) == []
    assert await unreached(page) == []

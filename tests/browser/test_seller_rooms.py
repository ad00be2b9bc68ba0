"""A seller's figures by fiscal year, month and product, and the history of a stock, in a real browser."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.world import World, ok

YEAR = "/api/marketplace/analytics/fiscal-year/"


@pytest.mark.slow
async def test_a_seller_looks_at_a_month_of_the_fiscal_year_at_an_earlier_year_and_keeps_each_as_a_table(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    told = ok(await bought.seller.get(YEAR))
    [month] = [at for at, one in enumerate(told["months"]) if one["sales_count"]]
    page = await signed_in(window, "/seller/figures", bought.seller)
    await expect(page.get_by_text(re.compile(r"^Of all that you sold so far, until \d")).first).to_be_visible()
    row = page.locator(".months tbody tr").nth(month)
    await expect(row).to_contain_text("NPR 2,500.00")
    await row.get_by_role("link").click()
    await page.wait_for_url(f"**from={told['months'][month]['first_day']}**")
    await expect(page.locator(".figures")).to_contain_text("NPR 2,500.00")
    first = month - 1 if month else 1  # a month without sales
    await page.locator(".months tbody tr").nth(first).get_by_role("link").click()
    await expect(page.locator(".figures dd").first).to_have_text("NPR 0.00")
    await expect(page.get_by_role("heading", name="Figures")).to_be_in_viewport()
    await expect(page.locator(".months tbody tr").last).to_contain_text("NPR 2,500.00")
    assert await violations(page) == []
    year = int(told["fiscal_year"].partition("/")[0])
    await page.locator("select[name=year]").select_option(str(year - 1))
    await page.wait_for_url(f"**year={year - 1}**")
    await expect(page.locator(".months tbody tr").last).to_contain_text("NPR 0.00")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Year as CSV").click()
    kept = await saved.value
    assert kept.suggested_filename == f"sales-{year - 1}.csv"
    assert f"Shrawan {year - 1}" in (await kept.path()).read_text()


@pytest.mark.slow
async def test_a_seller_reads_all_that_changed_a_stock_why_and_by_whom(world: World, window: Window) -> None:
    seller, admin = await world.person("seller"), await world.admin()
    product = await world.product(seller, stock=10)
    stock = f"/api/v1/marketplace/products/{product}/stock/"
    ok(await admin.post(stock, {"change": 1, "reason": "counted", "note": "from the shelf"}), 201)
    for _ in range(11):
        ok(await seller.post(stock, {"change": 1, "reason": "received"}), 201)
    page = await signed_in(window, f"/seller/products?open={product}", seller)
    lines = page.get_by_role("dialog").locator(".history li")
    await expect(lines).to_have_count(10)
    await expect(lines.first).to_contain_text("+1 received, then 22")
    await expect(lines.first).to_contain_text("by you")
    await page.get_by_role("button", name="Show older").click()
    await expect(lines).to_have_count(12)
    await expect(lines.last).to_contain_text("+1 counted, then 11")
    await expect(lines.last).to_contain_text("by an admin · from the shelf")
    await expect(page.get_by_role("button", name="Show older")).to_have_count(0)
    assert await violations(page) == []


@pytest.mark.slow
async def test_a_link_to_a_product_that_the_list_leaves_out_opens_it_and_one_to_anothers_does_not(
    world: World, window: Window
) -> None:
    seller, other = await world.person("seller"), await world.person("seller")
    own, foreign = await world.product(seller, stock=3), await world.product(other)
    page = await signed_in(window, f"/seller/products?is_active=false&open={own}", seller)
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_label("Stock", exact=True)).to_have_value("3")
    await page.goto(f"{window.base_url}/seller/products?open={foreign}")
    await expect(sheet.get_by_text("There is nothing at this address.")).to_be_visible()


async def test_a_seller_chooses_among_reasons_that_fit_and_is_told_how_many_there_are_now(
    world: World, window: Window
) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=10)
    page = await signed_in(window, f"/seller/products?open={product}", seller)
    by, why = page.locator("[name=change]"), page.locator("[name=reason]")
    change = page.get_by_role("button", name="Change the stock")
    await by.fill("5")
    await expect(why).to_have_value("received")
    await expect(why.locator("option")).to_have_text(["received", "came back", "counted", "another reason"])
    await by.fill("−2")
    await expect(why).to_have_value("")
    fewer = ["Choose why", "counted", "damaged", "expired", "lost", "another reason"]
    await expect(why.locator("option")).to_have_text(fewer)
    await change.click()
    await expect(why).to_be_focused()
    await expect(why).to_have_attribute("aria-invalid", "true")
    await why.select_option("damaged")
    await change.click()
    await expect(page.get_by_text("Noted: −2 damaged. There are 8 now.")).to_be_in_viewport()
    await expect(page.get_by_label("Stock", exact=True)).to_have_value("8")
    await by.fill("4")
    await change.click()
    await expect(page.get_by_text("Noted: +4 received. There are 12 now.")).to_be_in_viewport()
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the reason that was missing


async def test_a_seller_s_figures_say_of_which_days_they_are_in_both_calendars(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await signed_in(window, "/seller/figures?from=2026-07-17&to=2026-08-16", bought.seller)
    days = "From 17 Jul 2026 · 1 Saun 2083 until 16 Aug 2026 · 31 Saun 2083."
    of = page.locator("[data-of]")
    await expect(of).to_have_text(
        [days, re.compile(r"^Revenue of 31 days, from 17 Jul 2026 · "), re.compile(f"^{days}")]
    )
    await page.goto(f"{window.base_url}/seller/figures?lang=ne")
    await expect(of).to_have_text([re.compile(r"[०-९]+ \S+ २०[०-९]{2}")] * 3)
    assert await violations(page) == []

"""A customer looks back on what was bought and spent, in a real browser."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from dispatch.sales.models import Sale
from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.world import Bought, World, ok


async def bought_twice(world: World) -> tuple[Bought, Bought]:
    """A customer's purchase of now, and one of long ago of which a part went back."""
    before = await world.bought(price="100.00")
    now = await world.bought(customer=before.customer, quantity=1)
    refund = f"/api/v1/marketplace/orders/{before.order_id}/refund/"
    ok(await (await world.admin()).post(refund, {"amount": "26.00"}))
    async with world.server.services.database.work() as work:
        at = datetime(2024, 10, 20, 6, tzinfo=UTC)
        await work.session.execute(update(Sale).where(Sale.id == before.sale_id).values(created_at=at))
    return now, before


@pytest.mark.slow
async def test_a_customer_reads_what_was_spent_by_months_and_what_was_bought_in_one(
    world: World, window: Window
) -> None:
    now, before = await bought_twice(world)
    page = await signed_in(window, "/shop/orders", now.customer)
    await page.get_by_role("link", name="What you bought and spent").click()
    await expect(page.locator("h1")).to_have_text("What you bought and spent")
    rows = page.locator(".purchases tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("Kartik 2081")
    await expect(rows.nth(1)).to_contain_text("NPR 300.00")  # 200.00 with VAT and shipping, without what went back
    purchases = page.locator(".bought li")
    await expect(purchases).to_have_count(2)
    await rows.nth(1).get_by_role("link").click()
    await expect(page.locator("h2")).to_have_text("Bought in Kartik 2081")
    await expect(purchases).to_have_count(1)
    await expect(purchases).to_contain_text("NPR 200.00")
    await page.reload()
    await expect(purchases).to_have_count(1)
    await page.get_by_role("link", name="Show everything").click()
    await expect(purchases).to_have_count(2)
    await purchases.last.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/shop/orders/{before.order_id}$"))


async def test_who_bought_nothing_reads_what_would_stand_there(world: World, window: Window) -> None:
    page = await signed_in(window, "/shop/purchases", await world.person("customer"))
    await expect(page.get_by_text("You have bought nothing yet.")).to_be_visible()
    await page.get_by_role("link", name="To the goods").click()
    await expect(page.get_by_role("searchbox")).to_be_visible()


@LANGUAGES_AND_SCHEMES
async def test_what_was_bought_and_spent_is_for_everyone(
    world: World, window: Window, language: str, scheme: str
) -> None:
    now, _ = await bought_twice(world)
    page = await signed_in(window, "/shop/orders", now.customer)
    await stand_still(page, scheme)
    await page.goto(f"{window.base_url}/shop/purchases?lang={language}")
    await expect(page.locator(".bought li")).to_have_count(2)
    assert await violations(page) == []
    assert await unreached(page) == []

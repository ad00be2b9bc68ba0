"""A product is sold while its seller has its form open, in a real browser: nothing of what was sold comes back."""

from playwright.async_api import Page, expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.world import Person, World, ok


async def _sold(world: World, product_id: int, quantity: int) -> None:
    customer = await world.person()
    pidx = (await world.initiate(customer, await world.cart(customer, {product_id: quantity})))["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))


async def _kept(world: World, product_id: int) -> tuple[str, int]:
    product = ok(await world.http.get(f"/api/v1/marketplace/products/{product_id}/"))
    return product["name"], product["stock"]


async def _opened(desk: Window, seller: Person, product_id: int) -> Page:
    page = await signed_in(desk, f"/seller/products?open={product_id}", seller)
    await expect(page.get_by_label("Stock", exact=True)).to_have_value("10")
    return page


async def test_a_typo_that_is_mended_while_some_is_sold_leaves_what_is_there(world: World, desk: Window) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, name="Sour hony", stock=10)
    page = await _opened(desk, seller, product)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("What it is called").fill("Sour honey")
    await _sold(world, product, 3)
    await sheet.get_by_role("button", name="Save", exact=True).click()
    await expect(sheet).to_have_count(0)
    assert await _kept(world, product) == ("Sour honey", 7)
    await expect(page.locator("tbody tr")).to_contain_text("Sour honey")


async def test_a_stock_that_was_typed_before_a_sale_is_said_anew_and_the_rest_stays_typed(
    world: World, desk: Window
) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, name="Sour hony", stock=10)
    page = await _opened(desk, seller, product)
    sheet, stock = page.get_by_role("dialog"), page.get_by_label("Stock", exact=True)
    await sheet.get_by_label("What it is called").fill("Sour honey")
    await stock.fill("15")
    await _sold(world, product, 3)
    await sheet.get_by_role("button", name="Save", exact=True).click()
    await expect(sheet.get_by_role("alert").filter(has_text="is 7 by now")).to_be_visible()
    await expect(stock).to_have_value("7")
    assert await _kept(world, product) == ("Sour hony", 7)
    assert await violations(page) == []
    await stock.fill("12")
    await sheet.get_by_role("button", name="Save", exact=True).click()
    await expect(sheet).to_have_count(0)
    assert await _kept(world, product) == ("Sour honey", 12)
    desk.complaints[:] = [said for said in desk.complaints if "409" not in said]  # the stock that was another by then

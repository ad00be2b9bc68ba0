"""Whoever reads Nepali chooses the digits, once for all pages of a browser."""

from playwright.async_api import expect

from tests.browser.windows import Window, violations
from tests.support.world import World


async def test_a_reader_of_nepali_chooses_latin_digits_and_keeps_them_on_other_pages(
    world: World, window: Window
) -> None:
    await world.product(await world.person("seller"), name="Copper jug 77", price="2500.00")
    path = "/shop?lang=ne&q=Copper+jug+77"
    page = await window.open(path)
    await expect(page.get_by_text("रु\u00a0२,५००.००").first).to_be_visible()
    await page.get_by_role("button", name="अङ्क: 123", exact=True).click()
    await expect(page.get_by_text("रु\u00a02,500.00").first).to_be_visible()
    assert await violations(page) == []
    again = await window.open(path)
    await expect(again.get_by_text("रु\u00a02,500.00").first).to_be_visible()
    await again.get_by_role("button", name="अङ्क: १२३", exact=True).click()
    await expect(again.get_by_text("रु\u00a0२,५००.००").first).to_be_visible()
    english = await window.open("/shop?lang=en")
    await expect(english.get_by_role("button", name="123")).to_have_count(0)

"""On a phone what narrows a list lies behind one button, which says what is set; where there is room all is in view."""

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, unfold, unreached, violations
from tests.support.world import World


async def test_on_a_phone_the_filters_of_a_list_lie_behind_one_button_that_says_how_many_are_set(
    world: World, window: Window
) -> None:
    page = await signed_in(window, "/ops/audit?actor_kind=user", await world.admin())
    fold = page.get_by_role("button", name="Filter and sort")
    sort, who = page.locator("select[name=sort]"), page.locator("select[name=actor_kind]")
    await expect(fold).to_have_text("Filter and sort: 1 set")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(sort).to_be_hidden()
    await expect(who).to_be_hidden()
    await expect(page.get_by_label("Find")).to_be_visible()  # whoever knows a word need not unfold anything
    await fold.focus()
    await page.keyboard.press("Enter")
    await sort.select_option("-at")
    await expect(fold).to_have_text("Filter and sort: 2 set")
    await expect(page.locator(".loaded")).to_be_visible()
    assert await violations(page) == []
    assert await unreached(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await who.select_option("")
    await expect(fold).to_have_text("Filter and sort: 1 set")
    await fold.press("Enter")
    await expect(sort).to_be_hidden()
    await page.set_viewport_size({"width": 1280, "height": 900})
    await expect(fold).to_be_hidden()
    await expect(who).to_be_visible()


@pytest.mark.slow
async def test_on_a_phone_the_days_of_a_sellers_figures_are_folded_as_well(world: World, window: Window) -> None:
    page = await signed_in(window, "/seller/figures?from=2026-01-01", (await world.bought()).seller)
    await expect(page.get_by_label("From")).to_be_hidden()
    await expect(page.get_by_role("button", name="Filter and sort")).to_have_text("Filter and sort: 1 set")
    await unfold(page)
    await expect(page.get_by_label("From")).to_have_value("2026-01-01")

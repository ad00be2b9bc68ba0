"""On a phone the console's filters lie behind one button, which names the one that is set."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.console.opening import opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.world import Person

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_on_a_phone_the_consoles_filters_are_folded_and_the_button_names_the_one_that_is_set(
    desk: Window, admin: Person, language: str, scheme: str
) -> None:
    page = await opened_console(desk, admin, f"?lang={language}&show=late")
    await stand_still(page, scheme)
    late, fold = page.locator(".filter.late"), page.locator(".fold")
    await expect(late).to_be_visible()
    await expect(fold).to_be_hidden()
    await page.set_viewport_size(PHONE)
    await expect(late).to_be_hidden()
    await expect(fold).to_contain_text("Late" if language == "en" else "ढिला")
    await fold.focus()
    await page.keyboard.press("Enter")
    await expect(late).to_have_attribute("aria-pressed", "true")
    await page.locator(".filter.waiting").click()
    await expect(fold).to_contain_text("Waiting" if language == "en" else "पर्खिँदै")
    assert await violations(page) == []
    assert await unreached(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

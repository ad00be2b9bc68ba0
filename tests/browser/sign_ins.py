"""Signing in by hand, as on every page of people who sign in."""

from playwright.async_api import Page, expect

from tests.browser.windows import Window
from tests.support.world import PASSWORD, Person


async def sign_in(page: Page, person: Person) -> None:
    """Fills in the form and waits until the page knows the person."""
    await page.get_by_label("E-mail", exact=True).fill(person.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text(person.email).last).to_be_visible()


async def signed_in(window: Window, path: str, person: Person) -> Page:
    """A page with the person signed in."""
    page = await window.open(path)
    await sign_in(page, person)
    return page

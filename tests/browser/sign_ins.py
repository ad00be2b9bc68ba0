"""Signed in, on every page of people who sign in: by hand where signing in is what is tried, else by tokens."""

import json

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.windows import Window
from tests.support.world import PASSWORD, Person


async def sign_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    """Fills in the form and waits until the page knows the person."""
    await page.get_by_label("E-mail", exact=True).fill(person.email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text(person.email).last).to_be_visible()


async def remembered(context: BrowserContext, name: str, person: Person) -> None:
    """A browser in which the person signed in on the page of that name before; no password is hashed for it.

    Once: what the page keeps later, such as newer tokens or none, stands.
    """
    tokens = json.dumps({"access": person.access, "refresh": person.refresh})
    mark = f"signed-in.{name}.{person.user_id}"
    await context.add_init_script(
        f"""if (localStorage.getItem({mark!r}) === null) {{
            localStorage.setItem({mark!r}, "");
            localStorage.setItem({"dispatch." + name!r}, {tokens!r});
        }}"""
    )


async def becomes(page: Page, name: str, person: Person) -> None:
    """Somebody else signs in on the page of that name in another tab, as the links of the first page do."""
    tokens = json.dumps({"access": person.access, "refresh": person.refresh})
    await page.evaluate("([name, tokens]) => localStorage.setItem(name, tokens)", [f"dispatch.{name}", tokens])


async def signed_in(window: Window, path: str, person: Person) -> Page:
    """A page with the person signed in."""
    await remembered(window.context, path.split("?", maxsplit=1)[0].split("/")[1], person)
    page = await window.open(path)
    await expect(page.get_by_text(person.email).last).to_be_visible()
    return page

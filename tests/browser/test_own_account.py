"""One's own account, on every page that somebody signs in to: name, phone, e-mail, password, data."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.mailbox import link_to
from tests.support.world import PASSWORD, Person, World, ok

CONFIRM = "Confirm your new e-mail address"
PAGES = ["/seller/account", "/courier/account", "/console/account", "/ops/account", "/shop/settings"]
ROLES = {"seller": "seller", "courier": "transporter", "console": "admin", "ops": "admin", "shop": "customer"}


async def whose(world: World, path: str) -> Person:
    """Somebody who uses that page."""
    role = ROLES[path.split("/")[1]]
    if role == "transporter":
        return await world.driver()
    return await (world.admin() if role == "admin" else world.person(role))


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
async def test_whoever_signs_in_to_a_page_changes_name_phone_and_address_there(
    world: World, window: Window, path: str
) -> None:
    person, new = await whose(world, path), f"{uuid4().hex}@example.com"
    begins = "/shop/orders" if path.startswith("/shop") else path.rpartition("/")[0]
    page = await signed_in(window, begins, person)
    await page.get_by_role("link", name="Your account", exact=True).last.click()
    await page.wait_for_url(f"**{path}")
    await expect(page.get_by_text(f"You sign in with {person.email}.")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("Gita Rai")
    await page.get_by_label("Phone", exact=True).fill("984-1000111")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_label("Phone", exact=True)).to_have_value("+977-9841000111")
    me = ok(await person.get("/api/v1/auth/me/"))
    assert (me["name"], me["phone"]) == ("Gita Rai", "+977-9841000111")
    email, password = page.get_by_label("New e-mail"), page.get_by_label("Your password now")
    await email.fill(new)
    await password.fill("not this one")
    await page.get_by_role("button", name="Change the e-mail").click()
    await expect(password).to_be_focused()
    await expect(password).to_have_attribute("aria-invalid", "true")
    await password.fill(PASSWORD)
    await page.get_by_role("button", name="Change the e-mail").click()
    await expect(page.get_by_text(f"A link is on its way to {new}.")).to_be_visible()
    mail = await window.context.new_page()
    await mail.goto(await link_to(world, new, CONFIRM))
    await mail.get_by_role("button", name="Confirm").click()
    await expect(mail.get_by_text(f"{new} is your account's address now.")).to_be_visible()
    await mail.close()
    await page.bring_to_front()
    await page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(page.get_by_text(f"You sign in with {new}.")).to_be_visible()  # and nobody had to sign in again
    assert ok(await person.get("/api/v1/auth/me/"))["email"] == new
    window.complaints[:] = [said for said in window.complaints if "403" not in said]  # the password that was wrong


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_page_of_ones_account_is_for_everyone(
    world: World, window: Window, language: str, scheme: str
) -> None:
    page = await signed_in(window, "/seller/account", await world.person("seller"))
    await stand_still(page, scheme)
    for path in PAGES[:1]:
        await page.goto(f"{window.base_url}{path}?lang={language}")
        await expect(page.locator("[name=own_name]")).to_be_visible()
        assert await violations(page) == []
        assert await unreached(page) == []

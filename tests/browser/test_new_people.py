"""Somebody who has no account, not the role, or no password any more, gets in by the pages alone."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.sign_ins import remembered, sign_in
from tests.browser.windows import Window, violations
from tests.support.mailbox import link_to
from tests.support.world import PASSWORD, Person, World

CONFIRM = "Confirm your e-mail address"
NEW = "Choose a new password"
A_FINGER_PX = 44
OTHER = "fresh tea, no sugar"


async def _makes_an_account(page: Page, who: str) -> str:
    email = f"{uuid4().hex}@example.com"
    await page.get_by_text(who).click()
    await page.get_by_label("Name").fill("Maya")
    await page.get_by_label("Your e-mail").fill(email)
    await page.get_by_label("A new password").fill(PASSWORD)
    await page.get_by_role("button", name="Make an account").click()
    return email


async def _proves(page: Page, world: World, email: str, *, count: int = 1) -> None:
    await page.goto(await link_to(world, email, CONFIRM, count=count))
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_text(f"{email} is confirmed.")).to_be_visible()


@pytest.mark.slow
async def test_a_new_seller_makes_an_account_has_the_mail_sent_again_and_sells(world: World, window: Window) -> None:
    page = await window.open("/seller")
    email = await _makes_an_account(page, "I want to sell here")
    await expect(page.get_by_text("until then you cannot sell")).to_be_visible()
    await page.get_by_role("button", name="Send the mail again").click()
    await expect(page.get_by_text(f"It is on its way to {email}.")).to_be_visible()
    assert await violations(page) == []
    await _proves(await window.open("/"), world, email, count=2)
    await page.bring_to_front()
    await page.evaluate("dispatchEvent(new Event('focus'))")  # windows that nobody looks at have none of their own
    await expect(page.get_by_text("until then you cannot sell")).to_have_count(0)
    await page.goto(f"{window.base_url}/seller/products")
    await expect(page.get_by_role("heading", name="Products")).to_be_visible()


@pytest.mark.slow
async def test_who_makes_an_account_on_a_page_in_nepali_is_written_to_in_nepali(world: World, window: Window) -> None:
    page = await window.open("/shop/orders?lang=ne")
    email = f"{uuid4().hex}@example.com"
    await page.get_by_text("मेरो खाता छैन").click()
    await page.locator("[name=new_email]").fill(email)
    await page.locator("[name=new_password]").fill(PASSWORD)
    await page.get_by_role("button", name="खाता बनाउनुहोस्").click()
    await expect(page.get_by_role("button", name="साइन आउट")).to_be_visible()
    made = await world.http.post("/api/v1/auth/token/", json={"email": email, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {made.json()['access']}"}
    assert (await world.http.get("/api/v1/auth/me/", headers=headers)).json()["language"] == "ne"


@pytest.mark.slow
async def test_a_new_transporter_says_what_it_drives_and_comes_to_its_documents(world: World, window: Window) -> None:
    page = await window.open("/courier")
    email = await _makes_an_account(page, "I want to bring parcels")
    await expect(page.get_by_text("until then no parcels come")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await expect(page.get_by_label("Phone")).to_have_count(0)  # what it asks for is refused until then
    await _proves(page, world, email)
    await page.goto(f"{window.base_url}/courier")
    await expect(page.get_by_role("heading", name="Before parcels come")).to_be_visible()
    await expect(page.get_by_role("link", name="Back")).to_have_count(0)
    await page.get_by_role("button", name="Sign out").click()
    await sign_in(page, Person(world.http, 0, email, ""))
    await expect(page.get_by_role("heading", name="Before parcels come")).to_be_visible()
    await page.get_by_label("Phone").fill("9841-555555")
    await page.get_by_label("Kind").select_option("van")
    await page.get_by_role("button", name="Go on to the documents").click()
    await expect(page.get_by_label("How much it carries, kg")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("How much it carries, kg").fill("350")
    assert await violations(page) == []
    await page.get_by_role("button", name="Go on to the documents").click()
    await expect(page.get_by_role("heading", name="Documents")).to_be_visible()
    # No profile, asked once at most by each page that opened: made, returned to, signed in on. No capacity, once.
    refused = [said.partition("status of ")[2][:3] for said in window.complaints]
    assert set(refused) == {"404", "400"}, window.complaints
    assert (refused.count("404") <= 3, refused.count("400")) == (True, 1), window.complaints
    window.complaints.clear()


@pytest.mark.slow
async def test_a_customer_sells_with_the_same_account(world: World, window: Window) -> None:
    customer = await world.person()
    await remembered(window.context, "seller", customer)
    page = await window.open("/seller")
    await expect(page.get_by_text("This account does not use this page yet.")).to_be_visible()
    await expect(page.get_by_text("cannot use this page")).to_have_count(0)
    await page.get_by_role("button", name="Sell with this account too").click()
    await expect(page.get_by_role("heading", name="Sales")).to_be_visible()


@pytest.mark.slow
async def test_who_forgot_the_password_gets_a_link_and_chooses_another(world: World, window: Window) -> None:
    person = await world.person()
    page = await window.open("/shop/orders?lang=en")
    forgotten = page.get_by_role("link", name="Forgotten your password?")
    assert await forgotten.evaluate("link => link.getBoundingClientRect().height") >= A_FINGER_PX
    await forgotten.click()
    assert await violations(page) == []
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_role("button", name="Send a link").click()
    await expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    await page.goto(await link_to(world, person.email, NEW))
    await page.get_by_label("New password").fill("12345678")
    await page.get_by_role("button", name="Change it").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("New password").fill(OTHER)
    await page.get_by_role("button", name="Change it").click()
    await expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    await page.goto(f"{window.base_url}/shop/orders")
    await sign_in(page, person, OTHER)
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the weak password

"""The door that everybody comes through first."""

import json
import os
import re

import pytest
from playwright.async_api import expect

from tests.browser.windows import LANGUAGES_AND_SCHEMES, PATIENCE_MS, Window, stand_still, unreached, violations
from tests.support.world import PASSWORD, THAMEL, World

NUMBER = "TRKAB12CD34EF56GH"
SLOW = pytest.mark.slow


async def test_whoever_has_a_number_comes_to_the_parcel_by_keyboard(window: Window) -> None:
    page = await window.open("/")
    field = page.get_by_label("Follow a parcel")
    await field.focus()
    await page.keyboard.type("no such-number!")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("A tracking number has letters and digits only.")
    await expect(field).to_be_focused()
    await field.fill(f" {NUMBER.lower()[:8]} {NUMBER.lower()[8:]}")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/t/{NUMBER}")
    await expect(page.locator("h1")).to_have_text("No parcel has this number")
    window.complaints[:] = [said for said in window.complaints if "404" not in said]  # the page itself is one


async def test_in_a_demo_the_city_is_seen_moving_and_its_log_ins_are_there(
    world: World, window: Window, demo: str
) -> None:
    driver = await world.driver()
    await world.online_at(driver, *THAMEL)
    page = await window.open("/")
    await expect(page.get_by_role("link", name=demo)).to_have_attribute("href", f"/t/{demo}")
    await expect(page.locator(".counts .couriers dd")).to_have_text(re.compile(r"^[1-9]\d*$"))
    await expect(page.get_by_text(PASSWORD)).not_to_be_visible()  # one click needs none
    await page.get_by_text("Log-ins to sign in by hand").click()
    await expect(page.get_by_text(PASSWORD)).to_be_visible()


@pytest.mark.parametrize("width", [320, pytest.param(768, marks=SLOW), pytest.param(1024, marks=SLOW), 1440])
async def test_what_stands_in_a_door_stays_inside_it(window: Window, demo: str, width: int) -> None:
    del demo
    page = await window.open("/")
    await page.set_viewport_size({"width": width, "height": 900})
    await expect(page.get_by_role("button", name="Open as")).to_have_count(2)
    beyond = await page.locator(".doors .card").evaluate_all(
        """(cards) => cards.flatMap((card) => {
            const edge = card.getBoundingClientRect().right;
            const parts = [...card.querySelectorAll("a, button, p")];
            return parts.filter((one) => one.getBoundingClientRect().right > edge).map((one) => one.outerHTML);
        })"""
    )
    assert beyond == []


async def test_elsewhere_no_log_ins_are_shown(window: Window) -> None:
    async with window.context.expect_event(
        "response", lambda reply: reply.url.endswith("/pages/demo.json"), timeout=PATIENCE_MS
    ):
        page = await window.open("/")  # it asks whether it is one
    await expect(page.get_by_role("heading", name="Dispatcher")).to_be_visible()
    await expect(page.get_by_role("button", name="Copy the log-in")).to_have_count(0)


async def test_a_demo_that_is_being_filled_says_so_until_its_log_ins_are_there(world: World, window: Window) -> None:
    admin = await world.admin()
    path = world.server.settings.data_dir / "demo-filling.json"
    told = {"accounts": {}, "tracking_numbers": [], "pid": os.getpid(), "filling": True}
    said = "The demo is being filled: log-ins come in a moment."
    path.write_text(json.dumps(told))
    try:
        for address, come in (("/?lang=en", "Open as Dispatcher"), ("/console?lang=en", f"Sign in as {admin.email}")):
            path.write_text(json.dumps(told))
            page = await window.open(address)
            await expect(page.get_by_text(said)).to_be_visible()
            path.write_text(json.dumps(told | {"accounts": {"admin": {"email": admin.email, "password": PASSWORD}}}))
            await expect(page.get_by_role("button", name=come)).to_be_visible()
        assert await violations(page) == []
    finally:
        path.unlink()


@LANGUAGES_AND_SCHEMES
async def test_the_first_page_is_for_everyone(window: Window, demo: str, language: str, scheme: str) -> None:
    del demo
    page = await window.open(f"/?lang={language}")
    await stand_still(page, scheme)
    await page.locator(".logins summary").click()
    await expect(page.locator(".login")).to_have_count(1)
    assert await violations(page) == []
    assert await unreached(page) == []


async def test_in_a_demo_a_click_on_a_person_opens_their_page_signed_in(window: Window, demo: str) -> None:
    del demo
    page = await window.open("/")
    await page.set_viewport_size({"width": 1280, "height": 800})  # on a phone the map takes the place of the name
    await page.get_by_role("button", name="Open as Dispatcher").click()
    await page.wait_for_url("**/console")
    await expect(page.get_by_text("Signed in as")).to_be_visible()


async def test_in_a_demo_an_admin_opens_operations_by_one_click_and_goes_to_the_console_and_back(
    window: Window, demo: str
) -> None:
    del demo
    page = await window.open("/?lang=en")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("button", name="Open as Admin").click()
    await page.wait_for_url("**/ops*")
    await expect(page.get_by_text("Signed in as")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("navigation", name="Operations").get_by_role("link", name="Console").click()
    await page.wait_for_url("**/console*")
    await page.get_by_role("button", name="Sign in as").click()
    await page.get_by_role("navigation", name="Rooms of the console").get_by_role("link", name="Operations").click()
    await page.wait_for_url("**/ops*")
    await expect(page.get_by_text("Signed in as")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_in_a_demo_the_doors_are_seen_without_scrolling_with_one_click_each(
    window: Window, demo: str, width: int, height: int
) -> None:
    del demo
    page = await window.open("/")
    await page.set_viewport_size({"width": width, "height": height})
    await expect(page.get_by_role("button", name="Open as")).to_have_count(2)
    ways = await page.locator(".doors .card").evaluate_all(
        """(cards) => cards.map((card) =>
            [card.querySelectorAll("a, button").length, card.getBoundingClientRect().bottom])"""
    )
    assert [count for count, _ in ways] == [1] * 5
    seen = [bottom for _, bottom in ways if bottom <= height]
    assert len(seen) == (5 if width > height else 3)


async def test_a_page_of_people_who_sign_in_asks_for_it_and_says_what_was_wrong(window: Window, world: World) -> None:
    customer = await world.person()
    page = await window.open("/console")
    await page.get_by_label("E-mail").fill(customer.email)
    await page.get_by_label("Password").fill("not the right one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("cannot use this page")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("E-mail")).to_be_visible()
    window.complaints[:] = [said for said in window.complaints if "401" not in said]  # the wrong password

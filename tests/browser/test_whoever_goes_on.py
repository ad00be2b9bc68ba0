"""Whoever goes on while an answer is on its way stays where they went, with all that they typed and chose there."""

import asyncio
import re
from collections.abc import Callable

from playwright.async_api import FilePayload, Page, Route, expect

from tests.browser.handed_in import handed_in, only_waiting
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window
from tests.support.waiting import PATIENCE_S
from tests.support.world import PASSWORD, World

# What a phone needs to find out where it is; the answer comes when the test says so.
SLOW_TO_FIND = "navigator.geolocation.getCurrentPosition = (found) => { window.found = found; }"
FOUND = "window.found({ coords: { latitude: 27.7, longitude: 85.3 } })"


class Held:
    """Requests of one method to one address, each answered once the test lets it go."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._asked: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def begin(self, page: Page, address: str) -> "Held":
        await page.route(address, self._hold)
        return self

    async def _hold(self, route: Route) -> None:
        if route.request.method == self._method:
            may_go_on = asyncio.Event()
            self._asked.put_nowait(may_go_on)
            await may_go_on.wait()
        await route.continue_()

    async def asked(self) -> Callable[[], None]:
        """Once the next is on its way: what lets it go."""
        async with asyncio.timeout(PATIENCE_S):
            return (await self._asked.get()).set


async def _answered(page: Page, address: str, let_go: Callable[[], None]) -> None:
    """It is let go, and all that the page does by its answer is done."""
    async with page.expect_response(address) as reply:
        let_go()
    await (await reply.value).finished()
    await page.evaluate("() => new Promise((done) => setTimeout(done))")


async def test_a_product_that_is_saved_late_closes_only_its_own_sheet(world: World, window: Window) -> None:
    seller = await world.person("seller")
    rice, tea = await world.product(seller, name="Rice"), await world.product(seller, name="Tea")
    page = await signed_in(window, f"/seller/products?open={rice}", seller)
    held = await Held("PATCH").begin(page, f"**/products/{rice}/")
    sheet = page.get_by_role("dialog")
    await sheet.locator("[name=name]").fill("Old rice")
    await sheet.get_by_role("button", name="Save", exact=True).click()
    let_go = await held.asked()
    await sheet.get_by_role("button", name="Close").click()
    await page.get_by_role("link", name="Tea").click()
    await sheet.locator("[name=name]").fill("Green tea")
    let_go()
    await expect(page.locator("tbody")).to_contain_text("Old rice")  # that answer has come, and the list after it
    await expect(page).to_have_url(re.compile(rf"open={tea}$"))
    await expect(sheet.locator("[name=name]")).to_have_value("Green tea")


async def test_whoever_looks_at_another_document_before_a_decision_is_answered_goes_on_looking_at_it(
    world: World, desk: Window
) -> None:
    admin, driver = await world.admin(), await world.driver()
    await only_waiting(admin)
    for kind in ("licence", "insurance", "identity"):
        await handed_in(driver, kind)
    page = await signed_in(desk, "/ops/documents", admin)
    held = await Held("POST").begin(page, "**/documents/*/approve/")
    shown = page.locator(".looked h2")
    await expect(shown).to_have_text("driving licence")
    await page.keyboard.press("a")
    let_go = await held.asked()
    await page.get_by_role("link", name="identity document").click()
    await expect(shown).to_have_text("identity document")
    await page.get_by_label("Why it is not taken").fill("It is somebody else's")
    let_go()
    await expect(page.get_by_text("Approved: driving licence of Some Driver.")).to_be_visible()
    await expect(page.locator(".waits li")).to_have_count(2)
    await expect(shown).to_have_text("identity document")
    await expect(page.get_by_label("Why it is not taken")).to_have_value("It is somebody else's")


async def test_a_table_that_is_looked_at_late_brings_nobody_back_to_it(world: World, window: Window) -> None:
    page = await signed_in(window, "/ops/tables", await world.admin())
    held = await Held("POST").begin(page, "**/api/imports/**")
    rows = (
        "external_id,email,name,phone,vehicle_type,capacity_kg\n"
        "r-1,rider@example.com,A Rider,+977-9841555555,motorcycle,40\n"
    )
    table = FilePayload(name="table.csv", mimeType="text/csv", buffer=rows.encode())
    await page.locator("input[type=file]").set_input_files(table)
    let_go = await held.asked()
    await page.get_by_role("link", name="Overview").click()
    there = page.url
    await _answered(page, "**/api/imports/**", let_go)
    await expect(page).to_have_url(there)


async def test_a_phone_that_finds_out_late_where_it_is_takes_back_nothing_that_was_typed_meanwhile(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    await page.evaluate(SLOW_TO_FIND)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    place = sheet.locator("[name=pickup_place]")
    here = sheet.get_by_role("button", name="Where I am").first
    await here.click()
    await place.fill("27.67, 85.43")
    await page.evaluate(FOUND)
    await expect(place).to_have_value("27.67, 85.43")
    await here.click()
    await page.evaluate(FOUND)
    await expect(place).to_have_value(re.compile("^27.7"))


async def test_what_is_chosen_while_an_earlier_choice_is_on_its_way_is_seen_at_once_and_stays(
    world: World, window: Window
) -> None:
    page = await signed_in(window, "/seller/tracking", await world.person("seller"))
    held = await Held("PATCH").begin(page, "**/tracking-privacy/")
    phone, plate = page.locator("select[name=phone]"), page.locator("select[name=vehicle_number]")
    await phone.select_option("never")
    let_go = await held.asked()
    await expect(phone).to_have_value("never")
    await plate.select_option("never")
    let_go()
    let_go = await held.asked()  # the first is answered, and the second waited for that
    await expect(phone).to_have_value("never")
    await expect(plate).to_have_value("never")
    let_go()
    await page.reload()
    await expect(plate).to_have_value("never")


async def test_an_address_that_is_typed_while_another_one_is_on_its_way_stays(world: World, window: Window) -> None:
    person = await world.person("seller")
    page = await signed_in(window, "/seller/account", person)
    held = await Held("POST").begin(page, "**/auth/email/")
    form = page.locator("form", has=page.locator("[name=other_email]"))
    first, password = form.locator("[name=other_email]"), form.locator("[name=email_password]")
    await first.fill(f"one.{person.email}")
    await password.fill(PASSWORD)
    await form.get_by_role("button").click()
    let_go = await held.asked()
    await first.fill(f"two.{person.email}")
    let_go()
    await expect(form.get_by_role("status")).to_contain_text(f"one.{person.email}")  # that one was taken
    await expect(first).to_have_value(f"two.{person.email}")

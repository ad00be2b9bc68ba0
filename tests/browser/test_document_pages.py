"""Documents from a transporter's phone to an admin's screen and back, in a real browser; earnings and ratings."""

import os

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.couriers import courier
from tests.browser.handed_in import MINE, handed_in, only_waiting
from tests.browser.sign_ins import remembered, signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unreached, violations
from tests.support.pictures import picture_bytes
from tests.support.world import World, ok


async def seen(page: Page, name: str) -> None:
    """A picture for whoever wants to look, where they say into which folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.slow
async def test_a_document_is_handed_in_on_the_phone_and_its_holder_reads_why_it_was_not_taken(
    world: World, plain_chromium: Browser
) -> None:
    admin = await world.admin()
    async with courier(world, plain_chromium) as at_work:
        page = at_work.page
        await page.get_by_role("link", name="My documents").click()
        await page.get_by_label("What it is").select_option("registration")
        await page.get_by_role("button", name="Hand it in").click()
        form = page.locator("form").first
        for words in ("Write its number.", "Choose its last day.", "Take a picture of it first."):
            await expect(form.get_by_text(words)).to_be_visible()
        await expect(page.get_by_label("Its number")).to_be_focused()
        await page.get_by_label("Its number").fill("BA 1 PA 1234")
        await page.get_by_label("Its last day").fill("2001-12-31")
        file = FilePayload(name="bluebook.jpg", mimeType="image/jpeg", buffer=picture_bytes("JPEG", (3000, 2000)))
        await page.locator("input[type=file]").set_input_files(file)
        await expect(page.get_by_role("img", name="The document as it will be sent")).to_be_visible()
        await page.get_by_role("button", name="Hand it in").click()
        await expect(form).to_contain_text("must not lie before")
        await page.get_by_label("Its last day").fill("2999-12-31")
        await page.get_by_role("button", name="Hand it in").click()
        await expect(page.locator("[data-handed-in]")).to_contain_text("waits to be looked at")
        await seen(page, "courier_documents")
        [made] = ok(await at_work.driver.get(MINE))["handed_in"]
        reason = {"reason": "The number cannot be read."}
        ok(await admin.post(f"/api/transporters/documents/{made['id']}/reject/", reason))
        await page.reload()
        await expect(page.locator("[data-handed-in]")).to_contain_text("The number cannot be read.")
        at_work.window.complaints[:] = [said for said in at_work.window.complaints if "400" not in said]


@pytest.mark.slow
async def test_another_vehicle_is_warned_of_and_its_documents_are_asked_for_until_they_are_handed_in(
    world: World, plain_chromium: Browser
) -> None:
    admin, driver = await world.admin(), await world.driver()
    made = await handed_in(driver, "insurance")
    ok(await admin.post(f"/api/transporters/documents/{made['id']}/approve/"))
    async with courier(world, plain_chromium, driver) as at_work:
        page = at_work.page
        await page.goto(f"{at_work.window.base_url}/courier/documents")
        await expect(page.locator("[data-document=insurance]")).to_contain_text("good")
        await page.get_by_label("Number plate").fill("BA-9-CHA-1")
        await expect(page.get_by_text("Another vehicle is verified anew")).to_be_visible()
        await page.get_by_role("button", name="Save the changes").click()
        await expect(page.locator("[data-document=insurance]")).to_contain_text("of another vehicle")
        await expect(page.get_by_text("Needed now: insurance.")).to_be_visible()
        await expect(page.get_by_label("What it is")).to_have_value("insurance")
        await page.get_by_label("Its number").fill("INS 7")
        await page.get_by_label("Its last day").fill("2999-12-31")
        file = FilePayload(name="policy.jpg", mimeType="image/jpeg", buffer=picture_bytes("JPEG", (300, 200)))
        await page.locator("input[type=file]").set_input_files(file)
        await page.get_by_role("button", name="Hand it in").click()
        await expect(page.get_by_text("Handed in. Somebody looks at it soon")).to_be_visible()
        await expect(page.get_by_label("What it is")).to_have_value("licence")


@pytest.mark.slow
async def test_a_transporter_changes_phone_and_capacity_is_told_what_that_means_and_how_many_come_at_once_means_nothing(
    world: World, plain_chromium: Browser
) -> None:
    driver = await world.driver()
    async with courier(world, plain_chromium, driver) as at_work:
        page = at_work.page
        await page.goto(f"{at_work.window.base_url}/courier/documents")
        await page.get_by_label("Parcels at once, at most").fill("2")
        await expect(page.get_by_text("This is verified anew.")).to_have_count(0)
        await page.get_by_role("button", name="Save the changes").click()
        await expect(page.get_by_role("button", name="Save the changes")).to_have_count(0)
        profile = ok(await driver.get("/api/transporters/me/"))
        assert (profile["max_active"], profile["is_verified"]) == (2, True)
        await page.get_by_label("How much it carries, kg").fill("none")
        await page.get_by_label("Phone that customers and shops call").fill("984-1000222")
        await expect(page.get_by_text("This is verified anew.")).to_be_visible()
        await page.get_by_role("button", name="Save the changes").click()
        await expect(page.get_by_label("How much it carries, kg")).to_be_focused()
        await page.get_by_label("How much it carries, kg").fill("35")
        await page.get_by_role("button", name="Save the changes").click()
        await expect(page.get_by_label("Phone that customers and shops call")).to_have_value("+977-9841000222")
        assert await violations(page) == []
        profile = ok(await driver.get("/api/transporters/me/"))
        assert (profile["capacity_kg"], profile["phone"]) == (35, "+977-9841000222")
        assert profile["is_verified"] is False
        at_work.window.complaints[:] = [said for said in at_work.window.complaints if "400" not in said]


@pytest.mark.slow
async def test_earnings_and_ratings_are_a_line_each_and_as_a_file(world: World, plain_chromium: Browser) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    ok(await bought.customer.post(f"/api/deliveries/{delivery['id']}/rate/", {"rating": 4}))
    async with courier(world, plain_chromium, driver) as at_work:
        page = at_work.page
        await page.get_by_role("link", name="My earnings").click()
        await expect(page.locator(".answer")).to_have_text("NPR 135.00")
        await page.locator("summary").click()
        number = page.get_by_text(delivery["tracking_number"])
        await expect(number).to_be_visible()
        lines = await number.evaluate(
            "(one) => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
        )
        assert lines < 1.5, "a number does not break"
        await page.get_by_label("By").select_option("month")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Save as a table (CSV)").click()
        text = (await (await download.value).path()).read_text()
        assert delivery["tracking_number"] in text
        await seen(page, "courier_earnings")
        await page.get_by_role("link", name="Back").click()
        await page.get_by_role("link", name="My ratings").click()
        await expect(page.locator(".answer")).to_have_text("4.0 of 5")
        await expect(page.get_by_role("progressbar", name="4 of 5: 1 time")).to_be_visible()
        await seen(page, "courier_ratings")


@pytest.mark.slow
async def test_an_admin_goes_through_the_queue_by_keys_alone(world: World, desk: Window) -> None:
    admin = await world.admin()
    await only_waiting(admin)
    first, second = await world.driver(), await world.driver()
    for driver, kind in ((first, "licence"), (first, "insurance"), (second, "identity")):
        await handed_in(driver, kind)
    page = await signed_in(desk, "/ops/documents", admin)
    shown = page.locator(".looked")
    await expect(shown.get_by_role("img")).to_be_visible()
    await expect(shown.locator("h2")).to_have_text("driving licence")
    await seen(page, "ops_documents")
    await page.keyboard.press("j")
    await expect(shown.locator("h2")).to_have_text("insurance")
    await page.keyboard.press("k")
    await expect(shown.locator("h2")).to_have_text("driving licence")
    await page.keyboard.press("a")
    await expect(page.get_by_text("Approved: driving licence of Some Driver.")).to_be_visible()
    await expect(shown.locator("h2")).to_have_text("insurance")
    await _may_be_decided(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Ask a friend to hold it still")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Rejected: insurance of Some Driver.")).to_be_visible()
    await expect(shown.locator("h2")).to_have_text("identity document")
    await _may_be_decided(page)
    await page.keyboard.press("a")
    await expect(page.get_by_text("Approved: identity document of Some Driver.")).to_be_visible()
    decided = {one["kind"]: (one["state"], one["reason"]) for one in ok(await first.get(MINE))["handed_in"]}
    assert decided == {"licence": ("approved", ""), "insurance": ("rejected", "Ask a friend to hold it still")}
    await page.goto(f"{desk.base_url}/ops/audit?find=document.")
    await expect(page.locator("tbody")).to_contain_text("Admin did not accept document")


# As soon as the next one stands there: the key that approved the one before, held and pressed again, and a click.
TOO_SOON = """(name) => {
    window.tooSoon = 0;
    new MutationObserver((_, observer) => {
        const button = document.querySelector(".looked form .button.first");
        if (button === null || document.querySelector(".looked h2")?.textContent !== name) return;
        observer.disconnect();
        for (const repeat of [true, false]) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", repeat, bubbles: true }));
        }
        button.click();
        window.tooSoon += 1;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


async def test_a_key_or_click_too_many_decides_nothing_about_the_document_that_slid_into_its_place(
    world: World, desk: Window
) -> None:
    admin = await world.admin()
    await only_waiting(admin)
    driver = await world.driver()
    for kind in ("licence", "insurance"):
        await handed_in(driver, kind)
    page = await signed_in(desk, "/ops/documents", admin)
    heading = page.locator(".looked h2")
    await expect(heading).to_have_text("driving licence")
    await page.evaluate(TOO_SOON, "insurance")
    await page.keyboard.press("a")
    await expect(heading).to_have_text("insurance")
    await page.wait_for_function("window.tooSoon === 1")
    await expect(heading).to_be_focused()
    await _may_be_decided(page)
    decided = {one["kind"]: one["state"] for one in ok(await driver.get(MINE))["handed_in"]}
    assert decided == {"licence": "approved", "insurance": "waiting"}
    await page.keyboard.press("a")
    await expect(page.get_by_text("Approved: insurance of Some Driver.")).to_be_visible()


async def _may_be_decided(page: Page) -> None:
    """What came by itself has stood for a moment."""
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()


@LANGUAGES_AND_SCHEMES
@pytest.mark.slow
async def test_the_rooms_of_documents_are_for_everyone(
    world: World, window: Window, language: str, scheme: str
) -> None:
    driver, admin = await world.driver(), await world.admin()
    made = await handed_in(driver)
    for path, person in (
        ("/courier/documents", driver),
        ("/courier/earnings", driver),
        ("/courier/ratings", driver),
        (f"/ops/documents?open={made['id']}", admin),
    ):
        await remembered(window.context, path.split("/")[1], person)
        page = await window.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        await stand_still(page, scheme)
        await expect(page.locator(".loaded").last).to_be_visible()
        assert await violations(page) == [], path
        assert await unreached(page) == [], path
        await seen(page, f"{path.split('?', maxsplit=1)[0].strip('/').replace('/', '_')}_{language}_{scheme}")
        await page.close()

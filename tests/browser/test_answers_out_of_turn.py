"""Answers that come after what was asked for has changed."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, FilePayload, Route, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window
from tests.support.pictures import picture_bytes
from tests.support.waiting import PATIENCE_S
from tests.support.world import World, ok

# The first picture takes its time until it is told to go on; those after it take none.
FIRST_IS_SLOW = """() => {
    const read = window.createImageBitmap;
    window.createImageBitmap = (...picture) => {
        window.createImageBitmap = read;
        return new Promise((done) => { window.goOn = async () => done(await read(...picture)); });
    };
}"""
# Somebody types on at the moment in which the address takes up what they typed before.
TYPES_ON = """() => addEventListener("dispatch:address", () => {
    const field = document.querySelector("input[name=find]");
    setTimeout(() => {
        field.value += "n";
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
}, { once: true })"""
# Somebody goes on before the page listens for it.
GOES_ON_EARLY = """const listen = addEventListener;
window.addEventListener = (name, ...more) => {
    if (name === "dispatch:address") {
        window.addEventListener = listen;
        history.replaceState(null, "", "/shop?q=nowhere");
        dispatchEvent(new Event(name));
    }
    return listen(name, ...more);
};"""
TURNED = "() => new Promise((done) => setTimeout(done))"
# What the phone keeps for a pickup, once all is written that the page has begun to write.
KEPT_PHOTO = """async (step) => {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("dispatch.courier."));
    const database = await asked(indexedDB.open(name));
    const proofs = await asked(database.transaction("remembered").objectStore("remembered").get("proofs"));
    database.close();
    return proofs[step].photo;
}"""


async def test_a_list_that_is_asked_for_anew_says_that_it_is_on_its_way_until_it_is_there(
    world: World, desk: Window
) -> None:
    page = await signed_in(desk, "/ops", await world.admin())
    asked: list[asyncio.Event] = []

    async def held(route: Route) -> None:
        may_go_on = asyncio.Event()
        asked.append(may_go_on)
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/api/v1/audit/?**", held)
    await page.clock.install()
    await page.goto(f"{desk.base_url}/ops/audit")
    await expect(page.locator(".skeleton")).to_be_visible()
    async with page.expect_request(lambda sent: "actor_kind=user" in sent.url):
        await page.locator("select[name=actor_kind]").select_option("user")
    await page.clock.fast_forward(1_000)  # it takes so long that it is said
    async with page.expect_response("**/api/v1/audit/?**") as first:
        asked[0].set()
    await (await first.value).finished()
    await page.evaluate(TURNED)
    await expect(page.locator(".skeleton")).to_be_visible()
    asked[1].set()
    await expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.usefixtures("nobody_else_waits")
async def test_of_two_photos_that_a_phone_works_on_at_once_the_one_that_was_taken_last_is_used(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        page = one.page
        await page.get_by_role("link", name="Pick up", exact=True).click()
        await expect(page.get_by_role("button", name="Picked up without a photo")).to_be_enabled()
        await page.evaluate(FIRST_IS_SLOW)
        await one.take_photo((2400, 1200))
        other = FilePayload(name="other.jpg", mimeType="image/jpeg", buffer=picture_bytes("JPEG", (1200, 2400)))
        await page.locator("input[type=file]").set_input_files(other)
        photo = page.get_by_role("img", name="The photo that you took")
        await expect(photo).to_be_visible()
        await page.evaluate("window.goOn()")
        await page.evaluate(TURNED)
        kept = await page.evaluate(KEPT_PHOTO, f"pickup:{delivery['id']}")
        await expect(photo).to_have_attribute("src", kept)
        size = await photo.evaluate("(one) => one.decode().then(() => [one.naturalWidth, one.naturalHeight])")
        assert size == [800, 1600]


async def test_what_is_given_to_a_courier_between_the_first_answer_and_the_open_socket_is_there_at_once(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium, clock=True) as one:
        read, accepted, welcomed = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def answered_late(route: Route) -> None:
            answer = await route.fetch()
            read.set()
            await welcomed.wait()
            await route.fulfill(response=answer)

        async def opened_late(route: Route) -> None:
            await accepted.wait()
            await route.continue_()

        def heard(frame: str | bytes) -> None:
            if "welcome" in str(frame):
                welcomed.set()

        page = one.page
        await page.route("**/deliveries/?status=assigned*", answered_late)
        await page.route("**/ws-ticket/", opened_late)
        page.on("websocket", lambda socket: socket.on("framereceived", heard))
        await page.reload()
        async with asyncio.timeout(PATIENCE_S):
            await read.wait()
        # It asks again and again by itself. So far ahead, for the page's clock goes on until it hears of this, and none
        # is put back; not farther, or what is asked is given up.
        await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))
        ok(await one.driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        accepted.set()
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")


async def test_what_is_typed_while_the_address_takes_up_what_was_typed_before_stays(world: World, desk: Window) -> None:
    page = await signed_in(desk, "/ops/audit", await world.admin())
    find = page.get_by_label("Find")
    await expect(find).to_be_visible()
    await page.evaluate(TYPES_ON)
    await find.fill("orga")
    await expect(page).to_have_url(re.compile("find=organ$"))
    await expect(find).to_have_value("organ")


async def test_whoever_goes_on_before_a_page_listens_is_where_they_went(window: Window) -> None:
    await window.context.add_init_script(GOES_ON_EARLY)
    page = await window.open("/shop")
    await expect(page.get_by_label("Search")).to_have_value("nowhere")
    await expect(page.get_by_text("Nothing is called")).to_be_visible()

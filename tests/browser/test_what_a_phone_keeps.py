"""A courier's phone says where it keeps nothing, and asks its browser once to clear nothing."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.windows import violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, World, ok

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nobody_else_waits")]

WITHOUT_STORE = "Object.defineProperty(window, 'indexedDB', { value: undefined })"
COUNTING = """
navigator.storage.persisted = async () => false;
navigator.storage.persist = async () => {
    sessionStorage.setItem("asked", String(Number(sessionStorage.getItem("asked")) + 1));
    return false;
};
"""
# Connections that a browser takes away, as it does from a page in the background.
REMEMBERING = """
window.stores = [];
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...asked) {
    const request = open.apply(this, asked);
    request.addEventListener("success", () => window.stores.push(request.result));
    return request;
};
"""
TAKE_AWAY = "window.stores.splice(0).forEach((store) => store.close())"
SAID = "This browser keeps nothing once the page is closed."


async def test_where_a_browser_keeps_nothing_the_courier_is_told_to_leave_the_page_open(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, script=WITHOUT_STORE) as one:
        await expect(one.page.get_by_text(SAID)).to_be_visible()
        assert await violations(one.page) == []
        await one.page.goto(f"{one.window.base_url}/courier/queue")
        await expect(one.page.get_by_text(SAID)).to_be_visible()


async def test_whoever_goes_on_duty_has_the_browser_asked_once_to_clear_nothing(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, script=COUNTING) as one:
        duty = one.page.get_by_role("switch")
        for _ in range(2):
            await duty.click()
            await expect(duty).to_have_attribute("aria-checked", "false")
            await duty.click()
            await expect(duty).to_have_attribute("aria-checked", "true")
            await one.page.reload()
            await expect(duty).to_have_attribute("aria-checked", "true")
        assert await one.page.evaluate("sessionStorage.getItem('asked')") == "1"
        await expect(one.page.get_by_text(SAID)).to_have_count(0)


async def test_a_phone_whose_browser_takes_its_store_away_goes_on_with_all_that_it_keeps(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium, script=REMEMBERING) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.page.evaluate(TAKE_AWAY)
        await one.at(BHAKTAPUR[0] + 0.001, BHAKTAPUR[1])
        await one.stored_way()
        await one.page.evaluate(TAKE_AWAY)
        await one.pick_up()

        async def picked_up() -> bool:
            return bool(
                ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["status"] in ("picked_up", "in_transit")
            )

        await until(picked_up, "the server knows of the pickup")


async def test_positions_after_the_phones_store_was_cleared_under_an_open_page_are_none_that_the_server_has(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium) as one:
        await one.stored_way()
        await one.at(BHAKTAPUR[0] + 0.001, BHAKTAPUR[1])
        await one.stored_way()
        session = await one.window.context.new_cdp_session(one.page)
        cleared = {"origin": one.window.base_url, "storageTypes": "indexeddb"}
        await session.send("Storage.clearDataForOrigin", cleared)
        for north in (0.003, 0.004):
            await one.at(BHAKTAPUR[0] + north, BHAKTAPUR[1])
            await one.stored_way()

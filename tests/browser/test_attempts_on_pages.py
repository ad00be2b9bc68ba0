"""At a closed door: the courier says so without network, and the buyer chooses when somebody is there."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, stand_still, violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, PASSWORD, THAMEL, World, ok


async def test_a_courier_at_a_closed_door_says_so_without_network_and_the_buyer_chooses_another_time(
    world: World, plain_chromium: Browser, window: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    async with courier(world, plain_chromium, clock=True) as one:
        ok(await one.driver.post(f"{path}/accept/"))
        ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
        await one.at(*THAMEL)
        await one.moment_stands()
        page = one.page
        await page.get_by_role("link", name="Could not hand over").click()
        await one.window.context.set_offline(True)
        await page.get_by_label("Nobody there").check()
        assert await violations(page) == []
        await page.get_by_role("button", name="Next").click()
        await one.take_photo()
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_label("Tomorrow at 10").check()
        await page.get_by_label("More (may be left empty)").fill("Rang twice")
        await page.get_by_role("button", name="Save the attempt").click()
        await expect(page.locator("[data-held=attempts]")).to_contain_text("Nobody there")
        await expect(page.locator("[data-held=attempts]")).to_contain_text("sent by itself once there is a network")
        await expect(page.locator(".stop.later")).to_contain_text("Next try")
        await expect(page.get_by_role("link", name="Hand over now")).not_to_have_class("button first large")
        assert await violations(page) == []
        await one.send_now()
        await one.window.context.set_offline(False)

        async def told() -> bool:
            attempts = ok(await one.driver.get(f"{path}/"))["attempts"]
            return bool(attempts) and attempts[0]["note"] == "Rang twice" and attempts[0]["has_photo"]

        await until(told, "the server has the attempt")
        own = await window.open(f"/t/{delivery['tracking_number']}")
        card = own.locator("[data-attempts='1']")
        await expect(card.get_by_role("heading")).to_have_text("Delivery attempted: nobody was there")
        await expect(own.locator(".history")).to_contain_text("Delivery attempted: nobody was there")
        await expect(own.locator("input[name=email]")).to_have_count(0)  # nobody else is bothered with it
        await card.get_by_role("button", name="Sign in as the buyer").click()
        await own.locator("input[name=email]").fill(bought.customer.email)
        await own.locator("input[name=password]").fill(PASSWORD)
        await card.get_by_role("button", name="Sign in", exact=True).click()
        await card.get_by_role("radio").last.check()
        await stand_still(own, "dark")
        assert await violations(own) == []
        await card.get_by_role("button", name="Ask for this time").click()
        await expect(card).to_contain_text(re.compile(r"The next try is (today|tomorrow|\w{3}) \d\d:00–\d\d:00"))
        await expect(page.get_by_text(re.compile(r"Somebody is there (today|tomorrow|\w{3}) \d\d:00–"))).to_be_visible()
        one.forgive_no_network()
    order = await signed_in(window, f"/shop/orders/{bought.order_id}", bought.customer)
    sale = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    for looked_at in (order, sale):
        for said in (
            looked_at.locator(f"[data-attempted='{delivery['tracking_number']}']"),
            looked_at.locator(".history"),
        ):
            await expect(said).to_contain_text("Delivery attempted: nobody was there")
            await expect(said).to_contain_text(re.compile(r"The next try is (today|tomorrow|\w{3}) \d\d:00–\d\d:00"))
        assert await violations(looked_at) == []


async def test_after_the_last_attempt_the_page_of_a_parcel_offers_no_other_time_any_more(
    world: World, window: Window
) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    path = f"/api/deliveries/{delivery['id']}"
    at_door = {"latitude": THAMEL[0], "longitude": THAMEL[1], "reason": "nobody_there"}
    ok(await driver.post(f"{path}/accept/"))
    ok(await driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
    most = world.server.settings.max_attempts
    for _ in range(most - 1):
        ok(await driver.post(f"{path}/attempts/", at_door), 201)
    page = await window.open(f"/t/{delivery['tracking_number']}")
    offered = page.get_by_role("button", name="Sign in as the buyer")
    await expect(page.locator(f"[data-attempts='{most - 1}']")).to_contain_text(
        "The buyer can choose another time here."
    )
    await expect(offered).to_have_count(1)
    await expect(page.locator(".steps [aria-current]")).to_have_text("Not handed over")
    said_instead = await page.locator("section.map").bounding_box()  # nobody knows where the courier is
    assert said_instead is not None
    assert said_instead["height"] < 100
    ok(await driver.post(f"{path}/attempts/", at_door), 201)
    await expect(page.locator(f"[data-attempts='{most}']")).to_contain_text("goes back to its seller")
    await expect(offered).to_have_count(0)


@pytest.mark.slow
async def test_what_was_answered_at_a_closed_door_outlives_a_reload_and_an_undo_its_photo_with_it(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    async with courier(world, plain_chromium, clock=True) as one:
        ok(await one.driver.post(f"{path}/accept/"))
        ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
        await one.at(*THAMEL)
        await one.moment_stands()
        page = one.page
        await page.get_by_role("link", name="Could not hand over").click()
        await page.get_by_label("The place is closed").check()
        await page.get_by_role("button", name="Next").click()
        await one.take_photo()
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_label("Not known yet").check()
        await page.get_by_label("More (may be left empty)").fill("Shutter down")
        await until(lambda: is_kept(page, "Shutter down"), "the phone keeps the last word that was typed")
        await page.reload()
        await expect(page.get_by_label("More (may be left empty)")).to_have_value("Shutter down")
        await expect(page.get_by_label("Not known yet")).to_be_checked()
        await page.get_by_role("button", name="Save the attempt").click()
        await page.locator("[data-held=attempts]").get_by_role("button", name="Undo").click()
        await expect(page.locator("[data-held]")).to_have_count(0)
        await page.get_by_role("link", name="Could not hand over").click()
        await expect(page.get_by_label("The place is closed")).to_be_checked()
        await page.get_by_role("button", name="Next").click()
        photo = page.get_by_role("img", name="The photo that you took")
        first = await source_of(photo)
        await one.take_photo((1200, 2400))
        await expect(photo).not_to_have_attribute("src", first)  # another is taken over it
        assert await violations(page) == []
        await page.get_by_role("button", name="Use this photo").click()
        await expect(page.get_by_label("More (may be left empty)")).to_have_value("Shutter down")
        await page.get_by_role("button", name="Save the attempt").click()
        await one.send_now()

        async def told() -> bool:
            attempts = ok(await one.driver.get(f"{path}/"))["attempts"]
            return [(row["reason"], row["note"], row["has_photo"]) for row in attempts] == [
                ("closed", "Shutter down", True)
            ]

        await until(told, "the server has the attempt")
        await until(lambda: is_kept(page, None), "the phone keeps nothing of what was told")


async def source_of(photo: Locator) -> str:
    source = await photo.get_attribute("src")
    assert source is not None
    return source


async def is_kept(page: Page, note: str | None) -> bool:
    """Whether the phone keeps this note of an attempt that is not told yet; ``None``: keeps none at all."""
    found: str | None = await page.evaluate(KEPT_NOTE)
    return found == note


KEPT_NOTE = """async () => {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("dispatch.courier."));
    const database = await asked(indexedDB.open(name));
    const proofs = (await asked(database.transaction("remembered").objectStore("remembered").get("proofs"))) ?? {};
    database.close();
    return Object.entries(proofs).find(([step]) => step.startsWith("attempts:"))?.[1].note ?? null;
}"""

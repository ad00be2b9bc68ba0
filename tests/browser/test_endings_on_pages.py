"""A parcel that nobody takes is brought back, and whoever waited reads what becomes of it and of the money."""

from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.windows import Window, stand_still, violations
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}


async def test_a_courier_brings_back_what_was_tried_enough_and_has_it_as_a_parcel_to_the_seller(
    world: World, plain_chromium: Browser, window: Window
) -> None:
    delivery = await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    async with courier(world, plain_chromium, clock=True) as one:
        ok(await one.driver.post(f"{path}/accept/"))
        ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
        page, most = one.page, world.server.settings.max_attempts
        stop, back = page.locator(".stop"), page.get_by_role("button", name="Bring back to the seller")
        for tried in range(1, most):
            ok(await one.driver.post(f"{path}/attempts/", AT_DOOR | {"reason": "refused"}), 201)
            await page.reload()  # it was told from another phone
            await expect(stop).to_contain_text(f"Attempts left: {most - tried}")
            await expect(stop).to_contain_text("Once none is left you may bring it back")
            await expect(back).to_have_count(0)
        await one.at(*THAMEL)
        await one.moment_stands()
        await page.get_by_role("link", name="Could not hand over").click()
        for name in ("Next", "Without a photo", "Save the attempt"):
            await page.get_by_role("button", name=name).click()
        await expect(page.locator("[data-held=attempts]")).to_be_visible()
        await back.click()  # the server hears of the last try first
        assert await violations(page) == []
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Bring back to the seller").click()
        await expect(page.locator("[data-held=return]")).to_be_visible()
        await one.send_now()
        await expect(page.locator(".stop")).to_contain_text("Back to the seller")
        await expect(page.locator(".stop")).to_contain_text("Farm Location, Bhaktapur")
        await expect(page.get_by_role("button", name="Bring back to the seller")).to_have_count(0)
    own = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(own.locator(".answers")).to_contain_text("The parcel goes back to its seller")
    await stand_still(own, "dark")
    assert await violations(own) == []
    made = ok(await (await world.admin()).get("/api/deliveries/", transporter=one.driver.transporter_id))["results"]
    [back] = [row["id"] for row in made if row["return_of"] == delivery["id"]]
    ok(await one.driver.post(f"/api/deliveries/{back}/deliver/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
    await own.reload()
    await expect(own.locator("h1")).to_have_text("Back with its seller")
    await expect(own.locator(".answers")).to_contain_text("what was paid for the goods goes back")
    await expect(own.locator(".answers")).not_to_contain_text("goes back to its seller")


async def test_whoever_waited_for_a_lost_parcel_reads_that_the_money_goes_back(world: World, window: Window) -> None:
    delivery = await world.delivery()
    lost = {"ending": "lost", "reason": "Stolen"}
    ok(await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/loss/", lost))
    page = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(page.locator(".answers")).to_contain_text("The parcel was lost on its way")
    assert await violations(page) == []

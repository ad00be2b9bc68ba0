"""Several parcels for one door change hands in one go, each with its own proof."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.support.waiting import until
from tests.support.world import THAMEL, World, ok

# Another window writes for as long as it likes to: the phone can keep nothing meanwhile.
BUSY = """async () => {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("dispatch.courier."));
    const database = await asked(indexedDB.open(name));
    const writing = database.transaction("remembered", "readwrite").objectStore("remembered");
    const goOn = () => (window.__mayKeep ? database.close() : (writing.get("proofs").onsuccess = goOn));
    goOn();
}"""
FREE = "() => void (window.__mayKeep = true)"


@pytest.mark.slow
async def test_parcels_for_one_door_are_handed_over_in_one_go_and_each_has_its_own_proof(
    world: World, plain_chromium: Browser
) -> None:
    driver = await world.driver()
    parcels = [await world.delivery() for _ in range(3)]
    for parcel in parcels:
        for step in ("accept", "pickup"):
            ok(await driver.post(f"/api/deliveries/{parcel['id']}/{step}/"))
    first, second, third = parcels
    async with courier(world, plain_chromium, driver, clock=True) as one:
        page = one.page
        await one.at(*THAMEL)
        await one.moment_stands()
        await page.goto(f"{world.server.settings.public_url}/courier/jobs/{first['id']}/deliver")
        boxes = page.get_by_role("checkbox")
        await expect(boxes).to_have_count(2)
        await expect(page.locator(".together + *, .together ~ .file").first).to_be_visible()  # before what is asked
        await boxes.evaluate_all("(both) => both.forEach((one) => one.click())")  # before the phone has kept the first
        await expect(page.get_by_text("Photo and signature stand for all 3.")).to_be_visible()
        await page.get_by_label(third["tracking_number"]).uncheck()
        await expect(page.get_by_text("Photo and signature stand for all 2.")).to_be_visible()
        await one.take_photo()
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_role("button", name="Delivered without a signature").click()
        await expect(page.get_by_text("Delivered: 2 parcels:")).to_be_visible()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator("[data-held]")).to_have_count(0)
        await page.goto(f"{world.server.settings.public_url}/courier/jobs/{first['id']}/deliver")
        await expect(boxes).to_have_count(2)
        await page.evaluate(BUSY)
        await page.get_by_label(second["tracking_number"]).check()
        # Though nothing is kept yet.
        await expect(page.get_by_text("Photo and signature stand for all 2.")).to_be_visible()
        await page.evaluate(FREE)
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_role("button", name="Delivered without a signature").click()
        await one.send_now()

        async def arrived() -> bool:
            found = [ok(await driver.get(f"/api/deliveries/{parcel['id']}/")) for parcel in parcels]
            return [one["status"] == "delivered" for one in found] == [True, True, False]

        await until(arrived, "two parcels are delivered, and the third is still aboard")
    admin = await world.admin()
    for parcel in (first, second):
        assert ok(await admin.get(f"/api/deliveries/{parcel['id']}/proof/verify/"))["is_whole"]
        *_, door = ok(await admin.get(f"/api/deliveries/{parcel['id']}/proof/"))["handovers"]
        assert door["photo"] is not None

"""What stands on a parcel: printed by its seller, read by the phone of whoever carries it."""

import re

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.pictures import picture_bytes
from tests.support.waiting import until
from tests.support.world import World, ok

CODE_MAKER = re.compile(r"/assets/qr-[^/]*\.js$")
GATE = "The gate opens with 4711"
# As on an Android without the services that its browser leans on.
DETECTOR_THAT_FAILS = """() => {
    const failed = () => Promise.reject(new DOMException("not there", "NotSupportedError"));
    window.BarcodeDetector = class { detect() { return failed(); } };
}"""


@pytest.mark.slow
async def test_the_label_that_a_seller_prints_is_what_a_couriers_phone_reads(
    world: World, plain_chromium: Browser, desk: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought, proof={"pickup": ["barcode"]}, fragile=True, delivery_instructions=GATE)
    page = await signed_in(desk, "/seller/labels", bought.seller)
    label = page.get_by_role("article", name=delivery["tracking_number"])
    for told in ("FRAGILE", delivery["delivery_address"], delivery["pickup_address"]):
        await expect(label).to_contain_text(told)
    text = await label.inner_text()
    for secret in ("+977", "Rice", GATE):
        assert secret not in text
    code = label.locator("canvas[data-drawn]")
    await expect(code).to_have_attribute("data-drawn", delivery["tracking_number"])
    assert await violations(page) == []
    number = label.get_by_text(delivery["tracking_number"], exact=True)
    box = await number.bounding_box()
    assert box is not None
    assert box["height"] < 34, "the number stands on one line"
    assert await number.evaluate("one => one.scrollWidth <= one.clientWidth"), "within the label"
    photographed = await label.screenshot()
    pages = len(re.findall(rb"/Type\s*/Page\b", await page.pdf(format="A6", prefer_css_page_size=False)))
    assert pages == 1, "what surrounds the label is not printed"

    driver = await world.driver()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with courier(world, plain_chromium, driver) as one:
        await one.page.goto(f"{world.server.settings.public_url}/courier/jobs/{delivery['id']}/pickup")
        scan = one.page.get_by_label("Scan it with the camera")
        await scan.set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": picture_bytes()})
        await expect(one.page.get_by_text("No number can be read there.")).to_be_visible()
        await one.page.evaluate(DETECTOR_THAT_FAILS)
        await scan.set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": photographed})
        await one.page.get_by_role("button", name="Without a photo").click()

        async def fetched() -> bool:
            found = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
            return bool(found["status"] in ("picked_up", "in_transit"))

        await until(fetched, "the parcel is picked up by what was scanned")


@pytest.mark.slow
async def test_a_delivery_of_somebody_else_is_named_and_hides_no_other_label(world: World, desk: Window) -> None:
    bought, other = await world.bought(), await world.bought()
    mine, theirs = await world.delivery(bought), await world.delivery(other)
    page = await signed_in(desk, f"/seller/labels?of={theirs['id']},{mine['id']}", bought.seller)
    await expect(page.get_by_role("article", name=mine["tracking_number"])).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text(str(theirs["id"]))
    await expect(page.get_by_role("article", name=theirs["tracking_number"])).to_have_count(0)
    desk.complaints[:] = [said for said in desk.complaints if "404" not in said]


@pytest.mark.slow
async def test_labels_are_not_printed_before_their_codes_are_drawn_and_a_code_that_did_not_come_is_missed_in_words(
    world: World, desk: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)

    async def gone(route: Route) -> None:
        await route.abort("connectionrefused")

    await desk.context.route(CODE_MAKER, gone)
    page = await signed_in(desk, "/seller/labels", bought.seller)
    print_them = page.get_by_role("button", name="Print 1")
    await expect(page.get_by_text("The QR code could not be loaded.")).to_be_visible()
    await expect(print_them).to_be_disabled()
    assert await violations(page) == []
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await desk.context.unroute(CODE_MAKER)  # it is asked for again without a click, so the button may go at any moment
    await expect(print_them).to_be_enabled()
    await expect(page.locator("canvas[data-drawn]")).to_have_attribute("data-drawn", delivery["tracking_number"])
    desk.complaints[:] = [said for said in desk.complaints if "ERR_CONNECTION_REFUSED" not in said]

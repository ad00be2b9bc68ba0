"""What proves a handover is seen by whoever sold the goods and whoever decides of the money, also once all is over."""

import pytest
from playwright.async_api import expect

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.pictures import picture
from tests.support.places import north_of
from tests.support.world import THAMEL, Bought, World, ok


async def _delivered(world: World) -> tuple[Bought, int]:
    """Somebody signed for it three metres from the door, with a photo: what was bought, and the delivery's number."""
    bought = await world.bought()
    delivery, driver = await world.delivery(bought), await world.driver()
    path = f"/api/deliveries/{delivery['id']}/"
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{path}{step}/"))
    pictures = {"delivery_photo": picture("JPEG", (40, 30)), "signature": picture()}
    there = dict(zip(("latitude", "longitude"), north_of(THAMEL, 3), strict=True))
    ok(await driver.post(f"{path}deliver/", pictures | there | {"signed_by": "Maya Tamang", "relation": "self"}))
    return bought, int(delivery["id"])


@pytest.mark.slow
async def test_a_seller_sees_who_signed_how_near_the_door_and_that_nothing_was_changed_since(
    world: World, desk: Window
) -> None:
    bought, _ = await _delivered(world)
    page = await signed_in(desk, f"/seller?open={bought.sale_id}", bought.seller)
    await page.get_by_text("Proof of its handovers").click()
    await expect(page.get_by_text("Signed by Maya Tamang")).to_be_visible()
    await expect(page.get_by_text("under 10 m from the address")).to_be_visible()
    for shown in ("Photo", "Signature"):
        await expect(page.get_by_role("img", name=shown, exact=True)).to_have_js_property("complete", True)
    await page.get_by_role("button", name="Check that nothing was changed since").click()
    await expect(page.get_by_text("Nothing was changed: 2 records as written.")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.slow
async def test_an_admin_ends_a_parcel_that_had_arrived_and_sees_what_goes_back(world: World, desk: Window) -> None:
    bought, delivery_id = await _delivered(world)
    admin = await world.admin()
    page = await signed_in(desk, f"/ops/orders/{bought.order_id}", admin)
    await page.get_by_text("Proof of its handovers").click()
    await expect(page.get_by_text("Signed by Maya Tamang")).to_be_visible()
    await page.get_by_text("It does not arrive, or goes back").click()
    await page.get_by_label("It is lost").check()
    await page.get_by_label("I am sure").check()
    await page.get_by_label("It is damaged").check()
    await expect(page.get_by_label("I am sure")).not_to_be_checked()
    await expect(page.get_by_text("All that is left of what was paid is")).to_be_visible()
    await page.get_by_label("What happened").fill("The box was wet")
    await page.get_by_label("Rupees that go back").fill("100")
    send = page.get_by_role("button", name="Do so")
    await expect(send).to_be_disabled()
    await page.get_by_label("I am sure").check()
    assert await violations(page) == []
    await send.click()
    await expect(page.get_by_text("NPR 100.00 goes back to the buyer.")).to_be_visible()
    shown = ok(await admin.get(f"/api/deliveries/{delivery_id}/"))
    assert (shown["status"], shown["ending"]) == ("delivered", "damaged")
    await page.reload()
    await page.get_by_text("It does not arrive, or goes back").click()
    await expect(page.get_by_text("Nothing is left to choose: it was damaged.")).to_be_visible()
    await expect(page.get_by_label("It is lost")).to_have_count(0)

"""A courier's page where a handover is not the usual one: in part, on hold meanwhile, tried in vain."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.couriers import Courier, courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

pytestmark = pytest.mark.usefixtures("nobody_else_waits")

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}


async def _aboard(one: Courier, delivery: dict[str, Any]) -> str:
    path = f"/api/deliveries/{delivery['id']}"
    ok(await one.driver.post(f"{path}/accept/"))
    ok(await one.driver.post(f"{path}/pickup/", AT_PICKUP))
    await one.at(*THAMEL)
    return path


async def test_a_customer_who_takes_one_of_two_has_the_price_of_the_other_back_on_every_page(
    world: World, plain_chromium: Browser, window: Window
) -> None:
    bought = await world.bought(quantity=2, price="1250.00")
    delivery = await world.delivery(bought)
    async with courier(world, plain_chromium) as one:
        path = await _aboard(one, delivery)
        page = one.page
        await page.get_by_role("link", name="Hand over", exact=True).click()
        title = page.get_by_role("heading", level=1)
        await expect(title).to_have_accessible_description(re.compile("^Optional"))  # a photo that nobody requires
        await expect(page.get_by_text("The parcel holds 2 × Organic Rice.")).to_be_visible()
        await page.get_by_text("Does the customer not take all 2?").click()
        await expect(page.get_by_text("Only where some of them are refused, damaged or missing")).to_be_visible()
        await page.get_by_role("button", name="One less").click()
        await expect(page.get_by_role("status").get_by_text("1 of 2")).to_be_visible()
        await page.get_by_label("The others are missing").check()
        await expect(page.get_by_text("The customer has the money for the others back.")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Without a photo").click()
        await expect(page.get_by_text("1 of 2 handed over")).to_be_visible()  # it stays while the questions go on
        await page.get_by_role("button", name="Delivered without a signature").click()
        await one.send_now()

        async def delivered() -> bool:
            return bool(ok(await one.driver.get(f"{path}/"))["status"] == "delivered")

        await until(delivered, "the server knows of the handover")

    async def given_back() -> bool:
        return float(ok(await bought.seller.get("/api/marketplace/analytics/revenue/"))["refunded"]) == 1250

    await until(given_back, "the price of the other is given back")
    found = ok(await bought.seller.get(f"{path}/"))
    assert (found["quantity_accepted"], found["partial_reason"]) == (1, "missing")

    order = await signed_in(window, f"/shop/orders/{bought.order_id}", bought.customer)
    await expect(order.get_by_text("Organic Rice: 1 of 2 handed over.")).to_be_visible()
    await expect(order.locator("[data-setbacks]")).to_contain_text("was missing or damaged at the door. NPR")
    sale = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    await expect(sale.get_by_text("1 of 2 handed over").first).to_be_visible()

    figures = await window.open("/seller/figures")
    for name, amount in (("Sold for", "NPR 2,500.00"), ("Given back", "NPR 1,250.00"), ("Revenue", "NPR 1,250.00")):
        shown = figures.locator(".figures div", has=figures.get_by_text(name, exact=True)).locator("dd")
        await expect(shown).to_have_text(amount)


async def test_a_pickup_of_what_was_taken_back_and_is_on_hold_is_refused_in_words_and_its_proof_is_kept(
    world: World, plain_chromium: Browser
) -> None:
    delivery, admin = await world.delivery(), await world.admin()
    path = f"/api/deliveries/{delivery['id']}"
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.window.context.set_offline(True)
        ok(await admin.post(f"{path}/unassign/", {"reason": "better_choice"}))
        ok(await admin.post(f"{path}/hold/", {"reason": "The customer is away"}))
        await one.pick_up()
        await one.window.context.set_offline(False)
        page = one.page
        await page.get_by_role("link", name="To be sent").click()
        refused = page.locator("[data-state=refused]")
        await expect(refused).to_contain_text("was taken back and is on hold")
        await expect(refused).to_contain_text("your proof is kept")
        assert await violations(page) == []
        one.forgive_no_network()
        one.window.complaints[:] = [said for said in one.window.complaints if "409" not in said]
    [kept] = ok(await admin.get(f"{path}/proof/"))["refused"]
    assert (kept["refusal"], kept["delivery_status"], kept["step"]) == ("on_hold", "available", "pickup")
    assert kept["photo"] is not None
    assert ok(await admin.get(f"{path}/"))["on_hold"]["reason"] == "The customer is away"


async def test_a_courier_reads_how_often_a_parcel_may_still_be_tried_before_and_after_each_attempt(
    world: World, plain_chromium: Browser
) -> None:
    delivery, most = await world.delivery(), world.server.settings.max_attempts
    async with courier(world, plain_chromium) as one:
        await _aboard(one, delivery)
        page = one.page
        for left in range(most, 0, -1):
            await page.get_by_role("link", name="Could not hand over").click()
            await expect(page.get_by_text(f"Attempts left: {left}")).to_be_visible()
            await page.get_by_role("button", name="Next").click()
            await page.get_by_role("button", name="Without a photo").click()
            await page.get_by_label("Not known yet").check()
            await page.get_by_role("button", name="Save the attempt").click()
            await expect(_left(one, left - 1)).to_be_visible()  # at once, though nobody was told
            await one.send_now()
            await expect(page.get_by_role("button", name="Send now")).to_have_count(0)

            async def told(tried: int = most - left + 1) -> bool:
                return len(ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["attempts"]) == tried

            await until(told, "the server has the attempt")
            await expect(_left(one, left - 1)).to_be_visible()
        await expect(page.get_by_text("It was tried as often as it may be.")).to_be_visible()
        await page.get_by_role("link", name="Could not hand over").click()
        await expect(page.get_by_role("radio")).to_have_count(2)  # lost and damaged may be told however often
        assert await violations(page) == []


def _left(one: Courier, count: int) -> Locator:
    return one.page.locator(f"[data-attempts-left='{count}']")

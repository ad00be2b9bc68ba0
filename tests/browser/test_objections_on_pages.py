"""A buyer objects on the parcel's page; whoever sold it reads that, and a dispatcher answers beside the proof."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.sign_ins import remembered, signed_in
from tests.browser.windows import Window, stand_still, violations
from tests.support.pictures import picture
from tests.support.world import Bought, World, ok


async def _delivered(world: World) -> tuple[Bought, str]:
    """What was bought, and the number of a parcel that a courier told as delivered with a photo."""
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}/"
    for step in ("accept", "pickup"):
        ok(await driver.post(f"{path}{step}/"))
    ok(await driver.post(f"{path}deliver/", {"delivery_photo": picture("JPEG", (40, 30))}))
    return bought, str(delivery["tracking_number"])


async def _object(page: Page) -> None:
    await page.get_by_role("button", name="Something is wrong").click()
    await page.get_by_label("I did not get it").check()
    await page.get_by_label("More (may be left empty)").fill("Nobody came")
    await page.get_by_role("button", name="Tell the shop").click()
    await expect(page.get_by_role("heading", name="The objection is looked into")).to_be_visible()


async def test_a_buyer_says_that_a_parcel_did_not_come_and_reads_that_it_is_looked_into(
    world: World, window: Window
) -> None:
    bought, number = await _delivered(world)
    await remembered(window.context, "shop", bought.customer)
    page = await window.open(f"/t/{number}")
    await stand_still(page, "light")
    await expect(page.get_by_role("heading", name="Did it not come as told?")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Something is wrong").click()
    await page.get_by_role("button", name="Leave it").click()
    await _object(page)
    assert await violations(page) == []
    await expect(page.locator(".history")).to_contain_text("The recipient objects")
    await page.reload()
    await expect(page.get_by_text("Nobody came")).to_be_visible()


@pytest.mark.slow
async def test_whoever_types_the_code_objects_too(world: World, window: Window) -> None:
    bought, number = await _delivered(world)
    [found] = ok(await (await world.admin()).get("/api/deliveries/", search=number))["results"]
    phone = ok(await bought.seller.get(f"/api/deliveries/{found['id']}/"))["delivery_contact_phone"]
    page = await window.open(f"/t/{number}")
    await expect(page.get_by_role("heading", name="See the journey again")).to_be_visible()
    await expect(page.get_by_role("button", name="Something is wrong")).to_have_count(0)
    await page.get_by_label("Last four digits").fill(phone[-4:])
    await page.get_by_role("button", name="Show more").click()
    await _object(page)
    [made] = ok(await bought.seller.get("/api/objections/"))["results"]
    assert made["made_by"] == "receiver"


@pytest.mark.slow
async def test_a_seller_reads_an_objection_with_the_proof_beside_it(world: World, desk: Window) -> None:
    bought, number = await _delivered(world)
    objection = {"reason": "not_received", "note": "Nobody came"}
    ok(await bought.customer.post(f"/api/deliveries/{number}/objection/", objection))
    page = await signed_in(desk, "/seller/objections", bought.seller)
    await page.locator("tbody a").first.click()
    await expect(page.get_by_text("Nobody came")).to_be_visible()
    await expect(page.get_by_role("img", name="Photo of the handover")).to_have_js_property("complete", True)
    assert await violations(page) == []


@pytest.mark.slow
async def test_a_dispatcher_answers_an_objection_beside_the_proof(world: World, desk: Window) -> None:
    bought, number = await _delivered(world)
    ok(await bought.customer.post(f"/api/deliveries/{number}/objection/", {"reason": "not_received"}))
    page = await signed_in(desk, "/console", await world.admin())
    row = page.locator("li.exception", has_text=number)
    await expect(row).to_contain_text("The recipient did not get it")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Objection", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Answer")).to_be_disabled()
    await page.get_by_label("The delivery stands").check()
    await page.get_by_label("Why (the recipient and the seller read it)").fill("Your neighbour has it")
    assert await violations(page) == []
    await page.get_by_role("button", name="Answer").click()
    await expect(page.get_by_text("It was rejected.")).to_be_visible()
    [made] = ok(await bought.seller.get("/api/objections/"))["results"]
    assert (made["status"], made["answer"]) == ("rejected", "Your neighbour has it")

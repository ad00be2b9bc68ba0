"""The form by which a seller has a sale delivered: all that the API takes, and little of it at first sight."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from api.routes.deliveries.deliveries import NewDelivery
from dispatch.geo import distance_words
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, THAMEL, Bought, World, ok

KNOWN = {"marketplace_sale_id", "destination_version"}
"""What the page knows without asking."""
ASKED_AS = {
    "pickup_latitude": "pickup_place",
    "pickup_longitude": "pickup_place",
    "delivery_latitude": "delivery_place",
    "delivery_longitude": "delivery_place",
    "proof": "proof_drop_off",
    "requires_signature": "proof_drop_off",
}
"""Fields of the API that have another name in the form."""
UNNAMED = {"fragile": "Fragile"}
FOLDED = ("When", "More about the parcel", "Proof for this parcel")


async def form_of(window: Window, bought: Bought) -> tuple[Page, Locator]:
    """The form of a sale, with all that the API cannot do without filled in."""
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    await sheet.locator("[name=pickup_address]").fill("Farm, Bhaktapur")
    await sheet.locator("[name=pickup_contact_phone]").fill("9841111111")
    await sheet.locator("[name=package_weight]").fill("2.5")
    await sheet.locator("[name=delivery_fee]").fill("150")
    return page, sheet


async def unfold(sheet: Locator) -> None:
    """All parts that are folded."""
    for name in FOLDED:
        await sheet.locator("summary", has_text=name).first.click()
    await expect(sheet.locator("[name=proof_return]")).to_be_visible()


@pytest.mark.slow
async def test_all_that_the_api_takes_of_a_delivery_is_asked_for_and_at_first_only_what_each_parcel_needs(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page, sheet = await form_of(window, bought)
    for name in ("ready_at", "label", "pickup_instructions"):
        await expect(sheet.locator(f"[name={name}]")).to_be_hidden()
    await unfold(sheet)
    for field in NewDelivery.__struct_fields__:
        if field in UNNAMED:
            await expect(sheet.get_by_label(UNNAMED[field])).to_be_visible()
        elif field not in KNOWN:
            await expect(sheet.locator(f"[name={ASKED_AS.get(field, field)}]")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.slow
async def test_what_a_seller_asks_of_one_parcel_is_required_of_it_alone(world: World, window: Window) -> None:
    bought = await world.bought()
    ok(await bought.seller.patch("/api/sellers/me/proof/", {"pickup": ["photo"], "drop_off": ["signature"]}))
    _, sheet = await form_of(window, bought)
    await unfold(sheet)
    await sheet.locator("[name=ready_at]").fill("2031-10-28T14:00")
    await sheet.locator("[name=requested_pickup_date]").fill("2031-10-28T15:00")
    await sheet.locator("[name=pickup_instructions]").fill("Blue gate")
    await sheet.locator("[name=special_instructions]").fill("Keep it upright")
    await sheet.locator("[name=package_dimensions]").fill("30 × 20 × 15 cm")
    await sheet.locator("[name=package_value]").fill("1,800.50")
    await sheet.locator("[name=label]").fill("A-17")
    door = sheet.get_by_role("group", name="At the customer's door")
    await expect(door.locator("option").first).to_have_text("As usual: a signature, with a name")
    await door.locator("[name=proof_drop_off]").select_option("own")
    await expect(door.get_by_role("checkbox", name="a signature, with a name")).to_be_checked()
    await door.get_by_role("checkbox", name="a signature, with a name").uncheck()
    await door.get_by_role("checkbox", name="the customer's age").check()
    await door.get_by_label("At least so many years old").fill("300")
    await sheet.locator("summary", has_text="Proof for this parcel").click()
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(door.locator("[name=age_minimum]")).to_be_focused()  # unfolded, for what is wrong stands there
    await door.locator("[name=age_minimum]").fill("21")
    await sheet.get_by_role("button", name="Look for a courier").click()
    await expect(sheet.get_by_role("link", name="Follow parcel")).to_be_visible()
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    made = ok(await bought.seller.get(f"/api/deliveries/{sale['delivery_id']}/"))
    assert made["ready_at"] == "2031-10-28T08:15:00Z"
    assert (made["pickup_instructions"], made["special_instructions"]) == ("Blue gate", "Keep it upright")
    assert (made["package_details"]["dimensions"], made["package_details"]["value"]) == ("30 × 20 × 15 cm", 1800.5)
    asked = made["proof"]
    assert (asked["pickup"], asked["drop_off"], asked["return"]) == (["photo"], ["age"], [])
    assert (asked["age_minimum"], asked["label"]) == (21, "A-17")
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # an age that nobody reaches


async def test_the_fee_begins_with_what_the_way_costs_and_stays_as_somebody_typed_it(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    fee, settings = sheet.locator("[name=delivery_fee]"), world.server.settings
    await expect(fee).to_have_value(f"{settings.delivery_fee_base:.2f}")  # nobody knows where it is fetched
    quoted = f"/api/marketplace/sales/{bought.sale_id}/delivery-fee/"
    for place in (BHAKTAPUR, THAMEL):
        told = ok(await bought.seller.get(quoted, pickup_latitude=place[0], pickup_longitude=place[1]))
        await sheet.locator("[name=pickup_place]").fill(f"{place[0]}, {place[1]}")
        await expect(fee).to_have_value(told["delivery_fee"])
        await expect(sheet.get_by_text(f"Usual for {distance_words(told['distance_km'] * 1000)} is")).to_be_visible()
    await fee.fill("170")
    await sheet.locator("[name=pickup_place]").fill(f"{BHAKTAPUR[0]}, {BHAKTAPUR[1]}")
    told = ok(await bought.seller.get(quoted, pickup_latitude=BHAKTAPUR[0], pickup_longitude=BHAKTAPUR[1]))
    await expect(sheet.get_by_text(f"Usual for {distance_words(told['distance_km'] * 1000)} is")).to_be_visible()
    await expect(fee).to_have_value("170")


async def test_a_fee_that_somebody_emptied_stays_empty_though_an_answer_that_was_asked_for_before_comes_after(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    page = await signed_in(window, f"/seller?open={bought.sale_id}", bought.seller)
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        asked.set()
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/delivery-fee/?pickup_latitude=*", held)
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Have it delivered").click()
    fee = sheet.locator("[name=delivery_fee]")
    await expect(fee).not_to_have_value("")
    await sheet.locator("[name=pickup_place]").fill(f"{BHAKTAPUR[0]}, {BHAKTAPUR[1]}")
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
    await fee.fill("")
    may_go_on.set()
    await expect(sheet.get_by_text("Usual for ")).to_be_visible()  # that answer has come
    await expect(fee).to_have_value("")

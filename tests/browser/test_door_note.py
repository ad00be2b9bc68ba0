"""What a buyer wants the courier to know about the door, said on the parcel's page and read on the courier's."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, violations
from tests.support.world import World, ok


@pytest.mark.slow
async def test_what_a_buyer_says_about_the_door_stands_on_the_couriers_page_without_a_reload(
    world: World, plain_chromium: Browser, window: Window
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    await remembered(window.context, "shop", bought.customer)
    buyer = await window.open(f"/t/{delivery['tracking_number']}")
    note = buyer.get_by_role("region", name="Note for the courier")
    await note.get_by_role("button").click()
    await expect(note.get_by_role("textbox")).to_be_focused()
    await note.get_by_role("textbox").fill("Ring at the blue gate")
    await note.get_by_role("button", name="Tell the courier").click()
    await expect(note).to_contain_text("Kept for whoever brings it.")
    await expect(note).to_contain_text("Ring at the blue gate")
    await expect(note.get_by_role("button", name="Change the note")).to_be_focused()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    await note.get_by_role("button").click()
    async with courier(world, plain_chromium, driver) as one:
        await expect(one.answer).to_be_visible()
        await note.get_by_role("textbox").fill("Leave it with the guard")
        await note.get_by_role("button", name="Tell the courier").click()
        await expect(note).to_contain_text("Your courier reads it at once.")
        await expect(one.page.get_by_text("Leave it with the guard")).to_be_visible()
    assert await violations(buyer) == []
    await expect(buyer.get_by_text("The note for the courier was changed").first).to_be_visible()
    assert await buyer.get_by_text("Leave it with the guard").count() == 1, "it stands in the note alone"

"""The way that an ended parcel went, drawn on the console's map and kept as a file."""

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import expect

from dispatch.tracking.store import FixStore
from realtime.protocol import Fix
from tests.browser.console.opening import named_driver, opened_console
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, violations
from tests.support.fixes import run_of
from tests.support.places import at, somewhere
from tests.support.world import Driver, Person, World, ok

POINTS = 6


async def carried(world: World, fixes: int) -> tuple[dict[str, Any], Driver]:
    """A parcel that has arrived, and whoever brought it; of its way so many places were told."""
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    [delivery] = await world.deliveries(at(here))
    ok(await ram.post(f"/api/deliveries/{delivery['id']}/accept/"))
    began = datetime.now(UTC)
    ok(await ram.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    step = (datetime.now(UTC) - began) / (fixes + 2)
    told = [Fix(number + 1, here[0] + number * 1e-3, here[1], began + step * (number + 1)) for number in range(fixes)]
    await FixStore(world.server.services.database).write([run_of(ram.transporter_id, [fix]) for fix in told])
    ok(await ram.post(f"/api/deliveries/{delivery['id']}/deliver/"))
    return delivery, ram


async def test_the_way_of_what_ended_is_drawn_where_somebody_wants_it_and_gone_with_its_panel(
    world: World, map_desk: Window, admin: Person
) -> None:
    delivery, _ = await carried(world, POINTS)
    page = await opened_console(map_desk, admin, f"?delivery={delivery['id']}")
    box, panel = page.locator(".map-box .canvas"), page.locator("section[aria-labelledby=way]")
    await expect(box).to_have_attribute("data-went", "0")
    await panel.get_by_role("button", name="Show on the map").click()
    await expect(box).to_have_attribute("data-went", str(POINTS))
    told = panel.get_by_role("status")
    await expect(told).to_contain_text("by the places that its courier's phone told")
    save, words = await panel.get_by_role("button", name="Save as GPX").bounding_box(), await told.bounding_box()
    assert save is not None
    assert words is not None
    assert words["y"] - save["y"] - save["height"] >= 8
    assert await violations(page) == []
    await panel.get_by_role("button", name="Take off the map").click()
    await expect(box).to_have_attribute("data-went", "0")
    await panel.get_by_role("button", name="Show on the map").click()
    await expect(box).to_have_attribute("data-went", str(POINTS))
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(box).to_have_attribute("data-went", "0")


async def test_the_way_of_what_ended_is_kept_as_a_file_at_the_console_and_in_operations(
    world: World, desk: Window, admin: Person
) -> None:
    delivery, _ = await carried(world, POINTS)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save as GPX").click()
    kept = await saved.value
    assert kept.suggested_filename == f"{delivery['tracking_number']}.gpx"
    assert (await kept.path()).read_text().count("<trkpt ") == POINTS
    await page.close()
    room = await signed_in(desk, f"/ops/deliveries/{delivery['id']}", admin)
    async with room.expect_download() as saved:
        await room.get_by_role("button", name="Its way as GPX").click()
    assert (await saved.value).suggested_filename == f"{delivery['tracking_number']}.gpx"


async def test_a_way_of_which_nothing_was_recorded_is_said_so(world: World, desk: Window, admin: Person) -> None:
    delivery, _ = await carried(world, 0)
    page = await opened_console(desk, admin, f"?delivery={delivery['id']}")
    panel = page.locator("section[aria-labelledby=way]")
    await panel.get_by_role("button", name="Show on the map").click()
    await expect(panel.get_by_role("status")).to_have_text("No place of it was recorded.")

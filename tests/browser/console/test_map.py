"""The console's map goes with the list and with what is looked at."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import Window, violations
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok

pytestmark = pytest.mark.slow

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
LONG_AGO = {"requested_pickup_date": "2026-01-01T00:00:00Z", "requested_delivery_date": "2026-01-01T00:00:00Z"}
FAR_M = 80_000


async def _metres(page: Page) -> int:
    """How long a way the bar of the map's scale stands for: more, the more of the world is in the picture."""
    count, unit = (await page.locator(".maplibregl-ctrl-scale").inner_text()).split()
    return int(count) * (1_000 if unit == "km" else 1)


async def test_what_is_looked_at_and_who_has_it_come_into_sight_until_somebody_moves_the_map(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    sita = await named_driver(world, "Sita Rai", north_of(here, FAR_M))
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    path = f"/api/deliveries/{delivery['id']}"
    page = await opened_console(map_desk, admin)
    await expect(page.locator("canvas.fleet")).to_be_attached()

    async def shows(least: int, most: int) -> bool:
        return least <= await _metres(page) <= most

    await until(lambda: shows(5_000, 50_000), "all couriers are in sight")
    await page.locator(f"#list [data-delivery='{delivery['id']}']").click()
    await until(lambda: shows(300, 2_000), "the map turns to the pickup and the door")
    ok(await admin.post(f"{path}/assign/", {"transporter_id": sita.transporter_id}))
    await until(lambda: shows(5_000, 50_000), "whoever has it comes into sight")
    box = await page.locator("canvas.fleet").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    async def closer() -> bool:
        await page.mouse.wheel(0, -400)
        return await _metres(page) < 3_000

    await until(closer, "the wheel zooms a map that fills its panel")
    ok(await admin.post(f"{path}/reassign/", {"transporter_id": ram.transporter_id, "reason": "too_late"}))
    await expect(page.locator(".sheet .facts")).to_contain_text("Ram Thapa")
    assert await _metres(page) < 3_000, "the map stays where somebody moved it"


async def test_the_filter_of_the_list_holds_for_the_map_which_turns_to_what_is_found_and_says_so(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    await named_driver(world, "Sita Rai", north_of(here, FAR_M))
    late, _ = await world.deliveries(at(here) | LONG_AGO, at(north_of(here, FAR_M)) | NO_TIME)
    ok(await admin.post(f"/api/deliveries/{late['id']}/assign/", {"transporter_id": ram.transporter_id}))
    page = await opened_console(map_desk, admin)
    await expect(page.locator("canvas.fleet")).to_be_attached()

    async def shows(least: int, most: int) -> bool:
        return least <= await _metres(page) <= most

    await until(lambda: shows(5_000, 50_000), "everybody is in sight")
    await page.locator(".filter.late").click()
    await expect(page.locator(".map .counted")).to_contain_text("Only what the list shows is bright (parcels: 1)")
    await until(lambda: shows(300, 2_000), "the map turns to what is late")
    await page.locator(".legend summary").click()
    await expect(page.locator(".legend")).to_contain_text("dimmed: not in the filtered list")
    assert await violations(page) == []
    await page.locator(".filter.all").click()
    await expect(page.locator(".map .counted")).to_have_count(0)
    await until(lambda: shows(5_000, 50_000), "everybody is in sight again")

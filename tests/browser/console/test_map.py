"""The console's map goes with the list and with what is looked at."""

import asyncio
import io

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.console.told import Told, courier, forgive_strangers, parcel, stamp
from tests.browser.windows import Window, violations
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.watching import speaking
from tests.support.world import Person, World, ok, ping

pytestmark = pytest.mark.slow

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
LONG_AGO = {"requested_pickup_date": "2026-01-01T00:00:00Z", "requested_delivery_date": "2026-01-01T00:00:00Z"}
FAR_M = 80_000
NEAREST = "300 m"
"""What the bar stands for where the map has gone to a single courier."""
LATE = (0xB3, 0x26, 0x1E)
ACCENT = (0x0B, 0x64, 0x62)
NEAR = 12
RING_PX = 180
"""Fewer pixels are a late parcel's ring with its mark, more are a late courier's disc."""


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
    await expect(page.locator(".map .counted")).to_contain_text("What the list shows is bright, the rest is dimmed.")
    await until(lambda: shows(300, 2_000), "the map turns to what is late")
    await page.locator(".legend summary").click()
    await expect(page.locator(".legend")).to_contain_text("dimmed: not in the filtered list")
    assert await violations(page) == []
    await page.locator(".filter.waiting").click()
    await expect(page.locator(".map .counted")).to_have_count(0)  # who could carry what waits is bright
    await page.locator(".filter.all").click()
    await expect(page.locator(".map .counted")).to_have_count(0)
    await until(lambda: shows(5_000, 50_000), "everybody is in sight again")


async def test_the_map_turns_to_what_comes_into_a_filtered_list_too(map_desk: Window, admin: Person) -> None:
    here, far = (27.7, 85.3), north_of((27.7, 85.3), FAR_M)
    way = {"status": "in_transit", "picked_up_at": stamp(3_000), "expected_at": stamp(-600)}
    first = parcel(1, here, here, **way, transporter_id=1, due_at=stamp(600))
    second = parcel(2, far, far, **way, transporter_id=2)
    couriers = [courier(1, here, active=1), courier(2, far, active=1)]
    told = Told({"transporters": couriers, "deliveries": [first, second]})
    await told.listen(map_desk.context)
    page = await opened_console(map_desk, admin)

    async def shows(least: int, most: int) -> bool:
        return least <= await _metres(page) <= most

    await until(lambda: shows(5_000, 50_000), "everybody is in sight")
    await page.locator(".filter.late").click()
    await until(lambda: shows(100, 2_000), "the map turns to what is late")
    await expect(page.locator(".map .counted")).to_have_count(1)
    told.say(deliveries=[second | {"due_at": stamp(600)}])
    await expect(page.locator(".map .counted")).to_have_count(0)  # all of them are bright
    await until(lambda: shows(5_000, 50_000), "what is late besides comes into sight")
    await page.close()
    forgive_strangers(map_desk.complaints)


async def _pixels(page: Page, colour: tuple[int, int, int]) -> int:
    """How many pixels of the map have a colour, and hardly another."""
    picture = await page.locator(".map-box").screenshot()
    parts = await asyncio.to_thread(lambda: Image.open(io.BytesIO(picture)).convert("RGB").tobytes())
    red, green, blue = colour
    pixels = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return sum(
        abs(one - red) < NEAR and abs(two - green) < NEAR and abs(three - blue) < NEAR for one, two, three in pixels
    )


async def test_what_is_late_is_red_on_the_map_in_a_shape_of_its_own_that_the_legend_names(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    async with speaking(world, ram, here, every_s=5):  # who says nothing for 45 s is drawn otherwise
        [in_time] = await world.deliveries(at(here) | NO_TIME)
        ok(await admin.post(f"/api/deliveries/{in_time['id']}/assign/", {"transporter_id": ram.transporter_id}))
        page = await opened_console(map_desk, admin)
        await expect(page.locator("canvas.fleet")).to_be_attached()
        await expect(page.locator("#list .row.assigned")).to_have_count(1)
        assert await _pixels(page, LATE) == 0
        [late] = await world.deliveries(at(north_of(here, 600)) | LONG_AGO)

        async def a_ring() -> bool:
            return 20 < await _pixels(page, LATE) < RING_PX

        async def a_disc() -> bool:
            return await _pixels(page, LATE) > RING_PX

        await until(a_ring, "the late parcel that waits is a red ring with a mark")
        ok(await admin.post(f"/api/deliveries/{late['id']}/assign/", {"transporter_id": ram.transporter_id}))
        await until(a_disc, "the courier who has it is a red disc with a mark")
        await page.locator(".legend summary").click()
        for words in ("courier with a late parcel", "parcel that waits and is late"):
            await expect(page.locator(".legend")).to_contain_text(words)


async def test_a_row_that_is_pointed_at_shows_its_way_on_the_map_until_it_is_no_longer_and_the_map_stays(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    async with speaking(world, ram, here, every_s=5):  # who says nothing for 45 s is drawn otherwise
        [delivery] = await world.deliveries(at(north_of(here, 600)) | NO_TIME)
        ok(await admin.post(f"/api/deliveries/{delivery['id']}/assign/", {"transporter_id": ram.transporter_id}))
        page = await opened_console(map_desk, admin)
        await expect(page.locator("canvas.fleet")).to_be_attached()
        await expect(page.locator(".sheet")).to_contain_text("0 free · 1 on the way · 0 silent")
        row = page.locator("#list .row.assigned")
        await expect(row).to_have_count(1)
        await page.mouse.move(0, 0)
        seen: list[tuple[str, int]] = []

        async def still() -> bool:
            seen.append((await page.locator(".maplibregl-ctrl-scale").inner_text(), await _pixels(page, ACCENT)))
            return len(seen) > 4 and seen[-1][0] == NEAREST and len(set(seen[-4:])) == 1

        await until(still, "the map has gone to where the fleet is, which is one courier")
        width, before = seen[-1]
        await row.hover()

        async def shown() -> bool:
            return await _pixels(page, ACCENT) > before + 60

        async def gone() -> bool:
            return await _pixels(page, ACCENT) <= before + 10

        await until(shown, "its courier has a ring, and its pickup a mark")
        await page.mouse.move(0, 0)
        await until(gone, "nothing is pointed at any more")
        assert await page.locator(".maplibregl-ctrl-scale").inner_text() == width
        assert "delivery=" not in page.url


async def test_what_the_map_shows_of_a_row_goes_with_the_row_and_before_what_is_chosen_while_the_pointer_rests(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    near, far = await world.deliveries(at(north_of(here, 600)) | NO_TIME, at(north_of(here, FAR_M)) | NO_TIME)
    ok(await admin.post(f"/api/deliveries/{near['id']}/assign/", {"transporter_id": ram.transporter_id}))
    page = await opened_console(map_desk, admin)
    await expect(page.locator("canvas.fleet")).to_be_attached()
    row = page.locator("#list .row.assigned")
    await expect(row).to_have_count(1)
    await page.mouse.move(0, 0)
    seen: list[int] = []

    scale = page.locator(".maplibregl-ctrl-scale")

    async def still() -> bool:
        seen.append(await _pixels(page, ACCENT))
        return len(seen) > 4 and await scale.inner_text() == NEAREST and len(set(seen[-4:])) == 1

    async def shown() -> bool:
        return await _pixels(page, ACCENT) > before + 60

    async def gone() -> bool:
        return await _pixels(page, ACCENT) <= before + 10

    async def elsewhere() -> bool:
        return await scale.inner_text() != NEAREST and await shown()

    await until(still, "the map has gone to where the fleet is, which is one courier")
    before = seen[-1]
    await row.hover()
    await until(shown, "it is pointed at")
    await page.get_by_role("button", name="Fold List").dispatch_event("click")
    await expect(row).to_have_count(0)
    await until(gone, "the row has gone, and the pointer has not moved")
    await page.get_by_role("button", name="Show List").click()
    await row.hover()
    await until(shown, "it is pointed at")
    await page.keyboard.press("j")
    await expect(page.locator(".sheet header")).to_contain_text(far["tracking_number"])
    # 80 km from the row on which the pointer rests: of that one's way nothing is in the picture.
    await until(elsewhere, "the map has gone to what is chosen, and its way is shown")


async def test_where_whoever_is_looked_at_has_been_goes_on_with_every_place_that_its_phone_tells(
    world: World, map_desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    asked: list[str] = []
    map_desk.context.on("request", lambda request: asked.append(request.url) if "/positions/" in request.url else None)
    page = await opened_console(map_desk, admin, f"?courier={ram.transporter_id}")
    box = page.locator(".map-box .canvas")
    await expect(box).to_have_attribute("data-trail", "1")  # where it was before anybody looked
    async with world.phone(ram) as phone:
        for number in range(2, 5):
            await phone.send(ping(number, *north_of(here, number)))
            await phone.until_ack(number)
            await expect(box).to_have_attribute("data-trail", str(number))
    assert len(asked) <= 2, "it was asked for when it was chosen, or with the first picture; the rest is of frames"

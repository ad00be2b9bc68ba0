"""Who is late, silent or gone is told by a shape at every size at which couriers are drawn, and the legend shows it."""

from collections.abc import Awaitable, Callable
from itertools import combinations
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.console.opening import opened_console
from tests.browser.console.told import Told, courier, forgive_strangers, parcel, profile, stamp
from tests.browser.windows import Window, violations
from tests.support.places import north_of
from tests.support.waiting import until
from tests.support.world import Person, Place

pytestmark = pytest.mark.slow

HERE: Place = (27.7172, 85.324)
LOOKS = ("free", "carrying", "late", "stale", "late_stale", "gone")
# Two shapes share less than this of the pixels that either of them covers: a fifth and more is one's alone.
ALIKE = 0.8

# Which pixels of each shape are inked, whatever their colour: the ground around a marker is no ink.
INKED = """() => {
    const ground = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    ground.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--map-land");
    ground.fillRect(0, 0, 1, 1);
    const [red, green, blue] = ground.getImageData(0, 0, 1, 1).data;
    return Object.fromEntries([...document.querySelectorAll(".legend li[data-look]")].map((row) => {
        const canvas = row.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const inked = [];
        for (let at = 0; at < data.length; at += 4) {
            const away = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
            if (data[at + 3] > 128 && away > 120) inked.push(at / 4);
        }
        return [row.dataset.look, inked];
    }));
}"""


def _fleet(many: int) -> dict[str, Any]:
    """One of each kind around a place, and so many others who are free."""
    old = {"presence": "stale", "recorded_at": stamp(70)}
    late = {"status": "in_transit", "due_at": stamp(3600), "picked_up_at": stamp(4000)}
    return {
        "transporters": [
            courier(1, HERE),
            courier(2, north_of(HERE, 60), active=1, heading_deg=45.0),
            courier(3, north_of(HERE, 120), active=1, heading_deg=45.0),
            courier(4, north_of(HERE, 180), **old),
            courier(5, north_of(HERE, 240), active=1, **old),
            courier(6, north_of(HERE, 300), active=1, **old),
            *(courier(100 + number, north_of(HERE, 400 + number * 4)) for number in range(many)),
        ],
        "profiles": [profile(number, f"Courier {number}") for number in range(1, 7)],
        "deliveries": [
            parcel(1, HERE, north_of(HERE, 500), transporter_id=2, status="assigned"),
            parcel(2, HERE, north_of(HERE, 500), transporter_id=3, **late),
            parcel(3, HERE, north_of(HERE, 500), transporter_id=5, **late),
            parcel(4, HERE, north_of(HERE, 500), transporter_id=6, status="picked_up"),
        ],
    }


async def _told_apart(page: Page) -> None:
    inked: dict[str, list[int]] = {}

    async def drawn() -> bool:
        inked.update(await page.evaluate(INKED))
        return all(len(inked.get(look, [])) >= 10 for look in LOOKS)

    await until(drawn, "every shape is drawn")
    for one, other in combinations(LOOKS, 2):
        a, b = set(inked[one]), set(inked[other])
        assert len(a & b) / len(a | b) < ALIKE, f"{one} and {other} look alike but for their colours"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_each_state_of_a_courier_has_a_shape_of_its_own_from_near_from_far_and_in_a_crowd(
    map_desk: Window, admin: Person, scheme: str
) -> None:
    told = Told(_fleet(0))
    await told.listen(map_desk.context)
    page = await opened_console(map_desk, admin)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    await expect(page.locator(".map-box canvas.fleet")).to_be_attached()
    told.say(gone=[6])
    await page.locator(".legend summary").click()
    rows = page.locator(".legend ul")
    await expect(rows).to_have_attribute("data-looks", "markers")
    await _told_apart(page)
    assert await violations(page) == []
    box = await page.locator("canvas.fleet").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)  # beside the legend

    async def small() -> bool:
        await page.mouse.wheel(0, 300)
        return await rows.get_attribute("data-looks") == "small"

    await until(small)
    await _told_apart(page)
    told.say(transporters=_fleet(1_500)["transporters"][6:])
    await page.keyboard.press("g")
    await expect(rows).to_have_attribute("data-looks", "dots")
    await _told_apart(page)


async def test_the_legend_explains_only_what_is_drawn(map_desk: Window, admin: Person) -> None:
    told = Told(_fleet(0))
    await told.listen(map_desk.context)
    page = await opened_console(map_desk, admin)
    await page.locator(".legend summary").click()
    legend = page.locator(".legend")
    await expect(legend).to_contain_text("courier on the way")
    await expect(legend).not_to_contain_text("dimmed")
    await page.locator(".filter.late").click()
    await expect(legend).to_contain_text("dimmed: not in the filtered list")
    await expect(legend).to_contain_text("door of a parcel that is late")


async def test_where_the_chosen_courier_may_be_by_now_grows_from_fifteen_seconds_on_and_ends_with_the_next_word(
    map_desk: Window, admin: Person
) -> None:
    drives = {"speed_mps": 10.0, "heading_deg": 0.0}
    told = Told({"transporters": [courier(1, HERE, **drives)], "profiles": [profile(1, "Ram Thapa")]})
    await told.listen(map_desk.context)
    page = await opened_console(map_desk, admin, "?courier=1")
    box = page.locator(".map-box .canvas")

    async def doubt() -> int:
        return int(await box.get_attribute("data-doubt") or 0)

    async def is_known(place: Place) -> bool:  # told again: a busy machine may take longer to draw than a word is new
        told.say(transporters=[courier(1, place, **drives)])
        return await box.get_attribute("data-doubt") == "0"

    await until(lambda: is_known(HERE), "what has just been told is not doubted")

    told.say(transporters=[courier(1, HERE, recorded_at=stamp(-1), **drives)])
    await until(
        lambda: _over(doubt, 150), "ten metres a second for fifteen seconds, and what the phone says of its place"
    )
    await until(lambda: _over(doubt, 200), "it grows")
    await until(lambda: is_known(north_of(HERE, 200)), "the next word ends the doubt")
    await page.close()
    forgive_strangers(map_desk.complaints)


async def _over(read: Callable[[], Awaitable[int]], least: int) -> bool:
    return await read() > least

"""What looks the same on every page of work, and on dark ground."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.async_api import Browser, Page, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, stand_still, violations
from tests.support.world import World, ok

BRIGHT = 128
"""Of 255."""

LOOK = """(button) => {
    const style = getComputedStyle(button);
    const box = button.getBoundingClientRect();
    const after = document.querySelector(".bar .end > a").getBoundingClientRect();
    return [style.color, style.fontWeight, style.textDecorationLine, style.borderTopWidth, box.right - after.left];
}"""

TOP = "field => field.getBoundingClientRect().top"


async def look_of_the_way_out(page: Page) -> Any:
    """How it looks, and how far it is from the other language, beside which it stands."""
    return await page.get_by_role("button", name="Sign out", exact=True).evaluate(LOOK)


async def test_the_way_out_looks_the_same_in_the_same_place_on_every_page_of_work(world: World, desk: Window) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    looks = [
        await look_of_the_way_out(await signed_in(desk, path, person))
        for path, person in (("/console", admin), ("/console/zones", admin), ("/ops", admin), ("/seller", seller))
    ]
    assert looks == looks[:1] * 4


async def test_a_day_that_is_chosen_is_said_in_the_words_of_the_page(world: World, desk: Window) -> None:
    page = await signed_in(desk, "/console/shifts?day=2026-12-01", await world.admin())
    day = page.get_by_label("Day", exact=True)
    await expect(day).to_have_value("2026-12-01")
    await expect(day).to_have_accessible_description("1 Dec 2026 · 15 Mangsir 2083")
    await expect(page.get_by_text("1 Dec 2026 · 15 Mangsir 2083", exact=True)).to_be_visible()
    tops = [await field.evaluate(TOP) for field in (day, page.get_by_label("Find", exact=True))]
    assert tops[0] == tops[1], "fields beside each other stand on one line"


@pytest.mark.slow
async def test_the_paper_to_sign_on_is_dark_on_dark_ground_and_what_is_kept_is_black_on_white(
    world: World, plain_chromium: Browser
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought, proof={"drop_off": ["signature"]})
    driver = await world.driver()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    async with courier(world, plain_chromium, driver) as one:
        page = one.page
        await stand_still(page, "dark")
        await page.goto(f"{world.server.settings.public_url}/courier/jobs/{delivery['id']}/deliver")
        await page.get_by_role("button", name="Go on here").click()
        pad = page.locator("canvas.pad")

        async def brightness() -> float:
            picture = await pad.screenshot()
            return await asyncio.to_thread(lambda: ImageStat.Stat(Image.open(io.BytesIO(picture)).convert("L")).mean[0])

        assert await brightness() < BRIGHT / 2
        kept = "pad => [...pad.getContext('2d').getImageData(2, 2, 1, 1).data]"
        assert await pad.evaluate(kept) == [255, 255, 255, 255]
        await stand_still(page, "light")
        assert await brightness() > BRIGHT


SMALL = """() => {
    const row = document.createElement("div"); // side by side: what stands alone may be small
    row.style.display = "flex";
    for (const name of ["First", "Second", "Third"]) {
        const button = document.createElement("button");
        Object.assign(button.style, { width: "12px", height: "12px", padding: 0, border: 0 });
        button.ariaLabel = name;
        row.append(button);
    }
    document.querySelector("main").append(row);
}"""


async def test_what_is_too_small_to_be_pressed_is_found_wherever_a_page_is_looked_at(window: Window) -> None:
    page = await window.open("/shop")
    await expect(page.locator(".loaded").first).to_be_visible()
    assert await violations(page) == []
    await page.evaluate(SMALL)
    assert [one.partition(":")[0] for one in await violations(page)] == ["target-size"]

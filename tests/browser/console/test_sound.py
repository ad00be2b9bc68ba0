"""What newly needs somebody is heard once for a burst of it, by whoever wants that and whose browser allows it."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.console.opening import opened_console
from tests.browser.console.told import Told, parcel, stamp
from tests.browser.windows import Window, violations
from tests.support.waiting import until
from tests.support.world import Person, Place

pytestmark = pytest.mark.slow

HERE: Place = (27.7172, 85.324)
# How many tones have begun, whatever the machine's loudspeaker makes of them.
LISTENING = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
    window.tones += 1;
    return start.apply(this, when);
};
"""
# What comes while a large fleet is still being told was there before.
SETTLED = "performance.now() > 15000"


async def _tones(page: Page) -> int:
    return int(await page.evaluate("window.tones"))


async def test_the_first_of_a_burst_sounds_and_the_rest_shows_until_the_switch_that_is_remembered_is_off(
    desk: Window, admin: Person
) -> None:
    await desk.context.add_init_script(LISTENING)
    told = Told({"deliveries": [parcel(1, HERE, HERE)]})
    await told.listen(desk.context)
    page = await opened_console(desk, admin)
    await page.keyboard.press("g")  # a touch lets the page sound
    bell = page.get_by_role("button", name="Sound for the first of what newly needs somebody")
    await expect(bell).to_have_attribute("aria-pressed", "true")
    await until(lambda: page.evaluate(SETTLED), "the page has been there for a while")
    told.say(deliveries=[parcel(2, HERE, HERE, due_at=stamp(3600))])
    await until(lambda: _heard(page), "it sounds")
    await expect(page).to_have_title("(1) Console")
    told.say(deliveries=[parcel(3, HERE, HERE, due_at=stamp(3600))])
    await expect(page).to_have_title("(2) Console")
    assert await _tones(page) == 2, "one chime of two tones"
    assert await violations(page) == []
    await page.keyboard.press("m")
    await expect(bell).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(page.locator(".chip.live")).to_be_visible()
    await expect(bell).to_have_attribute("aria-pressed", "false")


async def _heard(page: Page) -> bool:
    return await _tones(page) > 0

"""Who is asked hears it, on phones too that do not vibrate."""

from playwright.async_api import Browser, expect

from tests.browser.couriers import Courier, courier
from tests.browser.windows import violations
from tests.support.waiting import until
from tests.support.world import World

# How many tones have begun, whatever the machine's loudspeaker makes of them.
LISTENING = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
    window.tones += 1;
    return start.apply(this, when);
};
"""
SOUNDS_AGAIN_MS = 2_000


async def tones(one: Courier) -> int:
    return int(await one.page.evaluate("window.tones"))


async def more_tones(one: Courier, than: int) -> int:
    """How many there are once there are more."""

    async def heard() -> bool:
        return await tones(one) > than

    await until(heard, "it sounds")
    return await tones(one)


async def test_an_offer_sounds_again_and_again_until_the_courier_presses_something(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, script=LISTENING, clock=True) as one:
        await one.page.get_by_role("heading").first.click()  # anything: a touch lets the page sound
        await one.is_asked()
        await expect(one.page.locator("[data-offer]")).to_be_visible()
        first = await more_tones(one, than=0)
        await one.page.clock.fast_forward(SOUNDS_AGAIN_MS)
        await more_tones(one, than=first)
        await one.page.get_by_role("button", name="Not this one").click()
        await expect(one.page.get_by_role("button", name="Too far")).to_be_visible()
        pressed = await tones(one)
        await one.page.clock.fast_forward(5 * SOUNDS_AGAIN_MS)
        await expect(one.page.locator("[data-offer]")).to_be_visible()
        assert await tones(one) == pressed


async def test_a_phone_whose_sound_of_offers_is_off_is_silent_also_after_a_reload_until_it_is_on_again(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, script=LISTENING, clock=True) as one:
        switch = one.page.get_by_label("Sound of offers")
        await switch.uncheck()
        await one.page.reload()
        await expect(switch).not_to_be_checked()
        await one.page.get_by_role("heading").first.click()
        await one.is_asked()
        await expect(one.page.locator("[data-offer]")).to_be_visible()
        await one.page.clock.fast_forward(5 * SOUNDS_AGAIN_MS)
        assert await tones(one) == 0
        await switch.check()
        await more_tones(one, than=0)
        assert await violations(one.page) == []  # last: it takes long on a slow machine, and the offer ends by itself

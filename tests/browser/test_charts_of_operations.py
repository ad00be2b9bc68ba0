"""How the server did over hours, as pictures and as tables, in a browser."""

import re
from datetime import UTC, datetime

from playwright.async_api import expect

from dispatch.analytics.minutes import MINUTE, keep_minute
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, stand_still, unreached, violations
from tests.support.world import World


async def test_an_admin_sees_the_last_hours_as_pictures_and_reads_them_as_tables_after_a_reload_too(
    world: World, desk: Window
) -> None:
    admin, database = await world.admin(), world.server.services.database
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for ago in range(20, 50):
        counted = {"seconds": 60.0, "pings": 60 * ago, "pings_lost": 0, "ack_half_s": 0.005, "ack_most_s": 0.05}
        await keep_minute(database, now - ago * MINUTE, "one", counted | {"solver_runs": 1, "solver_s": 1.5})
    page = await signed_in(desk, "/ops?hours=1", admin)
    rate = page.locator("[data-chart=rate]")
    await expect(rate.locator("canvas")).to_be_visible()
    await expect(rate).to_contain_text(re.compile(r"from .* to 49 a second"))
    await expect(page.locator("[data-chart=latency]")).to_contain_text("50 ms")
    await expect(page.locator("[data-of=charts]")).to_have_text(
        re.compile(r"^From \d+ \w+ \d{4} · \d+ \w+ \d{4}, \d\d:\d\d until \d+ .*, \d\d:\d\d\.$")
    )
    await expect(page.locator("[data-chart=solving]")).to_contain_text("1.5 s")
    await rate.get_by_text("As a table").click()
    await expect(rate.get_by_role("cell", name="20 a second", exact=True)).to_be_visible()
    assert await violations(page) == []
    assert await unreached(page) == []
    await page.reload()
    await expect(rate.locator("canvas")).to_be_visible()
    await expect(page.get_by_role("link", name="1 hour", exact=True)).to_have_attribute("aria-current", "page")
    await page.get_by_role("link", name="7 days").click()
    await expect(page).to_have_url(re.compile("hours=168"))
    await expect(rate.locator("canvas")).to_be_visible()
    await stand_still(page, "dark")
    assert await violations(page) == []


async def test_on_a_phone_charts_fit_the_screen_in_nepali(world: World, window: Window) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    await keep_minute(world.server.services.database, now - 70 * MINUTE, "one", {"seconds": 60.0, "pings": 60})
    page = await signed_in(window, "/ops?hours=6&lang=ne", await world.admin())
    await expect(page.locator("[data-chart=rate] canvas")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await violations(page) == []

"""Why what is late is late, said where a dispatcher looks at it, in a real browser."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.places import at, north_of, somewhere
from tests.support.world import Person, World, ok

NO_TIME: dict[str, Any] = {"requested_pickup_date": None, "requested_delivery_date": None}


def _overdue() -> dict[str, Any]:
    return dict.fromkeys(NO_TIME, (datetime.now(UTC) - timedelta(hours=2)).isoformat())


async def test_what_is_late_says_why_as_far_as_it_is_known_and_what_is_in_time_says_nothing(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    sita = await named_driver(world, "Sita Rai", north_of(here, 2000))
    late, fresh = await world.deliveries(at(here) | _overdue(), at(here) | NO_TIME)
    page = await opened_console(desk, admin, f"?delivery={late['id']}")
    cause, path = page.locator("[data-cause]"), f"/api/deliveries/{late['id']}"
    await expect(cause).to_have_text(re.compile(r"^Why: no courier has it\. It waits since .*\d\d:\d\d\.$"))
    ok(await admin.post(f"{path}/assign/", {"transporter_id": ram.transporter_id}))
    await expect(cause).to_have_text(re.compile(r"^Why: a courier has it since .*\d\d:\d\d only, when it was due"))
    why = {"transporter_id": sita.transporter_id, "reason": "breakdown"}
    ok(await admin.post(f"{path}/reassign/", why))
    await expect(cause).to_have_text(re.compile(r"^Why: it changed hands at .* took it from Ram Thapa and gave it"))
    ok(await admin.post(f"{path}/unassign/", {"reason": "breakdown"}))
    await expect(cause).to_have_text(re.compile(r"^Why: no courier has it since .* took it back from Sita Rai\.$"))
    assert await violations(page) == []
    page = await opened_console(desk, admin, f"?delivery={fresh['id']}")
    await expect(page.locator(".sheet")).to_contain_text(fresh["tracking_number"])
    await expect(page.locator("[data-cause]")).to_have_count(0)


@LANGUAGES_AND_SCHEMES
async def test_the_cause_is_for_everyone(world: World, desk: Window, admin: Person, language: str, scheme: str) -> None:
    (late,) = await world.deliveries(at(somewhere()) | _overdue())
    page = await opened_console(desk, admin, f"?delivery={late['id']}&lang={language}")
    await stand_still(page, scheme)
    await expect(page.locator("[data-cause]")).to_be_visible()
    assert await violations(page) == []

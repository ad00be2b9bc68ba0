"""Who comes in time, after all else that each has to do first."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import Window, violations
from tests.support.places import between, north_of, somewhere
from tests.support.world import Person, World, ok

NO_TIME: dict[str, Any] = {"requested_pickup_date": None, "requested_delivery_date": None}


def _due(*, minutes: int) -> dict[str, Any]:
    return NO_TIME | {"requested_delivery_date": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()}


async def test_the_filled_button_is_for_whoever_comes_in_time_where_the_best_score_would_be_late(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    busy = await named_driver(world, "Busy Best", here)
    await named_driver(world, "Free Far", north_of(here, -6000))
    carried, wanted = await world.deliveries(
        between(here, north_of(here, -9000)) | _due(minutes=40) | {"priority": "urgent"},
        between(here, north_of(here, 5000)) | _due(minutes=75),
    )
    for step in ("accept", "pickup"):
        ok(await busy.post(f"/api/deliveries/{carried['id']}/{step}/", {}))
    page = await opened_console(desk, admin, f"?delivery={wanted['id']}")
    rows = page.locator(".candidate")
    await expect(rows.last).to_contain_text(
        re.compile(r"Busy Best.*at the door (\w{3} )?\d\d:\d\d.* late.* · 1 stop before")
    )
    await expect(rows.first).to_contain_text(re.compile(r"Free Far.*arrives first"))
    await expect(rows.first).not_to_contain_text("stop before")
    filled = page.locator(".candidate .button.first")
    await expect(filled).to_have_text(["Give to Free Far"])
    await expect(page.locator(".candidates")).to_contain_text("Free Far comes in time. Busy Best has the higher score")


async def test_what_somebody_carries_and_would_come_later_is_said_before_another_parcel_is_given(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    busy = await named_driver(world, "Busy Near", here)
    await named_driver(world, "Free Far", north_of(here, -6000))
    carried, wanted = await world.deliveries(
        between(here, north_of(here, -9000)) | NO_TIME | {"delivery_address": "Swayambhu, Kathmandu"},
        between(north_of(here, 500), north_of(here, 5000)) | NO_TIME | {"priority": "urgent"},
    )
    for step in ("accept", "pickup"):
        ok(await busy.post(f"/api/deliveries/{carried['id']}/{step}/", {}))
    page = await opened_console(desk, admin, f"?delivery={wanted['id']}")
    near, far = (page.locator(".candidate", has_text=name) for name in ("Busy Near", "Free Far"))
    await expect(near.locator(".delayed")).to_have_text(
        re.compile(r"^Another delivery of Busy Near, to Swayambhu, would come (\d+ h )?(\d+ min )?later\.$")
    )
    await expect(far).to_be_visible()
    await expect(far.locator(".delayed")).to_have_count(0)
    assert await violations(page) == []

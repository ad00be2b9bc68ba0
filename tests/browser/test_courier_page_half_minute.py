"""Half a minute without network, by the clock. The form by conditions is in ``test_courier_page.py``."""

import time
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from dispatch.deliveries.models import DeliveryStatus
from tests.browser.couriers import courier
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, World, ok

LAT, LON = BHAKTAPUR
OFFLINE_S = 30.0
PLACES = 10


@pytest.mark.heavy
@pytest.mark.usefixtures("nobody_else_waits")
async def test_half_a_minute_without_network_loses_no_position_and_no_step_and_the_step_keeps_its_time(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        began = time.monotonic()
        await one.window.context.set_offline(True)
        for place in range(1, PLACES + 1):
            await until(lambda place=place: time.monotonic() - began >= place * OFFLINE_S / PLACES)  # type: ignore[misc]
            await one.at(LAT + place * 100 / 111_195, LON)
            metres = one.page.locator(".facts").get_by_text(
                f"{place * 100} m away" if place < PLACES else "1.0 km away"
            )
            await expect(metres).to_be_visible()
        before = datetime.now(UTC)
        await one.pick_up()
        after = datetime.now(UTC)
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_be_visible()
        assert time.monotonic() - began >= OFFLINE_S
        await one.window.context.set_offline(False)
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_have_count(0, timeout=90_000)
        assert set(await one.stored_way()) >= {(round(lat, 6), round(lon, 6)) for lat, lon in one.way}
        history = ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"]
        step = next(step for step in history if step["status"] == DeliveryStatus.PICKED_UP)
        assert datetime.fromisoformat(step["noticed_at"]) > after
        happened = datetime.fromisoformat(step["timestamp"])
        assert before.replace(microsecond=0) <= happened <= after
        one.forgive_no_network()

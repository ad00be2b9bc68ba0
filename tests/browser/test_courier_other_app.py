"""A courier whose phone tells the page no place, and whose position another app sends."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.couriers import courier, draw
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nobody_else_waits")]

DENIED = """navigator.geolocation.watchPosition = (found, failed) => { failed({ code: 1 }); return 1; };
navigator.geolocation.getCurrentPosition = () => undefined;"""
HERE: dict[str, Any] = {"pickup_latitude": BHAKTAPUR[0], "pickup_longitude": BHAKTAPUR[1]}
BY_APP = re.compile(r"Your position is sent by Traccar Client")


async def sends_by_app(world: World, driver: Driver, place: tuple[float, float]) -> None:
    """Where the courier is, by an app that is paired."""
    token = ok(await driver.post("/api/transporters/me/devices/", {"name": "Phone"}), 201)["token"]
    sent: dict[str, Any] = {"id": token, "lat": place[0], "lon": place[1], "accuracy": 5}
    sent["timestamp"] = int(datetime.now(UTC).timestamp())
    assert ok(await world.http.get("/api/phones/osmand/", params=sent))["stored"] == 1

    async def stored() -> bool:
        rows = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/positions/"))["results"]
        return any(row["device"].startswith("osmand-") for row in rows)

    await until(stored, "the app's position is in the history")


async def test_who_is_far_from_the_address_by_another_app_is_told_before_the_pickup(
    world: World, plain_chromium: Browser
) -> None:
    driver, delivery = await world.driver(), await world.delivery(**HERE)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await sends_by_app(world, driver, THAMEL)
    async with courier(world, plain_chromium, driver, script=DENIED) as one:
        page = one.page
        await expect(page.locator(".strip .chip").first).to_contain_text(BY_APP)
        await expect(page.locator(".stop .facts")).to_contain_text("km away")
        await page.get_by_role("link", name="Pick up", exact=True).click()
        await expect(one.answer).to_have_text(re.compile(r"You are \d+ km from this address"))
        await page.get_by_role("button", name="Go on here").click()
        await expect(page.get_by_role("button", name="Picked up without a photo")).to_be_visible()
        await expect(page.get_by_text("This phone sends no place with it.")).to_have_count(0)


async def test_until_the_server_has_said_what_sends_positions_nobody_is_told_that_nothing_does(
    world: World, plain_chromium: Browser
) -> None:
    driver, may_answer = await world.driver(), asyncio.Event()
    await sends_by_app(world, driver, THAMEL)

    async def late(route: Route) -> None:
        await may_answer.wait()
        await route.continue_()

    routes = {"**/transporters/me/devices/": late}
    async with courier(world, plain_chromium, driver, script=DENIED, routes=routes) as one:
        chip = one.page.locator(".strip .position .chip")
        await expect(chip).to_contain_text("Looking for your position")
        may_answer.set()
        await expect(chip).to_contain_text(BY_APP)


async def test_somebody_else_who_signs_can_be_named_once_the_signature_is_drawn(
    world: World, plain_chromium: Browser
) -> None:
    driver, delivery = await world.driver(), await world.delivery(requires_signature=False)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    async with courier(world, plain_chromium, driver) as one:
        page = one.page
        await one.at(*THAMEL)
        await page.get_by_role("link", name="Hand over", exact=True).click()
        await page.get_by_role("button", name="Without a photo").click()
        await page.get_by_label("Or, without a signature, the name of who received it").fill("Sarmila Bajgain")
        await draw(page)
        signer = page.get_by_label("Name of who signs")
        await expect(signer).to_have_value("Sarmila Bajgain")
        await signer.fill("Maya Gurung")
        await page.get_by_label("Who that is").select_option("neighbour")
        await page.get_by_role("button", name="Delivered", exact=True).click()
        await one.send_now()
        await expect(page.locator("[data-came=confirmed]")).to_be_visible()
    admin = await world.admin()
    proof = ok(await admin.get(f"/api/deliveries/{delivery['id']}/proof/"))
    assert "Maya Gurung" in str(proof)
    assert "neighbour" in str(proof)

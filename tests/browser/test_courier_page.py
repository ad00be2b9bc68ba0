"""A transporter with the app in hand: at the pickup, at the door, in a cellar without network."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect
from sqlalchemy import select

from dispatch.deliveries.models import Delivery, DeliveryStatus
from tests.browser.couriers import courier
from tests.browser.windows import LANGUAGES_AND_SCHEMES, stand_still, unreached, violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

pytestmark = pytest.mark.usefixtures("nobody_else_waits")

LAT, LON = BHAKTAPUR
# How often the page asks for what is new, and where no socket opens hands in its positions.
ASKED_EVERY_MS = 30_000
HANDED_IN_EVERY_MS = 15_000
# As on a phone that takes its time over a large picture: until it is told to go on.
SLOW_TO_READ = """() => {
    const read = window.createImageBitmap;
    window.createImageBitmap = (...picture) => new Promise((done) => { window.read = () => done(read(...picture)); });
}"""


async def stored(world: World, delivery: dict[str, Any]) -> Delivery:
    async with world.server.services.database.work() as work:
        found = await work.session.scalar(select(Delivery).where(Delivery.id == delivery["id"]))
        assert found is not None
        return found


async def test_a_parcel_is_taken_picked_up_with_a_photo_and_delivered_with_a_signature(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery(requires_signature=True, delivery_instructions="Ring twice")
    async with courier(world, plain_chromium) as one:
        switch = one.page.get_by_role("switch")
        await switch.click()
        await expect(one.answer).to_have_text("You are off duty")
        await switch.click()
        await expect(switch).to_be_checked()
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await expect(one.page.locator(".facts")).to_contain_text("under 10 m away")
        parts = one.page.locator("main > .stop, main > .strip")
        assert await parts.evaluate_all("(all) => all.map((part) => part.classList[0])") == ["stop", "strip"]
        await one.pick_up()
        await expect(one.answer).to_have_text("Thamel, Kathmandu")
        await expect(one.page.get_by_text("Ring twice")).to_be_visible()
        await one.at(*THAMEL)
        await expect(one.page.locator(".facts")).to_contain_text(re.compile(r"\d m away"))
        await one.page.get_by_role("link", name="Hand over", exact=True).click()
        await expect(one.page.get_by_role("button", name="Without a signature")).to_have_count(0)
        await one.sign()
        await one.page.get_by_role("button", name="Delivered without a photo").click()
        await one.send_now()
        await expect(one.answer).to_have_text("Nothing to do now")
        row = await until(lambda: delivered(world, delivery))
        assert (row.pickup_photo is None, row.signature is None, row.delivery_photo) == (False, False, None)


async def delivered(world: World, delivery: dict[str, Any]) -> Delivery | None:
    row = await stored(world, delivery)
    return row if row.status is DeliveryStatus.DELIVERED else None


async def test_without_network_no_position_and_no_step_is_lost_and_the_step_keeps_its_time(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.window.context.set_offline(True)
        for metres in range(100, 700, 100):
            await one.at(LAT + metres / 111_195, LON)
            await expect(one.page.locator(".facts")).to_contain_text(f"{metres} m away")
        before = datetime.now(UTC)
        await one.pick_up()
        after = datetime.now(UTC)
        await expect(one.answer).to_have_text("Thamel, Kathmandu")
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_be_visible()
        await one.page.get_by_role("link", name="To be sent").click()
        await expect(one.page.locator("[data-state=saved]")).to_contain_text("saved on this phone")
        await expect(one.page.get_by_text(re.compile("Positions to be sent: [1-9]"))).to_be_visible()
        assert (await stored(world, delivery)).status is DeliveryStatus.ASSIGNED
        await one.window.context.set_offline(False)
        await expect(one.page.locator("[data-state=confirmed]")).to_contain_text("confirmed", timeout=90_000)
        await expect(one.page.get_by_text("All positions are sent.")).to_be_visible(timeout=90_000)
        picked_up = (await stored(world, delivery)).picked_up_at
        assert picked_up is not None
        assert before <= picked_up <= after
        history = ok(await one.driver.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"]
        step = next(step for step in history if step["status"] == "picked_up")
        assert datetime.fromisoformat(step["noticed_at"]) > picked_up
        await one.stored_way()
        one.forgive_no_network()


@pytest.mark.slow
async def test_what_waits_is_sent_by_a_page_that_was_closed_and_opened_anew_without_network(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await one.has_kept(delivery)
        await one.window.context.set_offline(True)
        await one.pick_up(photo=False, send=False)
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_be_visible()  # not before is it
        await one.page.close()
        one.page = await one.window.open("/courier")
        await expect(one.answer).to_have_text("Thamel, Kathmandu")
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_be_visible()
        await one.window.context.set_offline(False)
        await expect(one.page.get_by_text("Picked up: saved on this phone")).to_have_count(0, timeout=90_000)
        await until(lambda: has_status(world, delivery, DeliveryStatus.PICKED_UP))
        one.forgive_no_network()


@pytest.mark.slow
async def test_a_photo_that_was_taken_is_kept_when_the_page_is_closed_before_the_last_question(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await one.page.get_by_role("link", name="Pick up", exact=True).click()
        await one.take_photo()
        await expect(one.page.get_by_role("img", name="The photo that you took")).to_be_visible()
        await one.page.close()
        one.page = await one.window.open(f"/courier/jobs/{delivery['id']}/pickup")
        await expect(one.page.get_by_role("img", name="The photo that you took")).to_be_visible()
        await one.page.get_by_role("button", name="Picked up", exact=True).click()
        await one.send_now()
        await until(lambda: has_status(world, delivery, DeliveryStatus.PICKED_UP))
        assert (await stored(world, delivery)).pickup_photo is not None


@pytest.mark.slow
async def test_while_a_phone_works_on_a_photo_no_tap_goes_on_without_it(world: World, plain_chromium: Browser) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await one.page.get_by_role("link", name="Pick up", exact=True).click()
        without = one.page.get_by_role("button", name="Picked up without a photo")
        await expect(without).to_be_enabled()
        await one.page.evaluate(SLOW_TO_READ)
        await one.take_photo()
        await expect(without).to_be_disabled()
        await one.page.evaluate("window.read()")
        await one.page.get_by_role("button", name="Picked up", exact=True).click()
        await one.send_now()
        await until(lambda: has_status(world, delivery, DeliveryStatus.PICKED_UP))
        assert (await stored(world, delivery)).pickup_photo is not None


@pytest.mark.slow
async def test_what_was_tapped_too_soon_is_undone_before_it_is_sent_also_by_a_page_opened_anew_without_network(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium, clock=True) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await one.has_kept(delivery)
        await one.window.context.set_offline(True)
        await one.moment_stands()
        await one.pick_up(send=False)
        await expect(one.page.locator("[data-held=pickup]")).to_contain_text("Picked up: Farm Location, Bhaktapur")
        assert await violations(one.page) == []
        await one.page.reload()
        await one.page.get_by_role("button", name="Undo").click()
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await expect(one.page.locator("[data-held]")).to_have_count(0)
        await one.window.context.set_offline(False)
        await one.page.get_by_role("link", name="Pick up", exact=True).click()
        await expect(one.page.get_by_role("img", name="The photo that you took")).to_be_visible()
        await one.page.get_by_role("button", name="Picked up", exact=True).click()
        assert (await stored(world, delivery)).status is DeliveryStatus.ASSIGNED
        await one.page.get_by_role("button", name="Send now").click()
        await one.moment_goes_on()  # where the first try fails, the next one waits for the page's clock
        await until(lambda: has_status(world, delivery, DeliveryStatus.PICKED_UP))
        one.forgive_no_network()


@pytest.mark.slow
async def test_whoever_takes_a_delivery_is_not_told_that_it_came_and_is_told_that_it_is_done(
    world: World, plain_chromium: Browser
) -> None:
    later: dict[str, Any] = {
        "requested_pickup_date": "2031-10-28T09:00:00Z",
        "requested_delivery_date": "2031-10-28T18:00:00Z",
    }
    taken, given = await world.delivery(), await world.delivery(delivery_address="Patan Dhoka, Lalitpur", **later)
    async with courier(world, plain_chromium) as one:
        await one.take(taken)
        await expect(one.page.get_by_text("then to Thamel, Kathmandu")).to_be_visible()
        path = f"/api/deliveries/{given['id']}/assign/"
        ok(await (await world.admin()).post(path, {"transporter_id": one.driver.transporter_id}))
        await expect(one.page.locator(".notice")).to_have_text("New delivery: Patan Dhoka, LalitpurOK")
        await one.page.get_by_role("button", name="OK").click()
        await expect(one.page.locator(".notice")).to_have_count(0)
        await one.pick_up(photo=False)
        await one.page.get_by_role("link", name="Hand over", exact=True).click()
        await expect(one.answer).to_have_text(re.compile(r"You are [\d.]+ km from this address"))
        await one.page.get_by_role("button", name="Go on here").click()
        await one.page.get_by_role("button", name="Without a photo").dblclick()  # a tap too many ends nothing
        await expect(one.page.locator("canvas.pad")).to_be_visible()
        await one.page.get_by_role("button", name="Delivered without a signature").click()
        await one.send_now()
        await expect(one.page.locator(".notice")).to_contain_text("Delivered: Thamel, Kathmandu")


async def has_status(world: World, delivery: dict[str, Any], status: DeliveryStatus) -> bool:
    return (await stored(world, delivery)).status is status


@pytest.mark.slow
async def test_of_two_phones_that_take_a_delivery_one_gets_it_and_both_say_what_is_true(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    asked: list[str] = []

    async def both_asked(route: Route) -> None:
        asked.append(route.request.url)
        await until(lambda: len(asked) == 2, "both have pressed the button")
        await route.continue_()

    routes = {"**/accept/": both_asked}
    async with (
        courier(world, plain_chromium, routes=routes) as first,
        courier(world, plain_chromium, routes=routes) as second,
    ):
        phones = [first, second]
        for phone in phones:
            await expect(phone.page.locator(f"[data-delivery='{delivery['id']}']")).to_be_visible()
        await asyncio.gather(*(phone.take(delivery) for phone in phones))
        owner = await until(lambda: owner_of(world, delivery))
        winner, loser = sorted(phones, key=lambda phone: phone.driver.transporter_id != owner)
        await expect(winner.answer).to_have_text("Farm Location, Bhaktapur")
        await expect(loser.page.get_by_role("alert").filter(has_text="Somebody else was first")).to_be_visible()
        await expect(loser.answer).to_have_text("Nothing to do now")
        await expect(loser.page.locator(f"[data-delivery='{delivery['id']}']")).to_have_count(0)
        loser.window.complaints[:] = [said for said in loser.window.complaints if "409" not in said]


async def owner_of(world: World, delivery: dict[str, Any]) -> int | None:
    return (await stored(world, delivery)).transporter_id


@pytest.mark.slow
async def test_what_was_taken_back_meanwhile_is_refused_with_the_truth_and_kept_until_it_was_read(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.window.context.set_offline(True)
        await one.pick_up()
        ok(await one.driver.patch("/api/transporters/me/", {"is_available": False}))
        await one.window.context.set_offline(False)
        await one.page.get_by_role("link", name="To be sent").click()
        refused = one.page.locator("[data-state=refused]")
        await expect(refused).to_contain_text("given to somebody else or cancelled meanwhile", timeout=90_000)
        await expect(refused).to_contain_text("your proof is kept: the dispatcher can see what you sent")
        await expect(refused.get_by_role("link", name="Save the picture")).to_be_visible()
        await refused.get_by_role("button", name="Remove it").click()
        await one.page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
        await expect(refused).to_have_count(0)
        one.forgive_no_network()
        one.window.complaints[:] = [said for said in one.window.complaints if "409" not in said]


@pytest.mark.slow
async def test_signing_out_with_something_unsent_asks_again_and_loses_nothing(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.answer).to_have_text("Farm Location, Bhaktapur")
        await one.window.context.set_offline(True)
        await one.pick_up(photo=False)
        await one.page.get_by_role("button", name="Sign out").click()
        dialog = one.page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Not sent yet")
        assert await violations(one.page) == []
        await dialog.get_by_role("button", name="Stay").click()
        await expect(dialog).to_have_count(0)
        await expect(one.page.get_by_role("button", name="Sign out")).to_be_focused()
        await one.window.context.set_offline(False)
        await until(lambda: has_status(world, delivery, DeliveryStatus.PICKED_UP))
        one.forgive_no_network()


@pytest.mark.slow
async def test_where_no_socket_comes_through_positions_are_handed_in_all_the_same(
    world: World, plain_chromium: Browser
) -> None:
    may_go_on = asyncio.Event()

    async def held(route: Route) -> None:
        await may_go_on.wait()
        await route.continue_()

    routes = {"**/transporters/me/positions/": held}
    async with courier(world, plain_chromium, sockets=False, clock=True, routes=routes) as one:
        await one.at(*THAMEL)
        await expect(one.page.get_by_role("link", name="To be sent")).to_be_visible()
        may_go_on.set()
        await one.page.clock.fast_forward(HANDED_IN_EVERY_MS)
        await one.stored_way()
        await expect(one.page.get_by_role("link", name="To be sent")).to_have_count(0)


@pytest.mark.slow
async def test_of_two_windows_one_sends_the_position_and_the_other_says_so_and_may_take_over(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium) as one:
        other = await one.window.open("/courier")
        await expect(other.locator(".bar .chip.live")).to_be_visible()
        await expect(one.page.get_by_text("open in another window")).to_be_visible()
        await one.page.get_by_role("button", name="Use it here").click()
        await expect(one.page.locator(".bar .chip.live")).to_be_visible()
        await expect(other.get_by_text("open in another window")).to_be_visible()


@pytest.mark.slow
async def test_a_tracking_app_is_paired_by_a_code_and_the_page_says_that_its_position_is_live(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, clock=True) as one:
        await one.page.get_by_role("link", name="Use another app").click()
        await one.page.get_by_role("button", name="Pair Traccar Client").click()
        await expect(one.page.get_by_role("img", name="QR code")).to_be_visible()
        token = await one.page.locator(".token").inner_text()
        await one.window.context.clear_permissions()
        now = int(datetime.now(UTC).timestamp()) + 30  # newer than what the page itself has sent
        sent: dict[str, Any] = {
            "id": token,
            "lat": THAMEL[0],
            "lon": THAMEL[1],
            "timestamp": now,
            "accuracy": 5,
            "batt": 90,
        }
        assert ok(await world.http.get("/api/phones/osmand/", params=sent))["stored"] == 1
        await until(one.has_sent_by_app)
        await one.page.clock.fast_forward(ASKED_EVERY_MS)
        await expect(one.page.locator(".strip .chip")).to_contain_text(
            re.compile(r"Your position is sent by Traccar Client.*, last \d+ \w+ ago")
        )
        await one.page.get_by_role("button", name="End it").click()
        await one.page.get_by_role("dialog").get_by_role("button", name="End it").click()
        await expect(one.page.get_by_text("None yet.")).to_be_visible()
        sent["timestamp"] = now + 5
        assert (await world.http.get("/api/phones/osmand/", params=sent)).status_code == 401


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_courier_page_is_for_everyone(
    world: World, plain_chromium: Browser, scheme: str, language: str
) -> None:
    delivery, _ = await world.deliveries({}, {"pickup_address": "Patan Dhoka"})
    async with courier(world, plain_chromium) as one:
        await one.take(delivery)
        await expect(one.page.locator("[data-stop=pickup]")).to_be_visible()
        await stand_still(one.page, scheme)
        for path in ("", f"/jobs/{delivery['id']}/pickup", "/queue", "/phone"):
            await one.page.goto(f"{world.server.settings.public_url}/courier{path}?lang={language}")
            await expect(one.page.locator("main h1")).to_be_visible()
            await expect(one.page.locator(".chip.live").first).to_be_visible()
            assert await violations(one.page) == [], path
            assert await unreached(one.page) == [], path

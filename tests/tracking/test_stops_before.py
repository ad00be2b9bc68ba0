"""Whoever waits for a parcel is told when it comes after all else that is done first, and how many stops that is."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import websockets

from tests.support.places import between, north_of, somewhere
from tests.support.told_numbers import tells
from tests.support.waiting import PATIENCE_S
from tests.support.watching import watch
from tests.support.world import Driver, World, ok

Here = tuple[float, float]
MINUTE = timedelta(minutes=1)
AT_ONCE: dict[str, Any] = {"requested_pickup_date": None}


async def _aboard(world: World, driver: Driver, *doors: Here, here: Here) -> list[dict[str, Any]]:
    """Parcels that were picked up here, each with its door."""
    made = await world.deliveries(*[between(here, door) for door in doors])
    await world.online_at(driver, *here)
    for one in made:
        ok(await driver.post(f"/api/deliveries/{one['id']}/accept/", {}))
        ok(await driver.post(f"/api/deliveries/{one['id']}/pickup/", {}))
    return made


async def _track(world: World, one: dict[str, Any]) -> dict[str, Any]:
    return dict(ok(await world.http.get(f"/api/deliveries/{one['tracking_number']}/track/")))


async def _eta_of(watcher: websockets.ClientConnection, stops: int) -> dict[str, Any]:
    """The first window that comes with so many stops before it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            eta = json.loads(await watcher.recv()).get("eta")
            if eta is not None and eta["stops_before"] == stops:
                return dict(eta)


async def test_a_customer_is_told_the_arrival_after_the_other_stops_and_their_number_alone(world: World) -> None:
    here, driver = somewhere(), await world.driver()
    doors = [north_of(here, metres) for metres in (2000, 4000, 6000)]
    first, second, last = await _aboard(world, driver, *doors, here=here)
    told = [await _track(world, one) for one in (first, second, last)]
    assert [one["eta"]["stops_before"] for one in told] == [0, 1, 2]
    assert told[0]["eta"]["latest"] < told[1]["eta"]["latest"] < told[2]["eta"]["latest"]
    for other, (lat, _) in zip((first, second), doors, strict=False):
        assert tells(other, lat), "their own senders know it"
        assert not tells(told[2], lat), "where the others go is nobody's business"
    async with watch(world, last["tracking_number"]) as watcher:
        snapshot = json.loads(await watcher.recv())
        assert snapshot["eta"]["stops_before"] == 2
        ok(await driver.post(f"/api/deliveries/{first['id']}/deliver/", {}))
        sooner = await _eta_of(watcher, 1)
    assert sooner["latest"] < snapshot["eta"]["latest"]


async def test_a_watcher_hears_of_a_stop_that_came_before_and_the_order_and_the_track_say_the_same(
    world: World,
) -> None:
    here, driver = somewhere(), await world.driver()
    bought = await world.bought()
    far, near = north_of(here, 6000), north_of(here, 1500)
    mine = await world.delivery(bought, **between(here, far))
    (other,) = await world.deliveries(between(here, near) | AT_ONCE)
    await world.online_at(driver, *here)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{mine['id']}/{step}/", {}))
    async with watch(world, mine["tracking_number"]) as watcher:
        alone = await _eta_of(watcher, 0)
        ok(await driver.post(f"/api/deliveries/{other['id']}/accept/", {}))
        later = await _eta_of(watcher, 2)  # the shop and the door of the other
    assert alone["latest"] < later["latest"]
    told = await _track(world, mine)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert told["eta"]["stops_before"] == 2
    assert told["estimated_delivery_time"] == order["estimated_delivery_date"] > alone["latest"]


async def test_what_is_kept_of_a_promise_counts_the_stops_before_however_it_was_given(world: World) -> None:
    here, driver, admin = somewhere(), await world.driver(), await world.admin()
    await _aboard(world, driver, north_of(here, 1500), north_of(here, 2500), here=here)
    door = north_of(here, 4000)
    by_hand, by_itself, own = await world.deliveries(*[between(here, door) | AT_ONCE] * 3)
    shown = ok(await admin.get(f"/api/deliveries/{by_hand['id']}/candidates/"))["candidates"]
    assert [one["stops_before"] for one in shown] == [2]
    given = ok(await admin.post(f"/api/deliveries/{by_hand['id']}/assign/", {"transporter_id": driver.transporter_id}))
    assert abs(_moment(given["estimated_delivery_time"]) - _moment(shown[0]["estimated_delivery_time"])) <= MINUTE
    # All of them from one shop to one house: what each is promised is the same, however it was given.
    alone = ok(await admin.post("/api/auto-assign/", {"delivery_id": by_itself["id"]}))
    taken = ok(await driver.post(f"/api/deliveries/{own['id']}/accept/", {}))
    for one in (alone, taken):
        assert abs(_moment(one["estimated_delivery_time"]) - _moment(given["estimated_delivery_time"])) <= MINUTE
    for one in (by_hand, by_itself, own):
        told = await _track(world, one)
        assert told["eta"]["stops_before"] == 2
        assert abs(_moment(told["estimated_delivery_time"]) - _moment(given["estimated_delivery_time"])) <= MINUTE


async def test_a_candidate_who_carries_others_is_expected_after_them_and_one_who_is_free_straight(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    busy, free = await world.driver(), await world.driver()
    await _aboard(world, busy, north_of(here, -1500), here=here)
    await world.online_at(free, *here)
    door = north_of(here, 3000)
    (wanted,) = await world.deliveries(between(here, door) | AT_ONCE)
    found = ok(await admin.get(f"/api/deliveries/{wanted['id']}/candidates/"))["candidates"]
    told = {one["transporter"]["id"]: one for one in found}
    there, later = told[free.transporter_id], told[busy.transporter_id]
    assert (there["stops_before"], later["stops_before"]) == (0, 1)
    assert there["estimated_delivery_time"] < later["estimated_delivery_time"]


async def test_a_candidate_tells_which_of_its_others_would_come_later_and_by_how_much_it_does_once_it_is_given(
    world: World,
) -> None:
    here, admin = somewhere(), await world.admin()
    busy, free = await world.driver(), await world.driver()
    (carried,) = await _aboard(world, busy, north_of(here, -9000), here=here)
    await world.online_at(free, *here)
    urgent = between(north_of(here, 1000), north_of(here, 3000)) | AT_ONCE | {"priority": "urgent"}
    (wanted,) = await world.deliveries(urgent)
    before = (await _track(world, carried))["eta"]["latest"]
    found = ok(await admin.get(f"/api/deliveries/{wanted['id']}/candidates/"))["candidates"]
    delays = {one["transporter"]["id"]: one["delays"] for one in found}
    assert delays[free.transporter_id] == []
    [delay] = delays[busy.transporter_id]
    assert delay["delivery_id"] == carried["id"]
    body = {"transporter_id": busy.transporter_id}
    ok(await admin.post(f"/api/deliveries/{wanted['id']}/assign/", body))
    after = (await _track(world, carried))["eta"]
    # A window is wider the longer the way: its likely moment is what is later by so much.
    assert _moment(after["latest"]) - _moment(before) >= timedelta(seconds=delay["by_s"]) - MINUTE


async def test_a_delivery_whose_next_try_is_agreed_is_before_nobody(world: World) -> None:
    here, driver = somewhere(), await world.driver()
    near, far = await _aboard(world, driver, north_of(here, 1500), north_of(here, 4000), here=here)
    assert (await _track(world, far))["eta"]["stops_before"] == 1
    again = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    body = {"reason": "nobody_there", "next_try_at": again}
    ok(await driver.post(f"/api/deliveries/{near['id']}/attempts/", body), 201)
    assert (await _track(world, far))["eta"]["stops_before"] == 0
    assert (await _track(world, near))["eta"] is None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_courier_reads_its_stops_in_the_order_that_the_customers_are_told(world: World) -> None:
    here, driver = somewhere(), await world.driver()
    far, near = await _aboard(world, driver, north_of(here, 4000), north_of(here, 1500), here=here)
    shop = north_of(here, 2500)
    (between_them,) = await world.deliveries(between(shop, north_of(here, 5000)) | AT_ONCE)
    ok(await driver.post(f"/api/deliveries/{between_them['id']}/accept/", {}))
    listed = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))["results"]
    stops = {(row["id"], stop["kind"]): stop for row in listed for stop in row["stops"]}
    order = sorted(stops, key=lambda name: stops[name]["number"])
    assert order == [
        (near["id"], "dropoff"),
        (between_them["id"], "pickup"),
        (far["id"], "dropoff"),
        (between_them["id"], "dropoff"),
    ]
    assert [stops[name]["number"] for name in order] == [1, 2, 3, 4]
    for one, before in ((near, 0), (far, 2), (between_them, 2)):
        told = await _track(world, one)
        assert told["eta"]["stops_before"] == before
        at_door = _moment(stops[one["id"], "dropoff"]["estimated_time"])
        assert abs(at_door - _moment(told["estimated_delivery_time"])) <= MINUTE
    ok(await driver.post(f"/api/deliveries/{near['id']}/deliver/", {}))
    after = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))["results"]
    assert {row["id"]: [stop["number"] for stop in row["stops"]] for row in after} == {
        near["id"]: [],
        between_them["id"]: [1, 3],
        far["id"]: [2],
    }


async def test_a_parcel_that_nobody_took_is_expected_at_no_time_until_somebody_says_when_it_is_tried_again(
    world: World,
) -> None:
    here, driver, admin = somewhere(), await world.driver(), await world.admin()
    near, far = await _aboard(world, driver, north_of(here, 1500), north_of(here, 4000), here=here)
    async with watch(world, near["tracking_number"]) as watcher:
        await _eta_of(watcher, 0)
        ok(await driver.post(f"/api/deliveries/{near['id']}/attempts/", {"reason": "nobody_there"}), 201)
        async with asyncio.timeout(PATIENCE_S):
            while (frame := json.loads(await watcher.recv()))["type"] != "snapshot":
                pass
    told = await _track(world, near)
    assert (frame["eta"], told["eta"], told["estimated_delivery_time"]) == (None, None, None)
    assert (await _track(world, far))["eta"]["stops_before"] == 0
    page = (await world.http.get(f"/t/{near['tracking_number']}")).text
    assert "min" not in page.split('class="answer">')[1].split("</h1>")[0]
    now = datetime.now(UTC)
    window = {"starts_at": (now + MINUTE).isoformat(), "ends_at": (now + 60 * MINUTE).isoformat()}
    ok(await admin.post(f"/api/deliveries/{near['id']}/reschedule/", window))
    assert (await _track(world, near))["estimated_delivery_time"] is not None


async def test_whoever_gets_a_parcel_that_nobody_took_is_expected_among_its_stops_and_not_after_them(
    world: World,
) -> None:
    here, driver, taker, admin = somewhere(), await world.driver(), await world.driver(), await world.admin()
    (tried,) = await _aboard(world, driver, north_of(here, 1500), here=here)
    await _aboard(world, taker, north_of(here, 6000), here=here)
    ok(await driver.post(f"/api/deliveries/{tried['id']}/attempts/", {"reason": "nobody_there"}), 201)
    shown = ok(await admin.get(f"/api/deliveries/{tried['id']}/candidates/"))["candidates"]
    assert [one["stops_before"] for one in shown if one["transporter"]["id"] == taker.transporter_id] == [0]
    body = {"transporter_id": taker.transporter_id, "taken_from": driver.transporter_id, "reason": "breakdown"}
    moved = ok(await admin.post(f"/api/deliveries/{tried['id']}/transfer/", body))
    told = await _track(world, tried)
    assert told["eta"]["stops_before"] == 0
    kept = _moment(moved["estimated_delivery_time"])
    assert abs(kept - _moment(told["estimated_delivery_time"])) <= MINUTE


async def test_a_watcher_hears_that_a_parcel_became_urgent_and_that_it_is_fetched_later(world: World) -> None:
    here, driver, admin = somewhere(), await world.driver(), await world.admin()
    near, far = await _aboard(world, driver, north_of(here, 1500), north_of(here, -1700), here=here)
    async with watch(world, far["tracking_number"]) as watcher:
        await _eta_of(watcher, 1)
        ok(await admin.post(f"/api/deliveries/{far['id']}/priority/", {"priority": "urgent"}))
        await _eta_of(watcher, 0)
    assert (await _track(world, near))["eta"]["stops_before"] == 1
    other, place = await world.driver(), somewhere()
    (alone,) = await world.deliveries(between(place, north_of(place, 2000)) | AT_ONCE)
    await world.online_at(other, *place)
    ok(await other.post(f"/api/deliveries/{alone['id']}/accept/", {}))
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    async with watch(world, alone["tracking_number"]) as watcher:
        soon = await _eta_of(watcher, 0)
        ok(await other.post(f"/api/deliveries/{alone['id']}/accept/", {"estimated_pickup_time": later}))
        async with asyncio.timeout(PATIENCE_S):
            while (await _eta_of(watcher, 0))["earliest"] <= soon["latest"]:
                pass


async def test_what_goes_back_aboard_is_a_stop_where_it_lies_and_is_expected_from_the_beginning(world: World) -> None:
    here, driver, admin = somewhere(), await world.driver(), await world.admin()
    refused, other = await _aboard(world, driver, north_of(here, 1500), north_of(here, 6000), here=here)
    back = ok(await admin.post(f"/api/deliveries/{refused['id']}/return/", {"reason": "Nobody wants it"}))["delivery"]
    listed = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))["results"]
    numbers = {row["id"]: [stop["number"] for stop in row["stops"]] for row in listed}
    assert numbers == {back["id"]: [1], other["id"]: [2]}, "its seller is here, and the other door is far"
    told = await _track(world, back)
    assert told["eta"]["stops_before"] == 0
    (setback,) = ok(await admin.get("/api/marketplace/setbacks/", search=back["tracking_number"]))["results"]
    assert setback["expected_at"] is not None

"""What somebody who watches a parcel sees."""

import asyncio
import json
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from realtime.protocol import Close
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok, ping


async def _next(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame


def _watch(world: World, tracking_number: str) -> websockets.connect:
    return websockets.connect(f"{world.ws_url}/ws/track/{tracking_number}", open_timeout=PATIENCE_S)


async def _under_way(world: World) -> tuple[dict[str, Any], Driver]:
    delivery, driver = await world.delivery(), await world.driver()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    return delivery, driver


async def test_a_watcher_gets_a_snapshot_and_then_every_move_without_asking(world: World) -> None:
    delivery, driver = await _under_way(world)
    async with world.phone(driver) as phone, _watch(world, delivery["tracking_number"]) as watcher:
        snapshot = await _next(watcher)
        assert (snapshot["type"], snapshot["status"], snapshot["position"]) == ("snapshot", "assigned", None)
        offsets = [snapshot["offset"]]
        for seq in range(1, 4):
            await phone.send(ping(seq, 27.6 + seq / 100, 85.4, accuracy_m=5.0))
            frame = await _next(watcher)
            assert (frame["type"], frame["lat"], frame["lon"]) == ("position", 27.6 + seq / 100, 85.4)
            assert frame["accuracy_m"] == 5.0
            assert 0 <= frame["age_s"] < 60
            assert frame["eta"]["earliest"] < frame["eta"]["latest"]
            offsets.append(frame["offset"])
            await phone.until_ack(seq)
    epochs = {offset.split(":")[0] for offset in offsets}
    numbers = [int(offset.split(":")[1]) for offset in offsets]
    assert len(epochs) == 1
    assert numbers == sorted(set(numbers))


async def test_a_late_watcher_sees_the_present_position_at_once(world: World) -> None:
    delivery, driver = await _under_way(world)
    await world.online_at(driver, *BHAKTAPUR)
    async with _watch(world, delivery["tracking_number"]) as watcher:
        position = (await _next(watcher))["position"]
    assert (position["lat"], position["lon"]) == BHAKTAPUR
    assert set(position) == {"lat", "lon", "recorded_at", "received_at", "accuracy_m", "age_s"}


async def test_the_position_is_hidden_before_and_after_the_delivery_is_under_way(world: World) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    async with _watch(world, delivery["tracking_number"]) as watcher:
        assert (await _next(watcher))["position"] is None
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/", {}))
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"{path}/{step}/", {"latitude": THAMEL[0], "longitude": THAMEL[1]}))
    async with _watch(world, delivery["tracking_number"]) as watcher:
        last = await _next(watcher)
        assert (last["status"], last["position"]) == ("delivered", None)
        await watcher.wait_closed()
        assert watcher.close_code == Close.OVER


async def test_several_watchers_of_one_parcel_see_the_same_frames(world: World) -> None:
    delivery, driver = await _under_way(world)
    async with (
        world.phone(driver) as phone,
        _watch(world, delivery["tracking_number"]) as one,
        _watch(world, delivery["tracking_number"]) as two,
    ):
        for watcher in (one, two):
            assert (await _next(watcher))["type"] == "snapshot"
        await phone.send(ping(1, *THAMEL))
        assert await _next(one) == await _next(two)


async def test_a_watcher_sees_nothing_of_other_transporters(world: World) -> None:
    delivery, driver = await _under_way(world)
    stranger = await world.driver()
    async with _watch(world, delivery["tracking_number"]) as watcher:
        await _next(watcher)
        await world.online_at(stranger, 27.5, 85.1)
        await world.online_at(driver, *THAMEL)
        frame = await _next(watcher)
    assert (frame["lat"], frame["lon"]) == THAMEL


async def test_an_unknown_tracking_number_closes_with_4404(world: World) -> None:
    for number in ("TRK0000000000", "nonsense", "TRK%00", "x" * 500):
        async with _watch(world, number) as watcher:
            assert (await _next(watcher))["type"] == "error"
            await watcher.wait_closed()
            assert watcher.close_code == Close.NOT_FOUND


async def test_the_phone_number_shows_only_while_the_delivery_is_under_way(world: World) -> None:
    delivery, driver = await _under_way(world)
    address = f"/api/deliveries/{delivery['tracking_number']}/track/"
    assert ok(await world.http.get(address))["transporter"]["phone"] == "+977-9841555555"
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    assert ok(await world.http.get(address))["transporter"] is None
    assert ok(await (await world.admin()).get(address))["transporter"]["phone"] is None


async def test_the_plain_answer_has_the_position_of_the_frames_while_the_delivery_is_under_way(world: World) -> None:
    delivery, driver = await _under_way(world)
    address = f"/api/deliveries/{delivery['tracking_number']}/track/"
    async with _watch(world, delivery["tracking_number"]) as watcher:
        await _next(watcher)
        assert ok(await world.http.get(address))["position"] is None
        await world.online_at(driver, *THAMEL)
        frame = await _next(watcher)
    position = ok(await world.http.get(address))["position"]
    assert position.pop("age_s") >= frame["age_s"]
    assert position == {key: frame[key] for key in ("lat", "lon", "recorded_at", "accuracy_m")}
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    assert ok(await world.http.get(address))["position"] is None


async def test_a_watcher_that_sends_frames_is_listened_to_politely_and_ignored(world: World) -> None:
    delivery, driver = await _under_way(world)
    async with _watch(world, delivery["tracking_number"]) as watcher:
        await _next(watcher)
        await watcher.send("anything")
        await world.online_at(driver, *THAMEL)
        assert (await _next(watcher))["type"] == "position"

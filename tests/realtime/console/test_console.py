"""What a dispatcher's console sees."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import websockets
from redis.asyncio import Redis
from sqlalchemy import update

from dispatch.deliveries.models import Delivery
from realtime.console.fleet import DELIVERY, TRANSPORTER, FleetState
from realtime.console.fleet_watch import FleetRules, FleetWatch
from realtime.console.frames import MAX_ITEMS, Area
from realtime.protocol import Close
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, close_code, next_frame, speaking, step
from tests.support.world import BHAKTAPUR, THAMEL, Person, World, ok, ping

EVERYTHING = {"type": "subscribe"}
THAMEL_AREA = {"south": 27.70, "west": 85.30, "north": 27.73, "east": 85.34}


class Console:
    """A dispatcher's side of the socket: what it knows after all frames so far."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.transporters: dict[int, dict[str, Any]] = {}
        self.deliveries: dict[int, dict[str, Any]] = {}
        self.profiles: dict[int, dict[str, Any]] = {}
        self.introduced: list[int] = []
        self.frames: list[dict[str, Any]] = []

    async def subscribe(self, area: dict[str, float] | None = None) -> None:
        await self.socket.send(json.dumps(EVERYTHING | ({"area": area} if area else {})))
        while not (await self.read()).get("reset"):
            pass

    async def read(self) -> dict[str, Any]:
        """The next frame of the fleet; runs and searches of other tests are told in between."""
        while (frame := await next_frame(self.socket))["type"] in ("run", "search"):
            pass
        assert frame["type"] == "fleet"
        assert len(frame["transporters"]) + len(frame["deliveries"]) <= MAX_ITEMS
        self.frames.append(frame)
        if frame["reset"]:
            self.transporters, self.deliveries = {}, {}
        self.transporters |= {one["id"]: one for one in frame["transporters"]}
        self.deliveries |= {one["id"]: one for one in frame["deliveries"]}
        self.profiles |= {one["id"]: one for one in frame["profiles"]}
        self.introduced += [one["id"] for one in frame["profiles"]]
        for gone in frame["gone"]:
            del self.transporters[gone]
        return frame

    async def until_transporter(self, transporter_id: int, **values: object) -> dict[str, Any]:
        return await self._until(lambda: self.transporters.get(transporter_id), values)

    async def until_delivery(self, delivery_id: int, **values: object) -> dict[str, Any]:
        return await self._until(lambda: self.deliveries.get(delivery_id), values)

    async def _until(self, find: Any, values: dict[str, object]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found: dict[str, Any] | None = find()
            if found is not None and all(found[key] == value for key, value in values.items()):
                return found
            assert time.monotonic() < deadline, f"never came: {values}; it stays {found}"
            await self.read()


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


@asynccontextmanager
async def _console(world: World, admin: Person) -> AsyncIterator[Console]:
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    options: dict[str, Any] = {"subprotocols": names, "max_size": None, "open_timeout": PATIENCE_S}
    async with websockets.connect(f"{world.ws_url}/ws/console", **options) as socket:
        yield Console(socket)


async def test_a_console_sees_the_fleet_first_and_then_what_changes(world: World, admin: Person) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    async with _console(world, admin) as console:
        await console.subscribe()
        found = await console.until_transporter(driver.transporter_id, lat=BHAKTAPUR[0], active=0)
        assert set(found) == {
            *("id", "lat", "lon", "recorded_at", "speed_mps", "heading_deg", "active"),
            *("presence", "battery"),
        }
        waiting = await console.until_delivery(delivery["id"], status="available", transporter_id=None)
        assert waiting["tracking_number"] == delivery["tracking_number"]
        assert waiting["pickup"] == {"lat": BHAKTAPUR[0], "lon": BHAKTAPUR[1]}
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
        await console.until_delivery(delivery["id"], status="assigned", transporter_id=driver.transporter_id)
        await console.until_transporter(driver.transporter_id, active=1)
        await world.online_at(driver, *THAMEL)
        await console.until_transporter(driver.transporter_id, lat=THAMEL[0], lon=THAMEL[1])
        await step(driver, delivery, "pickup", "deliver")
        await console.until_delivery(delivery["id"], status="delivered")
        await console.until_transporter(driver.transporter_id, active=0)
    assert [frame["reset"] for frame in console.frames].count(True) == 1


async def test_only_what_changed_is_sent_again(world: World, admin: Person) -> None:
    quiet, moving = await world.driver(), await world.driver()
    await world.online_at(quiet, *BHAKTAPUR)
    async with _console(world, admin) as console:
        await console.subscribe()
        await console.until_transporter(quiet.transporter_id)
        known = len(console.frames)
        await world.online_at(moving, *THAMEL)
        await console.until_transporter(moving.transporter_id, lat=THAMEL[0])
        told_again = [one["id"] for frame in console.frames[known:] for one in frame["transporters"]]
        assert quiet.transporter_id not in told_again


async def test_an_area_shows_who_is_in_it_who_comes_and_who_leaves(world: World, admin: Person) -> None:
    inside, outside = await world.driver(), await world.driver()
    await world.online_at(inside, *THAMEL)
    await world.online_at(outside, *BHAKTAPUR)
    async with _console(world, admin) as console:
        await console.subscribe(THAMEL_AREA)
        await console.until_transporter(inside.transporter_id)
        assert outside.transporter_id not in console.transporters
        await world.online_at(outside, *THAMEL)
        await console.until_transporter(outside.transporter_id)
        await world.online_at(outside, *BHAKTAPUR)
        while outside.transporter_id in console.transporters:
            await console.read()
        assert inside.transporter_id in console.transporters
        await console.subscribe()
        await console.until_transporter(outside.transporter_id)


async def test_a_new_delivery_appears_without_asking(world: World, admin: Person) -> None:
    async with _console(world, admin) as console:
        await console.subscribe()
        delivery = await world.delivery()
        await console.until_delivery(delivery["id"], status="available")


async def test_who_goes_offline_is_gone(world: World, admin: Person) -> None:
    driver = await world.driver()
    async with another_world(world.server, offline_after_s=2) as other, _console(other, admin) as console:
        await console.subscribe()
        async with speaking(other, driver, THAMEL):
            await console.until_transporter(driver.transporter_id)
        while driver.transporter_id in console.transporters:
            await console.read()


async def test_a_large_fleet_comes_in_several_frames(world: World, admin: Person) -> None:
    driver = await world.driver()
    await world.online_at(driver, *THAMEL)
    redis, keys = world.server.services.redis, Keys()
    update = await redis.hget(keys.live, driver.transporter_id)
    seen_ms = await redis.zscore(keys.last_seen, driver.transporter_id)
    assert isinstance(update, bytes)
    assert seen_ms is not None
    ghosts = range(10_000_000, 10_000_000 + MAX_ITEMS * 2 + 1)
    own = f",[{driver.transporter_id},".encode()
    await redis.hset(keys.live, mapping={str(g): update.replace(own, f",[{g},".encode()) for g in ghosts})
    await redis.zadd(keys.last_seen, {str(ghost): seen_ms for ghost in ghosts})
    try:
        async with _console(world, admin) as console:
            await console.subscribe()
            while not set(ghosts) <= set(console.transporters):
                assert not (await console.read())["reset"]
            assert len(console.frames) >= 3
    finally:
        await redis.hdel(keys.live, *map(str, ghosts))
        await redis.zrem(keys.last_seen, *map(str, ghosts))


async def test_consoles_are_for_admins(world: World) -> None:
    driver = await world.driver()
    async with _console(world, driver) as console:
        assert await close_code(console.socket) == Close.FORBIDDEN
    async with websockets.connect(f"{world.ws_url}/ws/console", open_timeout=PATIENCE_S) as socket:
        assert await close_code(socket) == Close.UNAUTHORIZED


@pytest.mark.parametrize("frame", ["", "[]", '{"type":"x"}', '{"type":"subscribe","area":{"south":91}}', "[" * 5000])
async def test_a_console_frame_that_is_not_the_protocol_closes_with_4400(
    world: World, admin: Person, frame: str
) -> None:
    async with _console(world, admin) as console:
        await console.socket.send(frame)
        assert await close_code(console.socket) == Close.BAD_FRAME


async def test_a_console_frame_that_is_too_deep_is_refused_in_our_words(world: World, admin: Person) -> None:
    deep = '{"type":"subscribe","x":' + "[" * 5000 + "]" * 5000 + "}"
    async with _console(world, admin) as console:
        await console.socket.send(deep)
        told = await next_frame(console.socket)
        assert (told["code"], told["detail"]) == ("bad_frame", "not a console frame: nested too deeply")
        assert await close_code(console.socket) == Close.BAD_FRAME


async def test_a_console_outlives_its_token_with_a_new_one_and_ends_when_its_admin_signs_out(world: World) -> None:
    admin = await world.admin()
    async with _console(world, admin) as console:
        await console.socket.send(json.dumps({"type": "auth", "token": admin.access}))
        assert (await next_frame(console.socket))["type"] == "auth_ok"
        await console.subscribe()
        ok(await admin.post("/api/v1/auth/logout/"), 204)
        assert await close_code(console.socket) == Close.UNAUTHORIZED


def test_an_area_may_cross_the_date_line() -> None:
    fiji = Area(south=-20, west=177, north=-15, east=-178)
    assert fiji.contains(-17, 179)
    assert fiji.contains(-17, -179)
    assert not fiji.contains(-17, 0)
    assert not fiji.contains(-21, 179)


def test_a_reader_that_lags_behind_is_told_the_newest_of_everything_once() -> None:
    state = FleetState()
    for round_number in range(100):
        for one in range(5):
            state.put((TRANSPORTER, one), ((27.0, 85.0),), b"%d" % (round_number * 10 + one))
    changes = state.changes_since(0)
    assert [(key[1], bytes(entry.told)) for key, entry in changes] == [(one, b"%d" % (990 + one)) for one in range(5)]
    assert state.changes_since(state.version) == []


def test_the_same_state_again_is_no_change() -> None:
    state = FleetState()
    state.put((TRANSPORTER, 1), ((27.0, 85.0),), b"{}")
    version = state.version
    state.put((TRANSPORTER, 1), ((27.0, 85.0),), b"{}")
    assert state.version == version


async def test_a_delivery_that_was_taken_back_shows_as_waiting_again(world: World, admin: Person) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with _console(world, admin) as console:
        await console.subscribe()
        await console.until_delivery(delivery["id"], status="assigned", transporter_id=driver.transporter_id)
        ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
        await console.until_delivery(delivery["id"], status="available", transporter_id=None)


async def test_a_console_that_comes_while_the_last_ones_task_ends_hears_the_statuses(world: World) -> None:
    services = world.server.services
    hub = Hub(Redis(connection_pool=services.redis.connection_pool))
    hub.start()
    rules = FleetRules(services.clock, PresenceLimits(45, 60), 1.3)
    fleet = FleetWatch(services.redis, services.keys, services.database, hub, rules)
    try:
        first = fleet.watched()
        await first.__aenter__()
        leaving = asyncio.create_task(first.__aexit__(None, None, None))
        await asyncio.sleep(0)  # it has begun to leave
        async with fleet.watched() as state:
            await leaving
            made, driver = await world.delivery(), await world.driver()

            async def until_told(status: str) -> None:
                def is_told() -> bool:
                    told = dict(state.present()).get((DELIVERY, made["id"]))
                    return told is not None and status.encode() in bytes(told.told)

                await until(is_told)

            await until_told("available")  # looked for; what becomes of it is heard alone
            ok(await driver.post(f"/api/deliveries/{made['id']}/accept/", {}))
            await until_told("assigned")
    finally:
        await hub.stop()


async def test_a_console_is_told_once_who_each_transporter_is(world: World, admin: Person) -> None:
    driver = await world.driver(vehicle_type="van", max_active=4)
    silent = await world.driver()
    delivery = await world.delivery()
    ok(await silent.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *THAMEL)
    async with _console(world, admin) as console:
        await console.subscribe()
        await console.until_transporter(driver.transporter_id)
        known = console.profiles[driver.transporter_id]
        assert (known["name"], known["vehicle_type"], known["max_active"]) == ("Some Driver", "van", 4)
        await console.until_delivery(delivery["id"])
        assert silent.transporter_id in console.profiles, "who has a parcel is known, also where nothing is heard of it"
        await world.online_at(driver, *BHAKTAPUR)
        await console.until_transporter(driver.transporter_id, lat=BHAKTAPUR[0])
        assert console.introduced.count(driver.transporter_id) == 1


async def test_a_console_sees_what_a_delivery_was_promised_and_when_it_is_expected(world: World, admin: Person) -> None:
    driver = await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    delivery = await world.delivery(priority="urgent", requested_pickup_date=None)
    async with _console(world, admin) as console:
        await console.subscribe()
        waiting = await console.until_delivery(delivery["id"], status="available")
        assert (waiting["priority"], waiting["weight"], waiting["expected_at"]) == ("urgent", 2.5, None)
        assert waiting["due_at"] == "2030-10-28T18:00:00Z"
        assert (waiting["pickup_address"], waiting["delivery_address"]) == (
            "Farm Location, Bhaktapur",
            "Thamel, Kathmandu",
        )
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        taken = await console.until_delivery(delivery["id"], status="assigned")
        assert taken["pinned"] is False
        tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
        assert taken["planned_at"] is not None
        shown, expected = [
            datetime.fromisoformat(at) for at in (taken["expected_at"], tracked["estimated_delivery_time"])
        ]
        assert abs(shown - expected) <= timedelta(minutes=1)
        given = await world.delivery()
        ok(await admin.post(f"/api/deliveries/{given['id']}/assign/", {"transporter_id": driver.transporter_id}))
        await console.until_delivery(given["id"], status="assigned", pinned=True)


async def test_a_transporter_who_falls_silent_shows_as_stale_and_as_online_when_heard_of_again(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    async with (
        another_world(world.server, stale_after_s=2, ping_heartbeat_s=1) as other,
        _console(other, admin) as console,
    ):
        await console.subscribe()
        async with speaking(other, driver, THAMEL):
            await console.until_transporter(driver.transporter_id, presence="online")
        await console.until_transporter(driver.transporter_id, presence="stale")
        async with speaking(other, driver, BHAKTAPUR):
            await console.until_transporter(driver.transporter_id, presence="online")


async def test_a_transporter_who_stands_at_a_stop_shows_there(world: World, admin: Person) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    start = datetime.now(UTC) - timedelta(minutes=5)
    async with world.server.services.database.work() as work:
        await work.session.execute(update(Delivery).where(Delivery.id == delivery["id"]).values(assigned_at=start))
    async with _console(world, admin) as console:
        await console.subscribe()
        await console.until_delivery(delivery["id"], at_stop=None)
        async with world.phone(driver) as phone:
            for seq in range(1, 11):
                await phone.send(ping(seq, *BHAKTAPUR, at=start + timedelta(seconds=30 * (seq - 1))))
            await phone.until_ack(10)
        found = await console.until_delivery(delivery["id"], at_stop="pickup")
        assert datetime.fromisoformat(found["at_stop_since"]) <= datetime.now(UTC) - timedelta(minutes=2)


@pytest.mark.slow
async def test_a_console_of_a_quiet_fleet_hears_that_it_is_quiet(world: World, admin: Person) -> None:
    async with _console(world, admin) as console:
        begun = datetime.now(UTC) - timedelta(milliseconds=1)  # told in whole ones
        await console.subscribe({"south": -80, "west": -80, "north": -79, "east": -79})
        frame = await console.read()
        assert [frame[kind] for kind in ("transporters", "gone", "deliveries", "profiles")] == [[], [], [], []]
        assert begun <= datetime.fromisoformat(frame["server_time"]) <= datetime.now(UTC)


async def test_a_console_sees_that_a_parcel_was_tried_in_vain_and_expects_it_at_the_next_try_alone(
    world: World, admin: Person
) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    path, door = f"/api/deliveries/{delivery['id']}", {"latitude": THAMEL[0], "longitude": THAMEL[1]}
    await step(driver, delivery, "accept", "pickup")
    await world.online_at(driver, *THAMEL)
    async with _console(world, admin) as console:
        await console.subscribe()
        # Picked up, or on its way by now: its courier has left the pickup.
        held = {"transporter_id": driver.transporter_id, "attempt": None, "next_try": None}
        coming = await console.until_delivery(delivery["id"], **held)
        assert coming["expected_at"] is not None
        ok(await driver.post(f"{path}/attempts/", door | {"reason": "nobody_there"}), 201)
        # Who stands before the door says nothing about a next try that nobody has agreed.
        tried = await console.until_delivery(delivery["id"], status="in_transit", expected_at=None, next_try=None)
        assert (tried["attempt"]["number"], tried["attempt"]["reason"]) == (1, "nobody_there")
        begins = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
        window = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}
        ok(await admin.post(f"{path}/reschedule/", window))
        starts, ends = (at.isoformat().replace("+00:00", "Z") for at in (begins, begins + timedelta(hours=2)))
        again = {"starts_at": starts, "ends_at": ends, "asked_by": "dispatcher"}
        agreed = await console.until_delivery(delivery["id"], attempt=tried["attempt"], next_try=again)
        assert datetime.fromisoformat(agreed["expected_at"]) == begins

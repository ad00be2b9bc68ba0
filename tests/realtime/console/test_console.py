"""How a dispatcher's console is kept up: the fleet first, then what changes, by area and in bounds."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import websockets
from redis.asyncio import Redis

from realtime.console.fleet import DELIVERY, TRANSPORTER, FleetState
from realtime.console.fleet_watch import FleetRules, FleetWatch
from realtime.console.frames import MAX_ITEMS, Area
from realtime.protocol import Close
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits
from tests.support.consoles import console_of
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, close_code, next_frame, speaking, step
from tests.support.world import BHAKTAPUR, THAMEL, Person, World, ok

THAMEL_AREA = {"south": 27.70, "west": 85.30, "north": 27.73, "east": 85.34}


async def test_a_console_sees_the_fleet_first_and_then_what_changes(world: World, admin: Person) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    async with console_of(world, admin) as console:
        await console.subscribe()
        found = await console.until_transporter(driver.transporter_id, lat=BHAKTAPUR[0], active=0)
        assert set(found) == {
            *("id", "lat", "lon", "recorded_at", "speed_mps", "heading_deg"),
            *("accuracy_m", "active", "presence", "battery"),
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
    async with console_of(world, admin) as console:
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
    async with console_of(world, admin) as console:
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


async def test_who_goes_offline_is_gone(world: World, admin: Person) -> None:
    driver = await world.driver()
    async with another_world(world.server, offline_after_s=2) as other, console_of(other, admin) as console:
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
        async with console_of(world, admin) as console:
            await console.subscribe()
            while not set(ghosts) <= set(console.transporters):
                assert not (await console.read())["reset"]
            assert len(console.frames) >= 3
    finally:
        await redis.hdel(keys.live, *map(str, ghosts))
        await redis.zrem(keys.last_seen, *map(str, ghosts))


async def test_consoles_are_for_admins(world: World) -> None:
    driver = await world.driver()
    async with console_of(world, driver) as console:
        assert await close_code(console.socket) == Close.FORBIDDEN
    async with websockets.connect(f"{world.ws_url}/ws/console", open_timeout=PATIENCE_S) as socket:
        assert await close_code(socket) == Close.UNAUTHORIZED


@pytest.mark.parametrize("frame", ["", "[]", '{"type":"x"}', '{"type":"subscribe","area":{"south":91}}', "[" * 5000])
async def test_a_console_frame_that_is_not_the_protocol_closes_with_4400(
    world: World, admin: Person, frame: str
) -> None:
    async with console_of(world, admin) as console:
        await console.socket.send(frame)
        assert await close_code(console.socket) == Close.BAD_FRAME


async def test_a_console_frame_that_is_too_deep_is_refused_in_our_words(world: World, admin: Person) -> None:
    deep = '{"type":"subscribe","x":' + "[" * 5000 + "]" * 5000 + "}"
    async with console_of(world, admin) as console:
        await console.socket.send(deep)
        told = await next_frame(console.socket)
        assert (told["code"], told["detail"]) == ("bad_frame", "not a console frame: nested too deeply")
        assert await close_code(console.socket) == Close.BAD_FRAME


async def test_a_console_outlives_its_token_with_a_new_one_and_ends_when_its_admin_signs_out(world: World) -> None:
    admin = await world.admin()
    async with console_of(world, admin) as console:
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


@pytest.mark.slow
async def test_a_console_of_a_quiet_fleet_hears_that_it_is_quiet(world: World, admin: Person) -> None:
    async with console_of(world, admin) as console:
        begun = datetime.now(UTC) - timedelta(milliseconds=1)  # told in whole ones
        await console.subscribe({"south": -80, "west": -80, "north": -79, "east": -79})
        frame = await console.read()
        assert [frame[kind] for kind in ("transporters", "gone", "deliveries", "profiles")] == [[], [], [], []]
        assert begun <= datetime.fromisoformat(frame["server_time"]) <= datetime.now(UTC)

"""What a transporter's app may rely on."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime.protocol import Close
from realtime.redis.keys import Keys
from tests.support.waiting import PATIENCE_S
from tests.support.world import THAMEL, Driver, World, ping


@pytest.fixture(scope="module")
async def driver(world: World) -> Driver:
    return await world.driver()


async def test_an_acknowledged_ping_is_stored_once_with_both_clocks(world: World) -> None:
    driver = await world.driver()
    recorded = datetime.now(UTC)
    async with world.phone(driver, epoch="one") as phone:
        await phone.send(ping(1, *THAMEL, recorded, accuracy_m=8.0, speed_mps=6.1, heading_deg=120.0, battery=0.8))
        await phone.until_ack(1)
    fix = (await world.stored_fixes(driver, 1))[0]
    assert (fix["device"], fix["epoch"], fix["seq"]) == (driver.device, "one", 1)
    assert (fix["lat"], fix["lon"]) == THAMEL
    assert (fix["accuracy_m"], fix["speed_mps"], fix["heading_deg"], fix["battery"]) == (8.0, 6.1, 120.0, 0.8)
    stored = datetime.fromisoformat(fix["recorded_at"])
    assert abs(stored - recorded) < timedelta(milliseconds=1)
    assert datetime.fromisoformat(fix["received_at"]) >= stored - timedelta(milliseconds=1)


async def test_a_batch_is_acknowledged_as_a_whole_and_stored_whatever_its_order(world: World) -> None:
    driver = await world.driver()
    pings = [ping(seq, 27.7 + seq / 1e4, 85.3) for seq in (3, 1, 2, 5, 4)]
    async with world.phone(driver) as phone:
        await phone.send({"type": "pings", "pings": pings})
        await phone.until_ack(5)
    assert {fix["seq"] for fix in await world.stored_fixes(driver, 5)} == {1, 2, 3, 4, 5}


async def test_pings_sent_again_after_a_reconnect_are_stored_once(world: World) -> None:
    driver = await world.driver()
    frames = [ping(seq, 27.7, 85.3 + seq / 1e4) for seq in range(1, 11)]
    for _ in range(2):
        async with world.phone(driver, epoch="same") as phone:
            for frame in frames:
                await phone.send(frame)
            await phone.until_ack(10)
    async with world.phone(driver, epoch="same") as phone:
        assert phone.welcome["last_seq"] == 10
        await phone.send(ping(11, 27.7, 85.3))
        await phone.until_ack(11)
    await world.stored_fixes(driver, 11)


async def test_each_epoch_and_device_counts_for_itself(world: World) -> None:
    driver = await world.driver()
    for epoch in ("first", "second"):
        async with world.phone(driver, epoch=epoch) as phone:
            assert phone.welcome["last_seq"] == 0
            await phone.send(ping(1, *THAMEL))
            await phone.until_ack(1)
    await world.stored_fixes(driver, 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lat": 91}, "out_of_range"),
        ({"lon": -180.5}, "out_of_range"),
        ({"lat": 0, "lon": 0}, "null_island"),
        ({"recorded_at": "2100-01-01T00:00:00Z"}, "in_future"),
        ({"recorded_at": "1980-01-06T00:00:00Z"}, "too_old"),
        ({"lat": "27.7"}, "malformed"),
        ({"recorded_at": "yesterday"}, "malformed"),
        ({"recorded_at": "2026-01-01T00:00:00"}, "malformed"),
        ({"accuracy_m": "good"}, "malformed"),
    ],
)
async def test_a_ping_that_cannot_be_true_is_rejected_by_name_and_does_not_stop_the_next(
    world: World, driver: Driver, change: dict[str, object], reason: str
) -> None:
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL) | change)
        await phone.send(ping(2, *THAMEL))
        await phone.until_ack(2)
        assert phone.rejected == {1: reason}


async def test_one_malformed_ping_does_not_cost_the_batch(world: World) -> None:
    driver = await world.driver()
    bad = ping(2, *THAMEL) | {"lat": None}
    async with world.phone(driver) as phone:
        await phone.send({"type": "pings", "pings": [ping(1, *THAMEL), bad, ping(3, *THAMEL)]})
        await phone.until_ack(3)
        assert phone.rejected == {2: "malformed"}
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 2)] == [1, 3]


async def test_the_live_position_never_moves_back_in_time(world: World) -> None:
    driver = await world.driver()
    now = datetime.now(UTC)
    async with world.phone(driver) as phone:
        await phone.send(ping(1, 27.70, 85.30, now))
        await phone.send(ping(2, 27.60, 85.20, now - timedelta(minutes=5)))
        await phone.until_ack(2)
    await world.stored_fixes(driver, 2)
    position = (await world.server.services.live.positions_of([driver.transporter_id]))[driver.transporter_id]
    assert (position.lat, position.lon) == (27.70, 85.30)
    [point] = await world.server.services.redis.geopos(Keys().geo, driver.transporter_id)
    assert point is not None
    lon, lat = point
    assert (round(lat, 4), round(lon, 4)) == (27.70, 85.30)


async def test_a_fix_near_a_pole_is_stored_though_the_geo_index_cannot_hold_it(world: World) -> None:
    driver = await world.driver()
    async with world.phone(driver) as phone:
        await phone.send(ping(1, 89.9, 10.0))
        await phone.until_ack(1)
    await world.stored_fixes(driver, 1)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"type":"ping"}',
        b'{"type":"ping","seq":0,"lat":1,"lon":1,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"type":"ping","seq":true,"lat":1,"lon":1,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"type":"ping","seq":1e30,"lat":1,"lon":1,"recorded_at":"2026-01-01T00:00:00Z"}',
        b'{"type":"pings","pings":[1,2]}',
        b'{"type":"pings","pings":{}}',
        b'{"type":"telemetry"}',
        b"[" * 5000,
        b'{"type":"hello","device":"again","epoch":"x"}',
    ],
)
async def test_a_frame_that_is_not_the_protocol_closes_with_4400(world: World, driver: Driver, frame: bytes) -> None:
    async with world.phone(driver) as phone:
        await phone.socket.send(frame, text=True)
        assert (await phone.receive())["type"] == "error"
        await phone.socket.wait_closed()
        assert phone.socket.close_code == Close.BAD_FRAME


async def test_more_than_500_pings_a_frame_close_with_4400(world: World, driver: Driver) -> None:
    async with world.phone(driver) as phone:
        pings = [{"seq": seq, "lat": 1.0, "lon": 1.0, "recorded_at": "2026-11-01T00:00:00Z"} for seq in range(1, 502)]
        await phone.send({"type": "pings", "pings": pings})
        assert "500" in (await phone.receive())["detail"]
        await phone.socket.wait_closed()
        assert phone.socket.close_code == Close.BAD_FRAME


async def test_a_frame_of_a_megabyte_closes_with_1009(world: World, driver: Driver) -> None:
    async with world.phone(driver) as phone:
        await phone.socket.send("x" * 2**20)
        await phone.socket.wait_closed()
        assert phone.socket.close_code == 1009


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(frame=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: json.dumps({"type": text}).encode()))
async def test_random_bytes_never_break_the_server(world: World, driver: Driver, frame: bytes) -> None:
    async with world.phone(driver) as phone:
        await phone.socket.send(frame)
        await phone.socket.wait_closed()
        assert phone.socket.close_code == Close.BAD_FRAME


async def _closed_with(world: World, *subprotocols: str, hello: object = None) -> int | None:
    names = [websockets.Subprotocol(name) for name in subprotocols]
    address = f"{world.ws_url}/ws/transporter"
    async with websockets.connect(address, subprotocols=names, open_timeout=PATIENCE_S) as socket:
        if hello is not None:
            with suppress(websockets.ConnectionClosed):  # whose token has ended by now hears that first
                await socket.send(json.dumps(hello))
        await socket.wait_closed()
        return socket.close_code


async def test_a_missing_or_bad_token_closes_with_4401(world: World) -> None:
    assert await _closed_with(world, "dispatch.v1") == Close.UNAUTHORIZED
    assert await _closed_with(world, "dispatch.v1", "bearer.nonsense") == Close.UNAUTHORIZED


async def test_an_expired_token_closes_with_4401(world: World, driver: Driver) -> None:
    claims = world.server.services.accounts.tokens.read_access(driver.access)
    old = world.server.services.accounts.tokens.access(driver.user_id, claims.sign_in_id, life=timedelta(seconds=-1))
    assert await _closed_with(world, "dispatch.v1", f"bearer.{old}") == Close.UNAUTHORIZED


async def test_a_connection_is_closed_with_4401_when_its_token_expires(world: World, driver: Driver) -> None:
    claims = world.server.services.accounts.tokens.read_access(driver.access)
    short = world.server.services.accounts.tokens.access(driver.user_id, claims.sign_in_id, life=timedelta(seconds=2))
    hello = {"type": "hello", "device": "d", "epoch": uuid4().hex}
    assert await _closed_with(world, "dispatch.v1", f"bearer.{short}", hello=hello) == Close.UNAUTHORIZED


async def test_a_user_without_a_transporter_profile_is_closed_with_4403(world: World) -> None:
    customer, newcomer = await world.person("customer"), await world.person("transporter")
    for person in (customer, newcomer):
        assert await _closed_with(world, "dispatch.v1", f"bearer.{person.access}") == Close.FORBIDDEN


async def test_a_first_frame_that_is_not_hello_closes_with_4400(world: World, driver: Driver) -> None:
    token = f"bearer.{driver.access}"
    assert await _closed_with(world, "dispatch.v1", token, hello=ping(1, *THAMEL)) == Close.BAD_FRAME
    bad_hello = {"type": "hello", "device": "x" * 65, "epoch": "y"}
    assert await _closed_with(world, "dispatch.v1", token, hello=bad_hello) == Close.BAD_FRAME


async def test_the_server_selects_its_subprotocol_and_tells_its_policy(world: World, driver: Driver) -> None:
    async with world.phone(driver) as phone:
        assert phone.socket.subprotocol == "dispatch.v1"
        assert set(phone.welcome["policy"]) == {"interval_s", "distance_m", "heartbeat_s"}

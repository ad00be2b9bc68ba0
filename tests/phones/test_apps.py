"""Traccar Client, OsmAnd and OwnTracks send what they send, and it is understood."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.phones.osmand import read_osmand
from realtime.phones.owntracks import basic_password, read_owntracks
from realtime.phones.reading import Unusable, seq_of
from tests.phones.test_devices import OSMAND, token_of
from tests.world import THAMEL, Driver, World, ok

OWNTRACKS = "/api/phones/owntracks/"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
async def driver(world: World) -> Driver:
    return await world.driver(verified=False)


@pytest.fixture(scope="module")
async def token(driver: Driver) -> str:
    return await token_of(driver)


def location(at: datetime, lat: float = THAMEL[0], lon: float = THAMEL[1], **more: Any) -> dict[str, Any]:
    """What Traccar Client 9 calls a location."""
    written = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    coords = {"latitude": lat, "longitude": lon, "accuracy": 8, "speed": 6.1, "heading": 120, "altitude": 1400}
    return {
        "timestamp": written,
        "coords": coords | more,
        "is_moving": True,
        "odometer": 1234.5,
        "event": "motionchange",
        "battery": {"level": 0.8, "is_charging": False},
        "activity": {"type": "in_vehicle"},
        "extras": {},
    }


async def owntracks(world: World, token: str, message: object) -> httpx.Response:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    return await world.http.post(OWNTRACKS, content=content, auth=("anyone", token))


async def only_fix(world: World, driver: Driver) -> dict[str, Any]:
    return (await world.stored_fixes(driver, 1))[0]


EXPECTED = {"lat": THAMEL[0], "lon": THAMEL[1], "accuracy_m": 8, "heading_deg": 120, "battery": 0.8}


def check(fix: dict[str, Any], at: datetime, speed_mps: float) -> None:
    assert {key: fix[key] for key in EXPECTED} == pytest.approx(EXPECTED)
    assert fix["speed_mps"] == pytest.approx(speed_mps, rel=1e-3)
    assert datetime.fromisoformat(fix["recorded_at"]) == at


@pytest.mark.parametrize("form", ["query", "form", "milliseconds", "iso", "location"])
async def test_traccar_client_before_9_sends_queries_and_forms(world: World, form: str) -> None:
    driver = await world.driver(verified=False)
    fields: dict[str, Any] = {
        "id": await token_of(driver),
        "timestamp": int(NOW.timestamp()),
        "lat": THAMEL[0],
        "lon": THAMEL[1],
        "speed": 11.857,
        "bearing": 120,
        "altitude": 1400,
        "accuracy": 8,
        "batt": 80,
    }
    if form == "milliseconds":
        fields["timestamp"] *= 1000
    if form == "iso":
        fields["timestamp"] = NOW.isoformat()
    if form == "location":
        fields["location"] = f"{fields.pop('lat')},{fields.pop('lon')}"
    if form == "form":
        ok(await world.http.post(OSMAND, data=fields))
    else:
        ok(await world.http.get(OSMAND, params=fields))
    check(await only_fix(world, driver), NOW, 6.1)


async def test_traccar_client_9_sends_json(world: World) -> None:
    driver = await world.driver(verified=False)
    at = NOW.replace(microsecond=250_000)
    ok(await world.http.post(OSMAND, json={"location": location(at), "device_id": await token_of(driver)}))
    check(await only_fix(world, driver), at, 6.1)


async def test_several_locations_come_in_one_request_newest_first(world: World) -> None:
    driver = await world.driver(verified=False)
    places = [location(NOW - timedelta(seconds=5 * step), 27.7 - step * 1e-4) for step in range(20)]
    ok(await world.http.post(OSMAND, json={"location": places, "device_id": await token_of(driver)}))
    assert all(fix["flags"] == [] for fix in await world.stored_fixes(driver, 20))
    live = (await world.server.services.live.positions_of([driver.transporter_id]))[driver.transporter_id]
    assert (live.lat, live.recorded_at) == (27.7, NOW)


async def test_owntracks_sends_locations_and_much_else(world: World) -> None:
    driver = await world.driver(verified=False)
    token = await token_of(driver)
    message = {
        "_type": "location",
        "tid": "ab",
        "tst": int(NOW.timestamp()),
        "lat": THAMEL[0],
        "lon": THAMEL[1],
        "acc": 8,
        "vel": 22,
        "cog": 120,
        "batt": 80,
        "conn": "m",
    }
    assert ok(await owntracks(world, token, message)) == []
    for other in ({"_type": "lwt", "tst": 1}, {"_type": "transition"}, {"_type": "waypoints", "waypoints": []}, b""):
        assert ok(await owntracks(world, token, other)) == []
    check(await only_fix(world, driver), NOW, 6.111)


async def test_a_position_that_a_phone_repeats_is_stored_once(world: World) -> None:
    driver = await world.driver(verified=False)
    token = await token_of(driver)
    for _ in range(3):
        ok(await world.http.post(OSMAND, json={"location": location(NOW), "device_id": token}))
    ok(await world.http.post(OSMAND, json={"location": location(NOW + timedelta(seconds=1)), "device_id": token}))
    await world.stored_fixes(driver, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"lat": "north"},
        {"lat": "nan"},
        {"lat": "1e999"},
        {"lat": "91"},
        {"lat": ""},
        {"lat": "0", "lon": "0"},
        {"timestamp": "yesterday"},
        {"timestamp": "1"},
        {"timestamp": "99999999999"},
        {"timestamp": "1e300"},
        {"valid": "0"},
    ],
)
async def test_what_can_never_be_accepted_is_a_400_that_says_why(
    world: World, token: str, fields: dict[str, str]
) -> None:
    good = {"id": token, "lat": "27.7", "lon": "85.3", "timestamp": str(int(NOW.timestamp()))}
    reply = ok(await world.http.get(OSMAND, params=good | fields), 400)
    assert reply["code"] in {"invalid", "position_rejected"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"device_id":1}',
        b'{"location":[]}',
        b'{"location":{"coords":7}}',
        b"{" * 9000,
        b"\xff\xfe",
        b'{"a":"\xff"}',
    ],
)
async def test_a_body_that_is_no_position_is_a_400_or_401(world: World, token: str, body: bytes) -> None:
    assert (await world.http.post(OSMAND, content=body)).status_code in {400, 401}
    reply = await owntracks(world, token, body)
    assert reply.status_code == 400
    ok(await owntracks(world, token, {"_type": "encrypted", "data": "x"}), 400)


async def test_a_missing_or_wrong_token_is_a_401(world: World) -> None:
    good = {"lat": "27.7", "lon": "85.3", "timestamp": str(int(NOW.timestamp()))}
    for fields in (good, good | {"id": "dpt-nobody"}, good | {"id": ""}, good | {"id": "\x00"}):
        ok(await world.http.get(OSMAND, params=fields), 401)
    message = {"_type": "location", "tst": 1, "lat": 1, "lon": 1}
    ok(await owntracks(world, "dpt-nobody", message), 401)
    ok(await world.http.post(OWNTRACKS, json=message), 401)


async def test_while_nothing_can_be_stored_phones_are_told_to_try_again(world: World) -> None:
    driver = await world.driver(verified=False)
    message = {"location": location(NOW), "device_id": await token_of(driver)}
    redis, backlog = world.server.services.redis, world.server.services.keys.backlog
    full = world.server.settings.ping_log_max
    await redis.incrby(backlog, full)
    try:
        reply = await world.http.post(OSMAND, json=message)
        assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
    finally:
        await redis.decrby(backlog, full)
    ok(await world.http.post(OSMAND, json=message))
    await world.stored_fixes(driver, 1)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_read_or_refused_and_never_break(query: bytes, body: bytes) -> None:
    for read in (lambda: read_osmand(query, body, received_at=NOW), lambda: read_owntracks(body)):
        try:
            read()
        except Unusable:
            continue
    basic_password(query.decode("latin-1"))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["_type", "tst", "lat", "lon", "location", "coords", "timestamp", "device_id", "battery"])


@given(st.dictionaries(names, anything | st.just("location"), max_size=6))
def test_known_fields_with_unknown_content_are_read_or_refused(message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    for read in (lambda: read_osmand(b"", body, received_at=NOW), lambda: read_owntracks(body)):
        try:
            read()
        except Unusable:
            continue


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_later_moments_have_higher_seqs(moment: datetime) -> None:
    assert 1 <= seq_of(moment) < seq_of(moment + timedelta(seconds=0.1)) < 2**53

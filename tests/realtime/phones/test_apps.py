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
from realtime.phones.reading import KMH_MPS, KNOT_MPS, Unusable, seq_of
from realtime.protocol import Reject
from tests.realtime.phones.devices import DEVICES, OSMAND, token_of
from tests.support.world import THAMEL, Driver, World, ok

OWNTRACKS = "/api/phones/owntracks/"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
async def driver(world: World) -> Driver:
    return await world.driver()


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
    driver = await world.driver()
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
    driver = await world.driver()
    at = NOW.replace(microsecond=250_000)
    ok(await world.http.post(OSMAND, json={"location": location(at), "device_id": await token_of(driver)}))
    check(await only_fix(world, driver), at, 6.1)


async def test_a_token_that_was_cut_within_an_emoji_is_unknown(world: World) -> None:
    content = json.dumps({"location": location(NOW), "device_id": "\ud83d"}).encode()
    assert (await world.http.post(OSMAND, content=content)).status_code == 401


@pytest.mark.parametrize("written", ["2_7.7", "27.7_0", "_27"])
async def test_digits_joined_by_underscores_are_no_latitude(world: World, token: str, written: str) -> None:
    fields = {"id": token, "timestamp": str(int(NOW.timestamp())), "lat": written, "lon": str(THAMEL[1])}
    [ignored] = ok(await world.http.get(OSMAND, params=fields))["ignored"]
    assert ignored["reason"] == Reject.MALFORMED


async def test_several_locations_come_in_one_request_newest_first(world: World) -> None:
    driver = await world.driver()
    places = [location(NOW - timedelta(seconds=5 * step), 27.7 - step * 1e-4) for step in range(20)]
    ok(await world.http.post(OSMAND, json={"location": places, "device_id": await token_of(driver)}))
    assert all(fix["flags"] == [] for fix in await world.stored_fixes(driver, 20))
    live = (await world.server.services.live.positions_of([driver.transporter_id]))[driver.transporter_id]
    assert (live.lat, live.recorded_at) == (27.7, NOW)


async def test_owntracks_sends_locations_and_much_else(world: World) -> None:
    driver = await world.driver()
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
    driver = await world.driver()
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
async def test_what_can_never_be_accepted_is_taken_off_the_phones_queue_and_said(
    world: World, token: str, fields: dict[str, str]
) -> None:
    good = {"id": token, "lat": "27.7", "lon": "85.3", "timestamp": str(int(NOW.timestamp()))}
    answer = ok(await world.http.get(OSMAND, params=good | fields))
    assert answer["stored"] == 0
    [ignored] = answer["ignored"]
    assert ignored["reason"] in set(Reject)
    assert ignored["detail"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tst": 935_280_000}, "too_old"),  # the week counter of GPS began again in 1999
        ({"lat": 0, "lon": 0}, "null_island"),
        ({"tst": int(NOW.timestamp()) + 86_400}, "in_future"),
        ({"lat": 91}, "out_of_range"),
        ({"lat": "north"}, "malformed"),
        ({"tst": None}, "malformed"),
    ],
)
async def test_owntracks_is_told_in_a_message_that_it_passes_over(
    world: World, token: str, change: dict[str, Any], reason: str
) -> None:
    good = {"_type": "location", "tst": int(NOW.timestamp()), "lat": THAMEL[0], "lon": THAMEL[1]}
    [told] = ok(await owntracks(world, token, good | change))
    assert (told["_type"], told["reason"]) == ("ignored", reason)
    assert told["detail"]


async def test_of_three_locations_one_that_is_none_costs_the_others_nothing(world: World) -> None:
    driver = await world.driver()
    places = [location(NOW - timedelta(seconds=5 * step), 27.7 - step * 1e-4) for step in range(3)]
    places[1]["coords"] = {"accuracy": 5}
    body = {"location": places, "device_id": await token_of(driver)}
    answer = ok(await world.http.post(OSMAND, json=body))
    assert (answer["stored"], [one["reason"] for one in answer["ignored"]]) == (2, ["malformed"])
    await world.stored_fixes(driver, 2)


async def test_a_value_that_nobody_asked_for_costs_no_location(world: World) -> None:
    driver = await world.driver()
    token = await token_of(driver)
    for step, value in enumerate(("1e400", '"\\ud83d"', "[" * 2000 + "]" * 2000)):
        body = json.dumps({"location": location(NOW - timedelta(seconds=step)), "device_id": token})
        content = body[:-1].encode() + f',"x":{value}}}'.encode()
        assert ok(await world.http.post(OSMAND, content=content))["stored"] == 1
        message = {"_type": "location", "tst": int(NOW.timestamp()) - step, "lat": THAMEL[0], "lon": THAMEL[1]}
        assert ok(await owntracks(world, token, json.dumps(message)[:-1].encode() + f',"x":{value}}}'.encode())) == []
    await world.stored_fixes(driver, 6)


async def test_more_locations_than_a_portion_are_all_stored(world: World) -> None:
    driver = await world.driver()
    places = [location(NOW - timedelta(seconds=5 * step)) for step in range(1_203)]
    places[700]["coords"] = None
    body = {"location": places, "device_id": await token_of(driver)}
    assert ok(await world.http.post(OSMAND, json=body))["stored"] == 1_202


@pytest.mark.parametrize(
    ("fields", "unit_mps"),
    [
        ({"hdop": "8", "altitude": "1400", "timestamp": "ms"}, 1.0),  # OsmAnd
        ({"altitude": "1400", "timestamp": "ms"}, 1.0),
        ({"hdop": "8", "batt": "80", "timestamp": "s"}, 1.0),  # GPSLogger
        ({"accuracy": "8", "batt": "80", "timestamp": "s"}, KNOT_MPS),  # Traccar Client before 9
        ({"accuracy": "8", "batt": "80", "timestamp": "ms"}, KNOT_MPS),
        ({"timestamp": "s"}, KNOT_MPS),
    ],
)
async def test_speeds_are_read_in_the_unit_of_who_sends_them(
    world: World, fields: dict[str, str], unit_mps: float
) -> None:
    driver = await world.driver()
    seconds = int(NOW.timestamp())
    fields = fields | {"timestamp": str(seconds * 1000 if fields["timestamp"] == "ms" else seconds)}
    good = {"id": await token_of(driver), "lat": "27.7", "lon": "85.3", "speed": "13.9", "bearing": "120"}
    ok(await world.http.get(OSMAND, params=good | fields))
    fix = await only_fix(world, driver)
    assert fix["speed_mps"] == pytest.approx(13.9 * unit_mps)
    assert fix["accuracy_m"] == (8 if {"hdop", "accuracy"} & fields.keys() else None)


@pytest.mark.parametrize(("unit", "mps"), [("knots", KNOT_MPS), ("kmh", KMH_MPS), ("mps", 1.0)])
async def test_a_device_with_a_unit_of_its_own_keeps_it_whatever_its_requests_look_like(
    world: World, unit: str, mps: float
) -> None:
    driver = await world.driver()
    made = ok(await driver.post(DEVICES, {"name": "logger", "speed_unit": unit}), 201)
    assert made["speed_unit"] == unit
    fields = {"id": made["token"], "lat": "27.7", "lon": "85.3", "speed": "36", "hdop": "4"}
    ok(await world.http.get(OSMAND, params=fields))
    assert (await only_fix(world, driver))["speed_mps"] == pytest.approx(36 * mps)


async def test_a_phones_odd_battery_is_flagged_and_its_position_stored(world: World) -> None:
    driver = await world.driver()
    good = {"id": await token_of(driver), "lat": "27.7", "lon": "85.3", "timestamp": str(int(NOW.timestamp()))}
    assert ok(await world.http.get(OSMAND, params=good | {"batt": "999", "bearing": "400"}))["stored"] == 1
    fix = await only_fix(world, driver)
    assert (fix["battery"], fix["heading_deg"]) == (None, 40)
    assert set(fix["flags"]) == {"odd_battery", "odd_heading"}


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
async def test_a_body_that_is_no_position_asks_for_the_token_or_is_ignored(
    world: World, token: str, body: bytes
) -> None:
    ok(await world.http.post(OSMAND, content=body), 401)
    if body != b"\xff\xfe":
        assert ok(await world.http.post(OSMAND, content=body, params={"id": token}))["stored"] == 0
    for message in (body, {"_type": "encrypted", "data": "x"}):
        [told] = ok(await owntracks(world, token, message))
        assert told["_type"] == "ignored"


async def test_a_missing_or_wrong_token_is_a_401(world: World) -> None:
    good = {"lat": "27.7", "lon": "85.3", "timestamp": str(int(NOW.timestamp()))}
    for fields in (good, good | {"id": "dpt-nobody"}, good | {"id": ""}, good | {"id": "\x00"}):
        ok(await world.http.get(OSMAND, params=fields), 401)
    message = {"_type": "location", "tst": 1, "lat": 1, "lon": 1}
    ok(await owntracks(world, "dpt-nobody", message), 401)
    ok(await world.http.post(OWNTRACKS, json=message), 401)


async def test_while_nothing_can_be_stored_phones_are_told_to_try_again(world: World) -> None:
    driver = await world.driver()
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
    for read in (lambda: list(read_osmand(query, body).fixes(received_at=NOW)), lambda: read_owntracks(body)):
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
    for read in (lambda: list(read_osmand(b"", body).fixes(received_at=NOW)), lambda: read_owntracks(body)):
        try:
            read()
        except Unusable:
            continue


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_later_moments_have_higher_seqs(moment: datetime) -> None:
    assert 1 <= seq_of(moment) < seq_of(moment + timedelta(seconds=0.1)) < 2**53

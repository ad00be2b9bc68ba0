"""One ping that is wrong costs no other: it is rejected by its seq, with the field, and the rest is stored."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from realtime.ingest.app_frames import Received, received_of
from realtime.ingest.loose_json import MAX_DEPTH, read_loosely
from realtime.protocol import BadFrame, Close, Fix
from tests.support.frames import frames, masked
from tests.support.world import THAMEL, Driver, Phone, World, ping

DEEP = "[" * 1000 + "]" * 1000
DEEPER = "[" * 9000 + "]" * 9000


@pytest.fixture
async def driver(world: World) -> Driver:
    return await world.driver()


def raw(seq: int, **more: Any) -> bytes:
    return json.dumps(ping(seq, *THAMEL, **more)).encode()


def with_value(seq: int, value: str, key: str = "x") -> bytes:
    """A ping with something in it that no encoder of ours would write."""
    plain = ping(seq, *THAMEL)
    plain.pop(key, None)
    return json.dumps(plain)[:-1].encode() + f',"{key}":{value}}}'.encode()


async def in_one_read(phone: Phone, *messages: bytes) -> None:
    """All at once, as a phone that comes out of a tunnel sends them."""
    phone.socket.transport.write(b"".join(masked(1, message) for message in messages))


async def until_closed(phone: Phone) -> tuple[list[dict[str, Any]], int | None]:
    """What came until the server closed, and its code."""
    seen: list[dict[str, Any]] = []
    try:
        while True:
            seen.append(await phone.receive())
    except ConnectionClosed:
        return seen, phone.socket.close_code


@pytest.mark.parametrize(
    "value", [DEEP, DEEPER, '{"a":' * 700 + "1" + "}" * 700, "1e400", '"\\ud83d"', "9" * 5000, "NaN"]
)
async def test_whatever_stands_in_a_key_that_nobody_asked_for_the_ping_and_its_read_are_stored(
    world: World, driver: Driver, value: str
) -> None:
    async with world.phone(driver) as phone:
        await in_one_read(phone, raw(1), with_value(2, value), raw(3), with_value(4, value))
        await phone.until_ack(4)
        assert phone.rejected == {}
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 4)] == [1, 2, 3, 4]


async def test_the_same_in_a_batch_costs_no_ping_of_it(world: World, driver: Driver) -> None:
    pings = b",".join([raw(1), with_value(2, DEEP), with_value(3, "1e400", "lat"), with_value(4, '"\\ud83d"'), raw(5)])
    async with world.phone(driver) as phone:
        await phone.socket.send(b'{"type":"pings","pings":[%b]}' % pings, text=True)
        await phone.until_ack(5)
        assert phone.rejected == {3: "malformed"}
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 4)] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "deep",
    [
        "[" * 30_000 + "]" * 30_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
        '[{"]":"[\\"]","a":' * 3000 + "1" + "}]" * 3000,
    ],
    ids=len,
)
async def test_however_deep_one_ping_of_a_batch_is_the_others_of_the_frame_are_stored(
    world: World, driver: Driver, deep: str
) -> None:
    pings = [raw(1), with_value(2, deep), raw(3), with_value(4, DEEP, "lat"), raw(5)]
    async with world.phone(driver) as phone:
        await phone.socket.send(b'{"type":"pings","pings":[%b]}' % b",".join(pings), text=True)
        await phone.until_ack(5)
        assert phone.rejected == {4: "malformed"}
        await phone.send(ping(6, *THAMEL))
        await phone.until_ack(6)
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 5)] == [1, 2, 3, 5, 6]


def test_what_lies_too_deep_is_left_out_and_nothing_else() -> None:
    beside = r'["é\u00e9[\"]", {"]": "}\\\\"}, [], [[1], 2]]'
    deep = "[" * 5000 + beside + "]" * 5000
    read = read_loosely(f'{{"x": {beside}, "y": {deep}, "z": {beside}}}')
    assert read["x"] == read["z"] == json.loads(beside)
    found, depth = read["y"], 1
    while found is not None:
        [found] = found
        depth += 1
    assert depth == MAX_DEPTH


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lat", "1e400"),
        ("lon", '"27.7"'),
        ("recorded_at", '"yesterday"'),
        ("battery", "1e400"),
        ("accuracy_m", '"good"'),
        ("lat", "null"),
        ("", '{"type":"ping","seq":2,"lat":27.7,"lon'),
    ],
)
async def test_a_ping_that_cannot_be_read_is_rejected_by_seq_and_field_and_the_rest_goes_on(
    world: World, driver: Driver, key: str, value: str
) -> None:
    bad = with_value(2, value, key) if key else value.encode()
    async with world.phone(driver) as phone:
        await in_one_read(phone, raw(1), bad, raw(3))
        reject = await phone.receive()
        while reject["type"] == "ack":
            reject = await phone.receive()
        assert (reject["type"], reject["seq"], reject["reason"]) == ("reject", 2, "malformed")
        assert reject.get("field", "") == key
        assert key in reject["detail"]
        assert reject["detail"]
        await phone.until_ack(3)
        await phone.send(ping(4, *THAMEL))
        await phone.until_ack(4)
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 3)] == [1, 3, 4]


async def test_a_device_and_an_epoch_that_were_cut_within_an_emoji_are_welcome_and_known_again(
    world: World, driver: Driver
) -> None:
    cut = replace(driver, device="van \ud83d")
    async with world.phone(cut, epoch="\ud83d1") as phone:
        await phone.send(ping(1, *THAMEL))
        await phone.until_ack(1)
    async with world.phone(cut, epoch="\ud83d1") as phone:
        assert phone.welcome["last_seq"] == 1


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"\ud83d", "\ufffd"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud83d\uD83D\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (r"\\\ud83d\"", '\\\ufffd"'),
    ],
)
def test_halves_of_pairs_are_replaced_in_values_and_keys_and_nothing_else_is(text: str, read: str) -> None:
    assert read_loosely(f'{{"{text}":["{text}"]}}') == {read: [read]}


@pytest.mark.parametrize(
    "bad",
    [
        b"not json",
        b"",
        b"[" * 9000,
        b'{"type":"telemetry"}',
        b'{"type":"ping","lat":27.7}',
        b'{"type":"pings","pings":[{"lat":1}]}',
        b'{"type":"hello","device":"again","epoch":"x"}',
        b"\xff\xfe",
    ],
)
async def test_what_is_no_frame_is_told_and_closed_for_after_the_rest_of_its_read_was_acknowledged(
    world: World, driver: Driver, bad: bytes
) -> None:
    async with world.phone(driver) as phone:
        await in_one_read(phone, raw(1), bad, raw(2), raw(3))
        seen, code = await until_closed(phone)
    assert code == Close.BAD_FRAME
    assert seen[-1]["type"] == "error"
    assert seen[-2] == {"type": "ack", "seq": 3}
    assert [fix["seq"] for fix in await world.stored_fixes(driver, 3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("second", "seqs"),
    [(b"not json", [1]), (raw(2), [1, 2]), (b'{"type":"pings","pings":[' + raw(2) + b"]}", [1, 2])],
)
async def test_a_ping_that_waits_for_its_batch_comes_before_what_follows_it_in_the_next_read(
    world: World, driver: Driver, second: bytes, seqs: list[int]
) -> None:
    async with world.phone(driver) as phone:
        for message in (raw(1), second, b"not json"):
            await in_one_read(phone, message)
            await asyncio.sleep(0)
        seen, code = await until_closed(phone)
    assert code == Close.BAD_FRAME
    assert [frame["seq"] for frame in seen if frame["type"] == "ack"][-1] == seqs[-1]
    assert seen[-1]["type"] == "error"
    assert sorted(fix["seq"] for fix in await world.stored_fixes(driver, len(seqs))) == seqs


async def test_a_ping_whose_phone_leaves_at_once_is_stored(world: World, driver: Driver) -> None:
    async with world.phone(driver) as phone:
        await in_one_read(phone, raw(1))
    await world.stored_fixes(driver, 1)


async def test_pings_beside_one_without_a_seq_are_stored_before_the_close(world: World, driver: Driver) -> None:
    async with world.phone(driver) as phone:
        await phone.send({"type": "pings", "pings": [ping(1, *THAMEL), {"lat": 1}, 7, ping(2, *THAMEL)]})
        seen, code = await until_closed(phone)
    assert code == Close.BAD_FRAME
    assert "pings[1]" in seen[-1]["detail"]
    assert seen[-2] == {"type": "ack", "seq": 2}
    await world.stored_fixes(driver, 2)


mutated = st.integers(0, 10_000).map(lambda seed: frames(seed, 1)[0])
odd = st.sampled_from(["1e400", DEEP, '"\\ud800"', "NaN", "-1e999", "[[]]", '{"seq":1}', "9" * 4400, '"}{"']).map(
    lambda value: with_value(77, value)
)


@given(st.lists(mutated | odd | st.binary(max_size=40), max_size=8), st.data())
def test_no_read_loses_a_well_formed_ping_whatever_stands_around_it(bad: list[bytes], data: st.DataObject) -> None:
    messages = list(bad)
    good = range(1_000, 1_000 + data.draw(st.integers(1, 5)))
    for seq in good:
        messages.insert(data.draw(st.integers(0, len(messages))), raw(seq))
    fixes: list[Fix] = []
    for found in received_of(messages):
        if isinstance(found, Received):
            fixes += found.fixes
            assert found.cost >= 1
            assert found.sent is None or len(found.sent) == len(found.fixes)
        else:
            assert not isinstance(found, BadFrame) or found.detail
    assert set(good) <= {fix.seq for fix in fixes}


@given(st.lists(odd, min_size=1, max_size=5))
def test_neighbours_keep_the_order_in_which_they_came(messages: list[bytes]) -> None:
    [received] = received_of([raw(1), *messages, raw(2)])
    assert isinstance(received, Received)
    assert [fix.seq for fix in received.fixes] == [1, *[77] * len(messages), 2]

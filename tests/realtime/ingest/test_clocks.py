"""An app learns how wrong its clock is, and what must be otherwise for its pings to be taken."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import websockets

from tests.support.waiting import PATIENCE_S
from tests.support.world import THAMEL, Driver, World, ping


@pytest.fixture
async def driver(world: World) -> Driver:
    return await world.driver()


async def welcome(world: World, driver: Driver, **hello: Any) -> dict[str, Any]:
    names = [websockets.Subprotocol("dispatch.v1"), websockets.Subprotocol(f"bearer.{driver.access}")]
    address = f"{world.ws_url}/ws/transporter"
    async with websockets.connect(address, subprotocols=names, open_timeout=PATIENCE_S) as socket:
        await socket.send(json.dumps({"type": "hello", "device": "d", "epoch": "e", **hello}))
        answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


async def test_the_welcome_tells_the_servers_time_with_milliseconds(world: World, driver: Driver) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    told = (await welcome(world, driver))["server_time"]
    assert len(told) == len("2026-01-01T00:00:00.000Z")
    assert told.endswith("Z")
    assert before <= datetime.fromisoformat(told) <= datetime.now(UTC)


@pytest.mark.parametrize("hours", [1, -3, 0])
async def test_an_app_that_says_its_time_is_told_its_skew(world: World, driver: Driver, hours: int) -> None:
    begun = datetime.now(UTC)
    sent_at = begun + timedelta(hours=hours)
    skew_ms = (await welcome(world, driver, sent_at=sent_at.isoformat()))["clock_skew_ms"]
    took_ms = (datetime.now(UTC) - begun) / timedelta(milliseconds=1)
    assert hours * 3_600_000 - took_ms - 1 <= skew_ms <= hours * 3_600_000
    assert "clock_skew_ms" not in await welcome(world, driver)
    assert "clock_skew_ms" not in await welcome(world, driver, sent_at=None)


async def test_a_clock_that_is_an_hour_ahead_loses_nothing_once_corrected_by_what_the_reject_says(
    world: World, driver: Driver
) -> None:
    wrong = datetime.now(UTC) + timedelta(hours=1)
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL, wrong))
        reject = await phone.receive()
        assert (reject["type"], reject["reason"], reject["field"]) == ("reject", "in_future", "recorded_at")
        assert 3_500_000 < reject["ahead_ms"] <= 3_600_000
        await phone.until_ack(1)
        await phone.send(ping(2, *THAMEL, wrong - timedelta(milliseconds=reject["ahead_ms"])))
        await phone.until_ack(2)
        assert phone.rejected == {}
    await world.stored_fixes(driver, 1)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"lat": 91}, "lat", "90"),
        ({"lon": -181}, "lon", "180"),
        ({"lat": 0, "lon": 0}, "lat", "exactly 0"),
        ({"recorded_at": "1999-08-22T00:00:00Z"}, "recorded_at", "days old"),
    ],
)
async def test_a_reject_names_the_field_and_what_would_fit(
    world: World, driver: Driver, change: dict[str, Any], field: str, words: str
) -> None:
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL) | change)
        reject = await phone.receive()
        assert reject["field"] == field
        assert words in reject["detail"]


ODD: list[tuple[str, float, float | None, str]] = [
    ("battery", 80, 0.8, "odd_battery"),
    ("battery", -1, None, "odd_battery"),
    ("battery", 101, None, "odd_battery"),
    ("heading_deg", 400, 40, "odd_heading"),
    ("heading_deg", -1, None, "odd_heading"),
    ("heading_deg", 1e9, None, "odd_heading"),
    ("speed_mps", -3, None, "odd_speed"),
    ("speed_mps", 1e300, None, "odd_speed"),
    ("accuracy_m", -1, None, "poor_accuracy"),
]


@pytest.mark.parametrize(("field", "said", "kept", "flag"), ODD)
async def test_a_field_that_cannot_be_meant_is_put_right_or_left_out_said_and_flagged(
    world: World, driver: Driver, field: str, said: float, kept: float | None, flag: str
) -> None:
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL) | {field: said})
        told = await phone.receive()
        assert (told["type"], told["seq"], told["field"]) == ("adjusted", 1, field)
        await phone.until_ack(1)
        await phone.send({"type": "pings", "pings": [ping(2, 27.7, 85.3) | {field: said}]})
        assert await phone.receive() == {"type": "ack", "seq": 2}, "each field is told once a connection"
    fixes = await world.stored_fixes(driver, 2)
    assert [fix[field] for fix in fixes] == [kept, kept]
    assert all(flag in fix["flags"] for fix in fixes)


async def test_the_edges_of_what_can_be_meant_are_kept_as_they_are(world: World, driver: Driver) -> None:
    edges: list[dict[str, Any]] = [
        {"battery": 0.0, "heading_deg": 0.0, "speed_mps": 0.0},
        {"battery": 1.0, "heading_deg": 360.0},
    ]
    async with world.phone(driver) as phone:
        for seq, edge in enumerate(edges, 1):
            await phone.send(ping(seq, 27.7 + seq / 1e4, 85.3, **edge))
        await phone.until_ack(2)
    for fix, edge in zip(await world.stored_fixes(driver, 2), edges, strict=True):
        assert {key: fix[key] for key in edge} == edge
        assert fix["flags"] == []

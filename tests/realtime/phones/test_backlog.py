"""A backlog over HTTP: each ping is answered by its seq, once the accepted ones are safe."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.world import THAMEL, Driver, World, ok, ping

POSITIONS = "/api/transporters/me/positions/"


def backlog(pings: list[Any], epoch: str = "one") -> dict[str, Any]:
    return {"device": "phone", "epoch": epoch, "pings": pings}


async def sent(driver: Driver, body: object) -> httpx.Response:
    """With escapes for whatever is no ASCII, so that half a pair can be sent."""
    return await driver.http.post(POSITIONS, content=json.dumps(body).encode(), headers=driver.headers)


def newest_first(count: int) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        ping(count - back, 27.7 - back * 1e-4, 85.3, now - timedelta(seconds=5 * back), accuracy_m=8.0)
        for back in range(count)
    ]


async def test_a_thousand_pings_newest_first_are_stored_in_order(world: World) -> None:
    driver = await world.driver()
    answer = ok(await driver.post(POSITIONS, backlog(newest_first(1000))))
    assert answer.pop("server_time").endswith("Z")
    assert answer == {"accepted": list(range(1, 1001)), "rejected": [], "adjusted": [], "last_seq": 1000}
    fixes = await world.stored_fixes(driver, 1000)
    assert [fix["seq"] for fix in fixes] == list(range(1, 101))
    assert all(fix["flags"] == [] for fix in fixes)
    again = ok(await driver.post(POSITIONS, backlog(newest_first(1000)[:5])))
    assert again["accepted"] == [996, 997, 998, 999, 1000]
    await world.stored_fixes(driver, 1000)


@pytest.mark.parametrize("key", ["device", "epoch"])
async def test_a_device_or_epoch_that_was_cut_within_an_emoji_is_taken(world: World, key: str) -> None:
    driver = await world.driver()
    body = backlog([ping(1, *THAMEL)]) | {key: "van \ud83d"}
    answer = ok(await sent(driver, body))
    assert answer["accepted"] == [1]


async def test_an_unknown_key_that_was_cut_within_an_emoji_is_named(world: World) -> None:
    driver = await world.driver()
    answer = await sent(driver, backlog([]) | {"x\ud83d": 1})
    assert answer.status_code == 400
    assert "x\ufffd" in answer.json()["errors"]


async def test_the_socket_goes_on_where_the_backlog_ended(world: World) -> None:
    driver = await world.driver()
    ok(await driver.post(POSITIONS, backlog(newest_first(10)) | {"device": driver.device}))
    async with world.phone(driver, epoch="one") as phone:
        assert phone.welcome["last_seq"] == 10


async def test_each_ping_of_a_backlog_is_accepted_or_rejected_by_name(world: World) -> None:
    driver = await world.driver()
    pings: list[Any] = [
        ping(1, *THAMEL),
        ping(2, 91, 85.3),
        ping(3, *THAMEL) | {"recorded_at": "yesterday"},
        ping(4, 0, 0),
        ping(5, *THAMEL, datetime.now(UTC) - timedelta(days=400)),
        ping(6, *THAMEL, datetime.now(UTC) + timedelta(days=1)),
    ]
    answer = ok(await driver.post(POSITIONS, backlog(pings)))
    assert answer["accepted"] == [1]
    assert {one["seq"]: one["reason"] for one in answer["rejected"]} == {
        2: "out_of_range",
        3: "malformed",
        4: "null_island",
        5: "too_old",
        6: "in_future",
    }


async def test_a_backlog_that_is_none_is_a_400_and_stores_nothing(world: World) -> None:
    driver = await world.driver()
    good = ping(1, *THAMEL)
    bodies: list[Any] = [
        backlog([good] * 1001),
        backlog([good, {"lat": 1}]),
        backlog([good, 7]),
        {"pings": [good]},
        backlog([good], epoch=""),
        backlog([good], epoch="\x00"),
        [],
        None,
    ]
    for body in bodies:
        ok(await driver.post(POSITIONS, body), 400)
    assert ok(await driver.get(f"/api/transporters/{driver.transporter_id}/positions/"))["count"] == 0
    assert ok(await driver.post(POSITIONS, backlog([])))["accepted"] == []


async def test_a_backlog_needs_a_transporter(world: World) -> None:
    ok(await world.http.post(POSITIONS, json=backlog([])), 401)
    ok(await (await world.person("customer")).post(POSITIONS, backlog([])), 403)
    ok(await (await world.person("transporter")).post(POSITIONS, backlog([])), 404)


async def test_one_value_that_cannot_be_read_costs_no_other_ping_of_a_backlog(world: World) -> None:
    driver = await world.driver()
    pings = [json.dumps(ping(seq, *THAMEL)) for seq in range(1, 6)]
    pings[1] = pings[1][:-1] + ',"x":' + "[" * 2000 + "]" * 2000 + "}"
    pings[2] = pings[2][:-1] + ',"x":"\\ud83d","battery":80}'
    pings[3] = pings[3].replace('"lat": 27.7', '"lat": 1e400, "was": 27.7')
    content = f'{{"device":"phone","epoch":"one","pings":[{",".join(pings)}]}}'.encode()
    headers = driver.headers | {"Content-Type": "application/json"}
    answer = ok(await world.http.post(POSITIONS, content=content, headers=headers))
    assert answer["accepted"] == [1, 2, 3, 5]
    assert [(one["seq"], one["reason"], one["field"]) for one in answer["rejected"]] == [(4, "malformed", "lat")]
    assert [(one["seq"], one["field"]) for one in answer["adjusted"]] == [(3, "battery")]


async def test_each_ping_of_a_backlog_that_cannot_be_named_is_told(world: World) -> None:
    driver = await world.driver()
    answer = ok(await driver.post(POSITIONS, backlog([ping(1, *THAMEL), {"lat": 1}, 7])), 400)
    assert set(answer["errors"]) == {"pings[1]", "pings[2]"}

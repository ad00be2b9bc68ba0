"""Traces through real sockets into a real server: exactly once, newest first on the map, and again adds nothing."""

import asyncio
import re
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from api.cli.replay import replay_file
from api.simulation.replay.reading import read_traces
from api.terminal.errors import CommandError
from dispatch.settings import Settings
from realtime.redis.keys import Keys
from tests.support.real_data import gps
from tests.support.replays import CAPMETRO, check_exactly_once, check_map
from tests.support.server_process import ServerProcess, ended, free_port
from tests.support.waiting import PATIENCE_S, until

Write = Callable[..., Path]
# Two processes read one clock, which the machine may put right in between.
CLOCKS_APART = timedelta(seconds=1)
HEADER = "vehicle_id,timestamp,latitude,longitude"
# The longest is sent in every run while its server is killed.
REAL = ("munich-1hz.csv.gz", "liverpool-bus.csv.gz", pytest.param(CAPMETRO, marks=pytest.mark.heavy))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
async def test_a_real_file_is_stored_exactly_once_and_again_adds_nothing(
    replay_server: ServerProcess, name: str
) -> None:
    path = gps(name)
    traces = read_traces(str(path))
    first = await replay_server.replay(path, "--speed", "max")
    assert first.code == 0, first.err
    summary = first.summary
    assert (summary["sent"], summary["acknowledged"], summary["rejected"]) == (traces.rows, traces.rows, {})
    assert summary["ack_ms"]["p50"] <= summary["ack_ms"]["p99"]
    check_exactly_once(traces, summary["transporters"], await replay_server.stored(traces.epoch))
    await check_map(replay_server, traces, summary["transporters"])

    again = await replay_server.replay(path, "--speed", "max")
    assert again.code == 0
    assert (again.summary["sent"], again.summary["skipped"]) == (0, traces.rows)
    assert again.summary["transporters"] == summary["transporters"]
    assert len(await replay_server.stored(traces.epoch)) == traces.rows


async def test_what_the_server_rejects_is_named_and_everything_else_is_stored(
    replay_server: ServerProcess, write_csv: Write
) -> None:
    path = write_csv(
        HEADER, "r,1985-09-06T12:00:00Z,1,2", "r,2015-09-06T12:00:00Z,91,2", "r,2015-09-06T12:00:01Z,10,20",
        "r,2015-09-06T12:00:02Z,0,0", "r,2015-09-06T12:00:03Z,10.5,-181", "r,never,1,2",
    )  # fmt: skip
    refused = await replay_server.replay(path, "--speed", "max")
    assert (refused.code, refused.out) == (2, ""), refused.err
    assert "16.7% of its rows cannot be used" in refused.err
    outcome = await replay_server.replay(path, "--speed", "max", "--most-bad", "0.5")
    assert outcome.code == 1, "more than half of what was sent was rejected"
    summary = outcome.summary
    assert summary["rejected"] == {"too_old": 1, "out_of_range": 2, "null_island": 1}
    assert summary["rejected_examples"]["out_of_range"] == ["r, line 3", "r, line 6"]
    assert summary["bad_rows"]["a time that is neither ISO 8601 nor a Unix time"] == {"count": 1, "lines": [7]}
    (row,) = await replay_server.stored(summary["epoch"])
    assert (row["seq"], row["lat"], row["lon"]) == (3, 10, 20)


async def test_every_vehicle_becomes_one_verified_transporter_whatever_its_name(
    replay_server: ServerProcess, write_csv: Write
) -> None:
    names = ["A1", "a1", "a 1", "काठमाडौं", "x" * 300, "x" * 299, "o'bus; --", "a@b", "-", "-.-", "{v}", "%s"]
    path = write_csv(HEADER, *(f"{name},2015-09-06T12:00:00Z,{at},2" for at, name in enumerate(names)))
    outcome = await replay_server.replay(path, "--speed", "max")
    assert outcome.code == 0, outcome.err
    transporters = outcome.summary["transporters"]
    assert set(transporters) == set(names)
    assert len(set(transporters.values())) == len(names)
    database = await asyncpg.connect((replay_server.urls.database_url or "").replace("+asyncpg", ""))
    rows = await database.fetch(
        "SELECT t.id, u.name, t.verified_at FROM transporters t JOIN users u ON u.id = t.user_id"
        " WHERE t.id = ANY($1::bigint[])",
        list(transporters.values()),
    )
    await database.close()
    assert {row["id"]: row["name"] for row in rows} == {transporters[name]: name[:120] for name in names}
    assert all(row["verified_at"] for row in rows)


@pytest.mark.slow
async def test_standard_input_and_a_gzipped_file_are_the_same_replay(
    replay_server: ServerProcess, write_csv: Write
) -> None:
    lines = (HEADER, "pipe,2015-09-06T12:00:00Z,1,2", "pipe,2015-09-06T12:00:01Z,1,2")
    plain = write_csv(*lines)
    assert (await replay_server.replay(write_csv(*lines, name="traces.csv.gz"), "--speed", "max")).code == 0
    process = await asyncio.create_subprocess_exec(
        *replay_server.command("-", "--speed", "max"),
        env=replay_server.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(plain.read_bytes())
    assert process.returncode == 0
    assert b'"skipped": 2' in out


async def test_at_a_multiple_of_real_time_the_newest_fix_is_of_the_moment_it_is_sent(
    replay_server: ServerProcess, write_csv: Write
) -> None:
    path = write_csv(HEADER, *(f"paced,{1441540800 + 60 * n},{n},2" for n in range(1, 11)))
    outcome = await replay_server.replay(path, "--speed", "1200")
    assert outcome.code == 0, outcome.err
    rows = sorted(await replay_server.stored(outcome.summary["epoch"]), key=lambda row: row["seq"])
    assert [row["lat"] for row in rows] == list(range(1, 11))
    assert all(row["recorded_at"] <= row["received_at"] + CLOCKS_APART for row in rows)
    assert {(late["recorded_at"] - early["recorded_at"]).seconds for early, late in pairwise(rows)} == {60}


@pytest.mark.slow
async def test_ctrl_c_ends_with_the_summary_so_far_and_the_same_command_goes_on(
    replay_server: ServerProcess, write_csv: Write
) -> None:
    lines = [f"v{n % 7},{1441540800 + n},{n % 80},2" for n in range(2_000)]
    path = write_csv(HEADER, *lines)
    process = replay_server.began(path, "--speed", "50")
    epoch = read_traces(str(path)).epoch

    async def some_are_stored() -> bool:
        return await replay_server.count(epoch) > 50

    await until(some_are_stored)
    process.send_signal(signal.SIGINT)
    outcome = await ended(process)
    assert outcome.code == 130, outcome.err
    summary = outcome.summary
    assert summary["interrupted"]
    assert 50 < summary["acknowledged"] < 2_000

    rest = await replay_server.replay(path, "--speed", "max")
    assert rest.code == 0
    assert rest.summary["skipped"] >= summary["acknowledged"]
    check_exactly_once(read_traces(str(path)), summary["transporters"], await replay_server.stored(epoch))


@pytest.mark.slow
@pytest.mark.parametrize("speed", ["max", pytest.param("8000", marks=pytest.mark.heavy)])
async def test_a_kill_of_the_server_in_the_middle_loses_no_acknowledged_ping(
    fresh_server: ServerProcess, speed: str
) -> None:
    path = gps(CAPMETRO)
    traces = read_traces(str(path))
    await fresh_server.start()
    process = fresh_server.began(path, "--speed", speed)
    async with Redis.from_url(fresh_server.redis_url) as redis:

        async def is_in_the_middle() -> bool:
            return int(await redis.zcard(Keys().geo)) > 20

        await until(is_in_the_middle)
    await fresh_server.end(signal.SIGKILL)
    await fresh_server.start()
    outcome = await ended(process)
    assert outcome.code == 0, outcome.err
    summary = outcome.summary
    assert summary["reconnects"] > 0
    assert (summary["sent"], summary["acknowledged"], summary["missing"]) == (traces.rows, traces.rows, 0)
    check_exactly_once(traces, summary["transporters"], await fresh_server.stored(traces.epoch))
    await check_map(fresh_server, traces, summary["transporters"])


async def test_the_positions_of_a_vehicle_can_be_read_over_http(replay_server: ServerProcess, write_csv: Write) -> None:
    path = write_csv(f"{HEADER},speed_kmh,bearing", "h,2015-09-06T12:00:00Z,1,2,36,90", "h,2015-09-06T12:00:01Z,3,4,,")
    summary = (await replay_server.replay(path, "--speed", "max")).summary
    await replay_server.stored(summary["epoch"])
    token = await replay_server.admin_token()
    async with httpx.AsyncClient(base_url=replay_server.url, trust_env=False, timeout=PATIENCE_S) as client:
        reply = await client.get(
            f"/api/transporters/{summary['transporters']['h']}/positions/", headers={"Authorization": f"Bearer {token}"}
        )
    found: list[dict[str, Any]] = reply.json()["results"]
    assert [(row["seq"], row["lat"], row["speed_mps"], row["heading_deg"]) for row in found] == [
        (1, 1, 10, 90),
        (2, 3, None, None),
    ]


async def test_without_a_server_a_message_says_what_to_do(tmp_path: Path, write_csv: Write) -> None:
    outcome = await ServerProcess(tmp_path / "none", free_port()).replay(write_csv(HEADER, "a,1441540800,1,2"))
    assert outcome.code == 2
    assert "No server answers at http://127.0.0.1:" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "none").exists()


async def test_settings_of_another_server_are_recognised(
    replay_server: ServerProcess, tmp_path: Path, write_csv: Write
) -> None:
    path = str(write_csv(HEADER, "a,1441540800,1,2"))
    elsewhere = Settings(data_dir=tmp_path / "other", port=replay_server.port)
    with pytest.raises(CommandError, match="the settings here lead to another database or key"):
        await replay_file(elsewhere, path, "max", None)
    other_key = replay_server.settings.model_copy(
        update={"secret_key": SecretStr("another key that is long enough for the signature")}
    )
    with pytest.raises(CommandError, match="the settings here lead to another database or key"):
        await replay_file(other_key, path, "max", None)


@pytest.mark.parametrize(
    ("speed", "url", "why"),
    [
        ("fast", None, "--speed must be a number above 0, or max"),
        ("-1", None, "--speed must be a number above 0, or max"),
        ("nan", None, "--speed must be a number above 0, or max"),
        ("1", "localhost", "--url must be like http://127.0.0.1:8000"),
        ("1", "ftp://127.0.0.1", "--url must be like http://127.0.0.1:8000"),
        ("1", "http://[::1", "--url must be like http://127.0.0.1:8000"),
        ("1", "http://host:port", "--url must be like http://127.0.0.1:8000"),
        ("1", None, "cannot be replayed: no vehicle column"),
    ],
)
async def test_what_cannot_be_used_is_said_in_a_message(
    speed: str, url: str | None, why: str, tmp_path: Path, write_csv: Write
) -> None:
    path = write_csv("time,latitude,longitude", "1441540800,1,2")
    with pytest.raises(CommandError, match=re.escape(why)):
        await replay_file(Settings(data_dir=tmp_path / "none"), str(path), speed, url)

"""`dispatch load` against a real server: everything acknowledged and seen, bounded, and honest where it is not."""

import asyncio
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from api.cli.load import put_under_load
from api.cli.target import allow_sockets
from api.server.serving import RunningServer
from api.simulation.load.plan import Plan
from api.terminal.errors import CommandError
from realtime.redis.keys import Keys
from tests.simulation.load.command import load
from tests.support.server_process import ServerProcess
from tests.support.waiting import until

SMALL = {"transporters": 5, "watchers": 5, "rate": 50.0, "seconds": 2.0}
PINGS = 100
# Those of other tests come to the history when they like.
OF_LOADS = """
SELECT count(*) FROM stored_fixes
WHERE transporter_id IN (SELECT id FROM transporters WHERE business_name = 'Load test')
"""


def plan(**changes: Any) -> Plan:
    return Plan(**(SMALL | changes))


def ordered(times: dict[str, Any]) -> bool:
    return bool(0 <= times["p50"] <= times["p90"] <= times["p99"] <= times["p99_9"] <= times["max"])


async def check_stored_once_and_not_doubted(server: RunningServer, epoch: str) -> None:
    """All pings of a run are in the history, each once and without a flag."""
    query = text("SELECT transporter_id, seq, flags FROM stored_fixes WHERE epoch = :epoch")

    async def rows() -> list[Any]:
        async with server.services.database.work() as work:
            return list(await work.session.execute(query, {"epoch": epoch}))

    async def all_there() -> bool:
        return len(await rows()) >= PINGS

    await until(all_there)
    stored = await rows()
    assert len({(row.transporter_id, row.seq) for row in stored}) == len(stored) == PINGS
    assert not any(row.flags for row in stored), "a track that the server doubts"


@pytest.mark.parametrize(("batch", "sse"), [(1, 0.0), (5, 0.4)])
async def test_every_ping_is_acknowledged_stored_once_and_seen_by_the_watchers(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], batch: int, sse: float
) -> None:
    code, result = await load(server.settings, tmp_path, plan(batch=batch, sse=sse))
    assert code == 0
    assert (result["pings"], result["sent"], result["acknowledged"]) == (PINGS, PINGS, PINGS)
    assert (result["rejected"], result["open"], result["missing"], result["complete"]) == ({}, 0, 0, True)
    assert result["ack_ms"]["count"] == PINGS
    watching = result["watching"]
    assert (watching["connected"], watching["failed"]) == (5, {})
    assert 5 <= watching["positions"] == watching["ping_to_watcher_ms"]["count"] <= PINGS
    assert ordered(result["ack_ms"])
    assert ordered(watching["ping_to_watcher_ms"])
    printed = capsys.readouterr().out
    assert "due → watcher" in printed
    assert "█" in printed
    await check_stored_once_and_not_doubted(server, result["epoch"])


@pytest.mark.slow
async def test_connections_that_break_off_cost_no_ping_leave_nothing_open_and_watchers_go_on_without_a_hole(
    server: RunningServer, tmp_path: Path
) -> None:
    sessions_before, tasks_before = server.services.sockets.sessions.count, len(asyncio.all_tasks())
    code, result = await load(server.settings, tmp_path, plan(churn=60.0))
    assert code == 0
    watching = result["watching"]
    assert result["reconnects"] + watching["reconnects"] > 0
    assert watching["reconnects"] == watching["recovered"]
    assert (result["acknowledged"], result["open"], result["missing"]) == (PINGS, 0, 0)
    await check_stored_once_and_not_doubted(server, result["epoch"])
    await until(
        lambda: server.services.sockets.sessions.count == sessions_before and len(asyncio.all_tasks()) <= tasks_before
    )


async def test_ctrl_c_waits_for_what_was_sent_and_still_reports(server: RunningServer, tmp_path: Path) -> None:
    async def stored() -> int:
        async with server.services.database.work() as work:
            return await work.session.scalar(text(OF_LOADS)) or 0

    before = await stored()

    async def pings_arrive() -> bool:
        return await stored() > before

    running = asyncio.create_task(load(server.settings, tmp_path, plan(seconds=600.0)))
    await until(pings_arrive)
    os.kill(os.getpid(), signal.SIGINT)
    code, result = await running
    assert code == 130
    assert result["interrupted"]
    assert (result["open"], result["missing"]) == (0, 0)
    assert 0 < result["acknowledged"] == result["sent"] == result["pings"]


@pytest.mark.slow
async def test_a_server_that_vanishes_ends_the_run_with_a_report_that_says_so(
    process: ServerProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = asyncio.create_task(load(process.settings, tmp_path, plan(seconds=600.0), give_up_after_s=1.0))
    async with Redis.from_url(process.redis_url) as redis:

        async def pings_arrive() -> bool:
            return bool(await redis.exists(Keys().live))

        await until(pings_arrive)
    await process.end(signal.SIGKILL)
    code, result = await running
    assert code == 1
    assert not result["complete"]
    assert result["open"] > 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Transporters that gave up: 5: the server does not come back" in said
    assert "pings were not acknowledged." in said


async def refusal(server: RunningServer, url: str | None = None, **changes: Any) -> str:
    """Why the command does not begin."""
    with pytest.raises(CommandError) as refused:
        await put_under_load(server.settings, url, plan(**changes), json_file=None, mine=False, give_up_after_s=1.0)
    return str(refused.value)


async def test_another_host_is_left_alone_without_consent(server: RunningServer) -> None:
    why = await refusal(server, "http://server.invalid:8000")
    assert "server.invalid is not this machine" in why
    assert "--yes-this-server-is-mine" in why


async def test_what_cannot_be_done_is_refused_with_the_reason(server: RunningServer) -> None:
    assert "--batch must be 1 to 500" in await refusal(server, batch=501)
    assert "name more --transporters" in await refusal(server, transporters=1, rate=1001.0)
    assert "that takes 99.0 s" in await refusal(server, transporters=100, rate=1.0, seconds=10.0)
    assert "No server answers at http://127.0.0.1:1" in await refusal(server, "http://127.0.0.1:1")


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[1] == resource.RLIM_INFINITY, reason="no limit of open files here"
)
async def test_more_connections_than_files_may_be_open_are_refused_with_the_limit_that_is_needed(
    server: RunningServer,
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert allow_sockets(10) == 10
    assert f"Raise the limit (ulimit -n {hard + 105})" in await refusal(server, watchers=hard)


async def test_the_command_line_knows_it() -> None:
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.cli.main", "load", "--help", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await command.communicate()
    assert command.returncode == 0
    assert b"--yes-this-server-is-mine" in out

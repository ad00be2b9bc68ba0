"""Real traces through a server whose processes are killed and replaced meanwhile."""

import signal
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from api.simulation.replay.reading import read_traces
from realtime.redis.keys import Keys
from tests.support.real_data import gps
from tests.support.replays import CAPMETRO, check_exactly_once, check_map
from tests.support.server_process import ServerProcess, ended, free_port
from tests.support.waiting import until


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
async def test_a_day_of_buses_is_stored_exactly_once_while_workers_die_or_are_replaced(
    tmp_path: Path, how: signal.Signals
) -> None:
    path = gps(CAPMETRO)
    traces = read_traces(str(path))
    server = ServerProcess(tmp_path / "data", free_port(), {"DISPATCH_WORKERS": "2"})
    await server.start()
    try:
        assert server.process is not None
        supervisor = psutil.Process(server.process.pid)
        workers = [one for one in supervisor.children() if one.cmdline()[-1].startswith("worker ")]
        assert len(workers) == 2
        process = server.began(path, "--speed", "2500")
        async with Redis.from_url(server.redis_url) as redis:

            async def is_in_the_middle() -> bool:
                return int(await redis.zcard(Keys().geo)) > 20

            await until(is_in_the_middle)
        (supervisor if how == signal.SIGHUP else workers[0]).send_signal(how)
        outcome = await ended(process)
        assert outcome.code == 0, outcome.err
        summary = outcome.summary
        assert summary["reconnects"] > 0
        assert (summary["sent"], summary["acknowledged"], summary["missing"]) == (traces.rows, traces.rows, 0)
        check_exactly_once(traces, summary["transporters"], await server.stored(traces.epoch))
        await check_map(server, traces, summary["transporters"])
        gone = workers if how == signal.SIGHUP else workers[:1]
        await until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in gone))
    finally:
        await server.end(signal.SIGTERM)

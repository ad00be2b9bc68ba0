"""A server under load with connections that come and go: nothing lost, nothing left over, memory flat."""

import asyncio
import json
import sys
from pathlib import Path

import psutil
import pytest

from api.simulation.load.plan import Plan
from tests.simulation.load.command import load
from tests.simulation.load.memory import Memory
from tests.support.server_process import ServerProcess
from tests.support.waiting import until

# Over the second half of the run. In a minute pools, caches and the allocator have what they need; the short form is
# over before, and is there for what is lost or left over.
MAY_GROW_MIB = {"short": 10.0, "long": 2.0}


def clients_of(server: ServerProcess) -> int:
    """Connections to its port that it still holds, whatever their state."""
    assert server.process is not None
    open_now = psutil.Process(server.process.pid).net_connections("tcp")
    return sum(one.laddr.port == server.port and one.status != psutil.CONN_LISTEN for one in open_now)


async def soak(server: ServerProcess, folder: Path, plan: Plan, may_grow_mib: float) -> None:
    """Load, and everything that must hold during it and afterwards; figures go to standard error."""
    assert server.process is not None
    memory = Memory(server.process.pid)
    sampling = asyncio.create_task(memory.sample())
    try:
        code, result = await load(server.settings, folder, plan)
    finally:
        sampling.cancel()
    watching = result["watching"]
    figures = {
        "seconds": result["seconds"],
        "pings": result["pings"],
        "resent": result["resent"],
        "reconnects": result["reconnects"] + watching["reconnects"],
        "ack_p99_ms": result["ack_ms"]["p99"],
        "ping_to_watcher_p99_ms": watching["ping_to_watcher_ms"]["p99"],
        "memory_mib": [round(memory.mib[at * (len(memory.mib) - 1) // 10], 1) for at in range(11)],
        "growth_mib_second_half": round(memory.growth_mib(), 2),
    }
    sys.stderr.write(f"soak: {json.dumps(figures)}\n")
    assert code == 0, result
    assert result["reconnects"] > 0
    assert (result["acknowledged"], result["open"], result["missing"]) == (result["pings"], 0, 0)
    assert watching["reconnects"] == watching["recovered"], "a watcher had to begin again"
    assert memory.growth_mib() < may_grow_mib
    await until(lambda: clients_of(server) == 0)
    rows = await server.stored(result["epoch"])
    assert len({(row["transporter_id"], row["seq"]) for row in rows}) == len(rows) == result["acknowledged"]


@pytest.mark.slow
async def test_under_load_with_churn_nothing_is_lost_or_left_over_and_memory_stays_flat(
    process: ServerProcess, tmp_path: Path
) -> None:
    await soak(process, tmp_path, Plan(20, 30, 100.0, 5.0, churn=6.0, sse=0.1), MAY_GROW_MIB["short"])


@pytest.mark.heavy
@pytest.mark.timeout(1200)
async def test_ten_minutes_of_load_with_churn_lose_nothing_leave_nothing_over_and_keep_memory_flat(
    process: ServerProcess, tmp_path: Path
) -> None:
    await soak(process, tmp_path, Plan(100, 200, 300.0, 600.0, churn=1.0, sse=0.1), MAY_GROW_MIB["long"])

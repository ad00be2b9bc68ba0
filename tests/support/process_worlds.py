"""People and things on a server that is a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import psutil  # ships no types

from api.cli.context import operating
from api.server.serving import RunningServer
from tests.support.processes import ServiceProcesses
from tests.support.server_process import ServerProcess
from tests.support.world import World

# A client that waits longer than this for an answer was forgotten.
ANSWERED_WITHIN_S = 60.0
WORKER = "api.server.worker"


@asynccontextmanager
async def world_of(server: ServerProcess) -> AsyncIterator[World]:
    """Makes people and things on a server that is another process."""
    async with (
        operating(server.settings) as services,
        httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=ANSWERED_WITHIN_S) as http,
    ):
        yield World(RunningServer(server.settings, services, asyncio.Event()), http)


def kill_everything(server: ServerProcess) -> None:
    """``kill -9`` of all workers, the steward and PostgreSQL; the supervisor has to do the rest."""
    assert server.process is not None
    for child in psutil.Process(server.process.pid).children():
        with suppress(psutil.Error):  # one of its other children may have ended since
            if WORKER in child.cmdline():
                child.kill()
    ServiceProcesses(server.data_dir, "postgres").kill()

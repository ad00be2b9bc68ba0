"""A server of several processes, begun as operators begin it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from api.process.resources import Addresses
from api.server.services import build_services
from api.server.serving import RunningServer
from dispatch.settings import Settings
from tests.support.server_process import free_port
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import World

MODULE = "api.server.worker"


@dataclass
class ServerProcesses:
    """A server with workers."""

    handle: asyncio.subprocess.Process
    log: Path
    world: World

    @property
    def text(self) -> str:
        """What all its processes have logged so far."""
        return self.log.read_text()

    def processes(self) -> dict[str, int]:
        """Name → process id of the workers and the steward; the newest where one takes another's place."""
        found = [child for child in psutil.Process(self.handle.pid).children() if child.is_running()]
        return {name: child.pid for child in found if (name := _name_of(child))}

    def workers(self) -> set[int]:
        """Process ids of all workers, those that are on their way out too."""
        children = psutil.Process(self.handle.pid).children()
        return {child.pid for child in children if _name_of(child).startswith("worker")}

    def serving(self, port: int) -> int:
        """The worker whose client's end of a connection is at this port."""
        for pid in self.workers():
            if any(one.raddr and one.raddr.port == port for one in psutil.Process(pid).net_connections("tcp")):
                return pid
        raise AssertionError("no worker has this connection")


def _name_of(child: psutil.Process) -> str:
    try:
        command = child.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
    return str(command[-1]) if MODULE in command else ""


async def begun(settings: Settings, log: Path, workers: int) -> asyncio.subprocess.Process:
    """The command, as it is being started."""
    environment = os.environ | {
        "DISPATCH_DATA_DIR": str(settings.data_dir),
        "DISPATCH_DATABASE_URL": str(settings.database_url),
        "DISPATCH_REDIS_URL": str(settings.redis_url),
        "DISPATCH_KHALTI_BASE_URL": str(settings.khalti_base_url),
        "DISPATCH_PORT": str(settings.port),
        "DISPATCH_TRACKING_POSITION": settings.tracking_position,
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "api.cli.main", "serve", "--workers", str(workers)]
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )


@asynccontextmanager
async def serving_with_workers(settings: Settings, log: Path, workers: int) -> AsyncIterator[ServerProcesses]:
    """Until every process is up; killed at the end if it still runs."""
    settings = settings.model_copy(update={"port": free_port()})
    addresses = Addresses(str(settings.database_url), str(settings.redis_url), str(settings.khalti_base_url), "key")
    services = build_services(settings, addresses)
    process = await begun(settings, log, workers)
    try:

        def is_up() -> bool:
            assert process.returncode is None, log.read_text()
            return "Listening on" in log.read_text()

        await until(is_up)
        async with httpx.AsyncClient(base_url=settings.public_url, timeout=PATIENCE_S) as http:
            yield ServerProcesses(process, log, World(RunningServer(settings, services, asyncio.Event()), http))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await services.close()

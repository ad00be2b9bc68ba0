"""A demo of its own: a free port, a data folder that is thrown away, ended with who began it."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

STARTS_WITHIN_S: Final = 300
ENDS_WITHIN_S: Final = 60
PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """Where it answers, and a parcel that is on its way."""

    url: str
    tracking_number: str


@asynccontextmanager
async def demo(city: Path | None = None) -> AsyncIterator[RunningDemo]:
    """A demo until the block ends, with the streets of ``city``. Raises SystemExit where it does not start."""
    with tempfile.TemporaryDirectory(prefix="dispatch-demo-") as folder:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        environment = {**os.environ, "DISPATCH_DATA_DIR": folder, "DISPATCH_PORT": str(port)}
        if city is not None:
            await _run("basemap", "import", str(city), environment=environment)
        command = (sys.executable, "-m", "api.cli.main", "demo")
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            yield RunningDemo(url, await _started(process, url))
        finally:
            await _end(process)


async def _run(*words: str, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "api.cli.main", *words, env=environment)
    if await process.wait():
        raise SystemExit("The streets could not be imported.")


async def _started(process: asyncio.subprocess.Process, url: str) -> str:
    """The number of a parcel, once the demo tells it."""
    async with asyncio.timeout(STARTS_WITHIN_S), httpx.AsyncClient(trust_env=False) as client:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                reply = await client.get(f"{url}/pages/demo.json")
                if reply.status_code == httpx.codes.OK and reply.json()["tracking_numbers"]:
                    return str(reply.json()["tracking_numbers"][0])
            await asyncio.sleep(PAUSE_S)
    raise SystemExit("The demo did not start.")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()

"""The sandbox gateway as a process of its own, at the port it had before where that is free.

Addresses of payment pages outlive a restart that way.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.embedded import EmbeddedError
from api.embedded.program import Identity, Program, rotate, start
from api.embedded.supervisor import keep_running
from api.process.private_files import private_folder
from dispatch.settings import Settings

# As long as a worker may take: one that is just slow, on a machine that is busy, is no reason to start nothing.
START_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class SandboxGateway:
    """A running sandbox gateway."""

    base_url: str
    pid: int

    @property
    def api_url(self) -> str:
        """Where it speaks KPG-2."""
        return f"{self.base_url}/api/v2/"


def find_sandbox(settings: Settings) -> SandboxGateway | None:
    """The sandbox gateway that belongs to the data folder, as it last said where it listens."""
    try:
        found: dict[str, Any] = json.loads(_port_file(settings).read_text())
        return SandboxGateway(str(found["base_url"]).rstrip("/"), int(found["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@asynccontextmanager
async def sandbox_gateway(settings: Settings) -> AsyncIterator[SandboxGateway]:
    """Run it for the time of the block; one that dies is started again at its port. Raises EmbeddedError."""
    process = _SandboxProcess(settings)
    try:
        sandbox = await process.start_first()
        keeping = asyncio.create_task(keep_running(process, lambda _name, _trouble: None), name="keep the gateway")
        try:
            yield sandbox
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
    finally:
        await process.tidy()


class _SandboxProcess:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._port = settings.sandbox_port
        self._program: Program | None = None

    @property
    def name(self) -> str:
        """For people."""
        return "the sandbox gateway"

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 0 where it was not started."""
        return self._program.exit_code if self._program else 0

    async def start_first(self) -> SandboxGateway:
        """At the port of the settings, or at that of the run before, or at any. Raises EmbeddedError."""
        before = find_sandbox(self._settings)
        if self._port == 0 and before is not None:
            self._port = int(before.base_url.rpartition(":")[2])
            with suppress(EmbeddedError):
                return await self._start()
            await self.tidy()
            self._port = 0
        return await self._start()

    async def start(self) -> None:
        """At the port it has, which stands in addresses of payment pages by now. Raises EmbeddedError or OSError."""
        await self._start()

    async def tidy(self) -> None:
        """End it, if it still runs."""
        program, self._program = self._program, None
        if program is not None:
            await program.stop((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    async def _start(self) -> SandboxGateway:
        log = self._settings.data_dir.absolute() / "log" / "sandbox.log"
        private_folder(log.parent)
        private_folder(_port_file(self._settings).parent)
        rotate(log)
        self._program = start(
            _command(self._settings, self._port),
            folder=self._settings.data_dir.absolute(),
            log=log,
            identity=Identity(),
            death_signal=signal.SIGTERM,
        )
        sandbox = await _listening(self._settings, self._program)
        if sandbox is None:
            raise EmbeddedError(
                f"The sandbox gateway does not start. Its last words:\n{self._program.last_lines()}\n"
                "Free the port, set DISPATCH_SANDBOX_PORT to another one, or set KHALTI_SECRET_KEY to use Khalti."
            )
        self._port = int(sandbox.base_url.rpartition(":")[2])
        return sandbox


def _port_file(settings: Settings) -> Path:
    return settings.data_dir / "run" / "sandbox.json"


def _command(settings: Settings, port: int) -> list[str]:
    data_dir = settings.data_dir.absolute()
    return [
        sys.executable,
        "-m",
        "api.simulation.sandbox",
        f"--port={port}",
        f"--state={data_dir / 'sandbox-payments.jsonl'}",
        f"--port-file={_port_file(settings).absolute()}",
    ]


async def _listening(settings: Settings, program: Program) -> SandboxGateway | None:
    """Wait until it says where it listens; None where it ended first, or TimeoutError."""
    async with asyncio.timeout(START_WITHIN_S):
        while program.exit_code is None:
            found = find_sandbox(settings)
            if found is not None and found.pid == program.pid:
                return found
            await asyncio.sleep(0.02)
    return None

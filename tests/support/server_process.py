"""The server as a process of its own that can be killed, and the replay run as users run it."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from redis.asyncio import Redis

from api.cli.context import operating
from api.embedded import Urls, running
from dispatch.accounts.models import Role
from dispatch.accounts.service import Accounts, NewUser
from dispatch.settings import Settings
from realtime.redis.keys import Keys
from tests.support.commands import Command, begin, begin_aloud
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
STDERR = 2
# Below those that systems give to connections that go out, of which there are hundreds while a server starts.
PORTS = range(20_000, 32_000)
# That share a run: each has a share of the ports, and more of them than its tests start servers.
MOST_PROCESSES = 16
_handed_out: set[int] = set()
# Where nothing is paid: a gateway that does not answer, so that no sandbox is started.
NO_GATEWAY = {"DISPATCH_KHALTI_BASE_URL": "http://127.0.0.1:1/api/v2/"}


@dataclass
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        assert self.out, self.err
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class ServerProcess:
    """A data folder, a port, and the process that serves them when it runs."""

    data_dir: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    process: Command | None = None

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DISPATCH_DATA_DIR": str(self.data_dir),
            "DISPATCH_PORT": str(self.port),
            "DISPATCH_LOG_LEVEL": "WARNING",
            "DISPATCH_TRACKING_POSITION": "under_way",  # as in the settings of tests/conftest.py
        }
        return {**os.environ, "PYTHONPATH": str(ROOT), **own}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def urls(self) -> Urls:
        found = running(self.data_dir)
        assert found is not None
        return found

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.data_dir, port=self.port)

    @property
    def redis_url(self) -> str:
        return self.urls.redis_url or ""

    async def start(self) -> None:
        """Until it answers."""
        self.process = self.begin_serving()
        async with httpx.AsyncClient(trust_env=False) as client:

            async def answers() -> bool:
                assert self.process is not None
                assert self.process.poll() is None, "the server ended"
                try:
                    return (await client.get(f"{self.url}/health/ready")).is_success
                except httpx.HTTPError:
                    return False

            await until(answers)

    def begin_serving(self) -> Command:
        """The process, which does not answer yet."""
        return begin_aloud("serve", environment=self.environment | self.more, out=None, err=STDERR)

    async def end(self, number: int = signal.SIGINT) -> None:
        """With this signal; returns when it is gone."""
        if self.process is not None:
            self.process.send_signal(number)
            await asyncio.to_thread(self.process.wait)
            self.process = None

    def command(self, file: Path | str, *options: str) -> list[str]:
        """The replay of a file."""
        return [sys.executable, "-m", "api.cli.main", "replay", str(file), "--json", *options]

    def began(self, file: Path | str, *options: str) -> Command:
        """The command, running."""
        return begin(*self.command(file, *options)[3:], environment=self.environment)

    async def replay(self, file: Path | str, *options: str) -> Outcome:
        """The command, from beginning to end."""
        return await ended(self.began(file, *options))

    async def stored(self, epoch: str) -> list[asyncpg.Record]:
        """The history's rows of a replay, once the log is worked off."""
        return await self._stored("SELECT * FROM stored_fixes WHERE epoch = $1", epoch)

    async def stored_of(self, transporter_ids: list[int]) -> list[asyncpg.Record]:
        """All rows of these transporters, once the log is worked off."""
        query = "SELECT * FROM stored_fixes WHERE transporter_id = ANY($1::bigint[])"
        return await self._stored(query, transporter_ids)

    async def _stored(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with Redis.from_url(self.redis_url) as redis:

            async def is_worked_off() -> bool:
                return not await redis.xlen(Keys().log)

            await until(is_worked_off)
        database = await asyncpg.connect((self.urls.database_url or "").replace("+asyncpg", ""))
        try:
            return list(await database.fetch(query, *arguments))
        finally:
            await database.close()

    async def count(self, epoch: str) -> int:
        """How many rows of a replay have reached the history so far."""
        database = await asyncpg.connect((self.urls.database_url or "").replace("+asyncpg", ""))
        try:
            return int(await database.fetchval("SELECT count(*) FROM stored_fixes WHERE epoch = $1", epoch))
        finally:
            await database.close()

    async def admin_token(self) -> str:
        """An admin's, made by the operator."""
        async with (
            operating(self.settings) as services,
            services.database.work() as work,
        ):
            accounts = Accounts(work, services.accounts.tokens, services.clock)
            admin = await accounts.ensure(NewUser("admin@replay.test", uuid4().hex, "Admin", (Role.ADMIN,)))
            return accounts.open_sign_in(admin).access

    async def indexed(self) -> dict[int, tuple[float, float]]:
        """The geo index: latitude and longitude of each transporter."""
        async with Redis.from_url(self.redis_url) as redis:
            members: list[Any] = await redis.zrange(Keys().geo, 0, -1)
            found: list[Any] = await redis.geopos(Keys().geo, *members)
            return {int(member): (at[1], at[0]) for member, at in zip(members, found, strict=True)}


async def ended(process: Command) -> Outcome:
    """Wait for a command."""
    out, err = await asyncio.to_thread(process.communicate)
    return Outcome(process.wait(), out.decode(), err.decode())


def free_port() -> int:
    """A port that nobody listens on, and that no connection takes before a server of ours does.

    It is bound some time later, so no port is handed out twice, and those of other processes of the run never.
    """
    left = [port for port in own_ports() if port not in _handed_out]
    while left:
        port = left.pop(secrets.randbelow(len(left)))
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            _handed_out.add(port)
            return port
    raise AssertionError(f"none of the {len(own_ports())} ports of this process is left")


def own_ports() -> range:
    """Those of this process, where several share a run."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return PORTS[int(number) % MOST_PROCESSES :: MOST_PROCESSES]

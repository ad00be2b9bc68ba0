"""Owners of embedded servers in processes of their own, and what they wrote."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from api.embedded import Urls

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60.0


class Notes:
    """Words kept in both services at once."""

    def __init__(self, urls: Urls) -> None:
        assert urls.database_url
        assert urls.redis_url
        self._database_url = urls.database_url.replace("+asyncpg", "")
        self._redis_url = urls.redis_url

    async def write(self, *words: str) -> None:
        """Add to both."""
        database = await asyncpg.connect(self._database_url)
        await database.execute("CREATE TABLE IF NOT EXISTS notes (word text)")
        await database.executemany("INSERT INTO notes VALUES ($1)", [(word,) for word in words])
        await database.close()
        async with Redis.from_url(self._redis_url) as redis:
            await redis.rpush("notes", *words)

    async def read(self) -> list[str]:
        """What PostgreSQL and Redis have; they must agree."""
        database = await asyncpg.connect(self._database_url)
        in_database = [row["word"] for row in await database.fetch("SELECT word FROM notes")]
        await database.close()
        async with Redis.from_url(self._redis_url, decode_responses=True) as redis:
            in_redis = [str(word) for word in await redis.lrange("notes", 0, -1)]
        assert in_redis == in_database
        return in_database


class Owner:
    """A process that runs the services of a folder."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(Path(__file__).with_name("owner_process.py")), str(data_dir), *options],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])},
            start_new_session=True,
        )
        self.pid = self._process.pid

    def hear(self, wanted: str) -> str:
        """Read what it says until a line begins with this."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(wanted):
                return line.rstrip()
        pytest.fail(f"the owner ended without saying {wanted!r}")

    def send(self, number: int) -> None:
        """Signal its whole process group, as a terminal does."""
        os.killpg(self.pid, number)

    def kill(self) -> str:
        """Kill -9; returns the rest of what it said."""
        self._process.kill()
        assert self._process.stdout
        with self._process, self._process.stdout as said:
            return said.read()

    def end(self) -> None:
        """Kill it if a test has left it running."""
        if self._process.returncode is None:
            self.kill()

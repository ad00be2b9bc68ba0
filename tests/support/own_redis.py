"""A Redis of the test's own, to be killed, frozen and filled."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from api.embedded import EmbeddedServices


class OwnRedis:
    """Started and stopped by the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._services = EmbeddedServices(folder, postgres=False, redis=True)
        self.url = ""

    async def start(self) -> None:
        urls = await self._services.start()
        assert urls.redis_url is not None
        self.url = urls.redis_url

    async def stop(self) -> None:
        await self._services.stop()

    async def pid(self) -> int:
        async with Redis.from_url(self.url) as client:
            return int((await client.info("server"))["process_id"])

    async def kill(self) -> None:
        os.kill(await self.pid(), signal.SIGKILL)
        await self._services.stop()
        self._services = EmbeddedServices(self._folder, postgres=False, redis=True)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        pid = await self.pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

"""Both services together, for one data folder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

from api.embedded.errors import EmbeddedError, explained
from api.embedded.folder import DataFolder, Urls
from api.embedded.leftovers import stop_leftovers
from api.embedded.lock import FolderLock, is_held
from api.embedded.postgres import EmbeddedPostgres
from api.embedded.redis_server import EmbeddedRedis
from api.embedded.supervisor import keep_running


class EmbeddedServices:
    """The embedded PostgreSQL and Redis of one data folder, started and stopped together.

    Args:
        data_dir: where everything is kept; made if it is missing.
        postgres, redis: which of the two to run.
        user_namespace: for root only, False keeps PostgreSQL out of a user namespace (see `identity`).
        timeout_s: how long a start may take, both services and leftovers of an earlier run together.
        redis_maxmemory_mb: most memory of Redis' data, MiB; 0 is a quarter of the machine's.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        postgres: bool = True,
        redis: bool = True,
        user_namespace: bool = True,
        timeout_s: float = 60.0,
        redis_maxmemory_mb: int = 0,
    ) -> None:
        self._folder = DataFolder(data_dir)
        self._lock = FolderLock(self._folder.lock)
        self._timeout_s = timeout_s
        self._postgres = EmbeddedPostgres(self._folder, user_namespace=user_namespace) if postgres else None
        self._redis = EmbeddedRedis(self._folder, maxmemory_mb=redis_maxmemory_mb) if redis else None
        self._supervisors: list[asyncio.Task[NoReturn]] = []

    async def start(self) -> Urls:
        """Start what was asked for and wait until it answers. What dies later is started again until `stop`.

        Whatever goes wrong, nothing is left running and the folder is free again.

        Raises:
            DataFolderInUseError: another process runs the services of this folder.
            EmbeddedError: they do not start; the message says why and what to do.
        """
        with explained(self._folder.path):
            self._folder.prepare()
            await self._lock.acquire(self._folder.path)
        try:
            with explained(self._folder.path):
                return await self._start_owned()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop both in order and free the folder; does nothing if they do not run."""
        if not self._lock.is_ours:
            return
        try:
            self._folder.forget_urls()  # first: nobody shall be sent to services that are stopping
            await self._end_supervisors()
            await asyncio.gather(*(service.stop() for service in self._services))
            self._folder.remove_sockets()
        finally:
            self._lock.release()

    @property
    def _services(self) -> list[EmbeddedPostgres | EmbeddedRedis]:
        return [service for service in (self._postgres, self._redis) if service is not None]

    async def _start_owned(self) -> Urls:
        folder = self._folder
        folder.forget_urls()
        try:
            async with asyncio.timeout(self._timeout_s):
                await stop_leftovers([folder.cluster, folder.new_cluster, folder.redis])
                folder.prepare_sockets()
                await self._start_together()
        except TimeoutError as error:
            logs = "\n".join(service.last_lines() for service in self._services)
            raise EmbeddedError(
                f"The embedded services of {folder.path} were not ready after {self._timeout_s:g} s. "
                f"The ends of their logs in {folder.log}:\n{logs}"
            ) from error
        urls = Urls(
            database_url=self._postgres.url if self._postgres else None,
            redis_url=self._redis.url if self._redis else None,
        )
        folder.write_urls(urls)
        self._supervisors = [
            asyncio.create_task(keep_running(service, folder.note_trouble), name=f"keep {service.name} running")
            for service in self._services
        ]
        return urls

    async def _end_supervisors(self) -> None:
        supervisors, self._supervisors = self._supervisors, []
        for supervisor in supervisors:
            supervisor.cancel()
        await asyncio.gather(*supervisors, return_exceptions=True)

    async def _start_together(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for service in self._services:
                    tasks.create_task(service.start())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None  # the other was cancelled, or failed for the same reason


@contextlib.asynccontextmanager
async def embedded(
    data_dir: Path,
    *,
    postgres: bool,
    redis: bool,
    user_namespace: bool = True,
    timeout_s: float = 60.0,
    redis_maxmemory_mb: int = 0,
) -> AsyncIterator[Urls]:
    """Run the services for the time of the block; arguments and errors as for `EmbeddedServices`.

    With neither of them nothing is touched, not even the data folder.
    """
    if not (postgres or redis):
        yield Urls(None, None)
        return
    services = EmbeddedServices(
        data_dir,
        postgres=postgres,
        redis=redis,
        user_namespace=user_namespace,
        timeout_s=timeout_s,
        redis_maxmemory_mb=redis_maxmemory_mb,
    )
    try:
        yield await services.start()
    finally:
        await services.stop()


def troubles(data_dir: Path) -> dict[str, str | None]:
    """Which services of this folder have ended and are being started again, by name. Never raises."""
    try:
        return DataFolder(data_dir).find_troubles()
    except EmbeddedError:
        return {}


def running(data_dir: Path) -> Urls | None:
    """Where the services answer that some process runs for this folder now; None if none does.

    For command line tools beside a running server. Never raises, starts and changes nothing.
    """
    try:
        folder = DataFolder(data_dir)
    except EmbeddedError:
        return None
    return folder.find_urls() if is_held(folder.lock) else None

"""A server of several processes: one supervisor, N workers that answer, a steward for history and upkeep.

The supervisor holds the listening socket and the backing services, and touches no request. Workers share its socket.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.process.private_files import private_folder
from api.process.process_roles import STEWARD, ProcessRole, worker_role
from api.process.resources import Addresses
from api.server.backing_services import backing
from api.server.child_process import ChildProcess
from api.server.process_slot import ProcessSlot
from api.server.production import require_production
from api.server.serving import ServeError, bind, bind_metrics, optionally_closing
from api.server.start_message import StartMessage, plain_settings
from api.server.store_checks import ready_stores
from dispatch.database.engine import Database
from dispatch.settings import Settings

log = structlog.get_logger(__name__)

# Starts of one process that may fail in a row before the whole server gives up, where it does not work without.
GIVE_UP_AFTER = 3
# Connections that PostgreSQL keeps for others: its own superusers, commands of operators.
CONNECTIONS_OF_OTHERS = 10


class Supervisor:
    """Keeps a steward and the workers running, replaces them one by one, stops them in order."""

    def __init__(
        self,
        settings: Settings,
        addresses: Addresses,
        listener: socket.socket,
        metrics: Path,
        metrics_listener: socket.socket | None = None,
    ) -> None:
        """``metrics``: an empty folder for what the processes count together; ``metrics_listener``: their own port."""
        self._metrics_listener = metrics_listener
        self.settings = settings
        self._addresses = addresses
        self._listener = listener
        self._metrics = metrics
        self._children: set[ChildProcess] = set()
        self._workers = [ProcessSlot(worker_role(number), self._start) for number in range(1, settings.workers + 1)]
        self._steward = ProcessSlot(STEWARD, self._start)
        self._keeping: list[asyncio.Task[None]] = []
        self._restarting: asyncio.Task[None] | None = None
        self._asked_to_restart = False

    @property
    def _slots(self) -> list[ProcessSlot]:
        return [self._steward, *self._workers]

    async def start(self, stop: asyncio.Event) -> None:
        """Start everybody and wait until all are up, or told to stop. Raises ServeError where one never comes up."""
        self._keeping = [asyncio.create_task(slot.keep(self._failed), name=slot.part.name) for slot in self._slots]
        await self._or_given_up(asyncio.gather(*(slot.up.wait() for slot in self._slots)), stop.wait())

    async def wait(self, stop: asyncio.Event, again: asyncio.Event) -> None:
        """Until told to stop; ``again`` asks for a rolling restart. Raises ServeError where no worker comes up."""
        while not stop.is_set():
            await self._or_given_up(stop.wait(), again.wait())
            if again.is_set():
                again.clear()
                self.restart_one_by_one()

    def restart_one_by_one(self) -> None:
        """Replace the steward, which migrates the database, and then each worker; asked again meanwhile, once more."""
        self._asked_to_restart = True
        if self._restarting is None or self._restarting.done():
            self._restarting = asyncio.create_task(self._restart(), name="rolling restart")

    async def stop(self) -> None:
        """Stop the workers, and after them the steward."""
        tasks = [*self._keeping, *([self._restarting] if self._restarting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stewards in (False, True):
            await asyncio.gather(*(one.stop() for one in self._children if (one.name == STEWARD.name) is stewards))

    async def _or_given_up(self, *wished: Awaitable[object]) -> None:
        waiting = [asyncio.ensure_future(one) for one in wished]
        try:
            await asyncio.wait([*waiting, *self._keeping], return_when=asyncio.FIRST_COMPLETED)
            for task in self._keeping:
                if task.done():
                    task.result()
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _failed(self, slot: ProcessSlot) -> None:
        """Raises ServeError where the server does not work without it; otherwise the others go on meanwhile."""
        started = all(one.up.is_set() for one in self._slots)
        if slot.failures >= GIVE_UP_AFTER and not (started and any(worker.is_up for worker in self._workers)):
            raise ServeError(
                f"The {slot.part.name} process has ended {slot.failures} times before it was ready; "
                "the log above says why. Nothing is left running."
            )
        log.error("did not come up, is tried again", child=slot.part.name, failures=slot.failures)

    async def _restart(self) -> None:
        while self._asked_to_restart:
            self._asked_to_restart = False
            log.info("rolling restart begins")
            for slot in self._slots:
                if not await slot.replace():
                    log.error("rolling restart given up: the new process does not come up", child=slot.part.name)
                    break
            else:
                log.info("rolling restart done")

    async def _start(self, part: ProcessRole, migrates: bool) -> ChildProcess:
        start_message = StartMessage(
            parent=os.getpid(),
            name=part.name,
            duties=part.duties.value,
            settings=plain_settings(self.settings),
            addresses=self._addresses,
            listener=self._listener.fileno() if part.answers else None,
            metrics_listener=self._metrics_listener.fileno() if self._metrics_listener and part.does_upkeep else None,
            migrates=migrates,
        )
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(self._metrics)}
        child = await ChildProcess.start(start_message, environment, self._metrics)
        self._children = {one for one in self._children if not one.has_ended} | {child}
        return child


@asynccontextmanager
async def supervising(settings: Settings, stop: asyncio.Event) -> AsyncIterator[Supervisor]:
    """Start everything; the body runs while the workers answer; leaving stops everything in order.

    ``stop`` cuts the start short. Raises OperatorError where it cannot start.
    """
    require_production(settings)
    listener, settings = bind(settings)
    with (
        contextlib.closing(listener),
        optionally_closing(bind_metrics(settings)) as metrics_listener,
        _metrics_folder(settings) as metrics,
    ):
        async with backing(settings) as addresses:
            settings = await _prepared(settings, addresses)
            supervisor = Supervisor(settings, addresses, listener, metrics, metrics_listener)
            try:
                await supervisor.start(stop)
                yield supervisor
            finally:
                listener.close()  # or connections would wait here that nobody takes any more
                await supervisor.stop()


@contextmanager
def restarted_by_hangup(stop: asyncio.Event) -> Iterator[asyncio.Event]:
    """SIGHUP sets the event, which asks for a rolling restart; ``stop`` instead where our terminal is gone."""
    loop = asyncio.get_running_loop()
    again = asyncio.Event()
    had_terminal = _has_terminal()

    def told() -> None:
        (stop if had_terminal and not _has_terminal() else again).set()

    loop.add_signal_handler(signal.SIGHUP, told)
    try:
        yield again
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def _metrics_folder(settings: Settings) -> Iterator[Path]:
    """Ours by the port, which nobody else can have; a killed server may have left it."""
    folder = settings.data_dir.absolute() / "run" / f"metrics-{settings.port}"
    shutil.rmtree(folder, ignore_errors=True)
    private_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _prepared(settings: Settings, addresses: Addresses) -> Settings:
    """Migrate once for all, and share PostgreSQL's connections among the processes."""
    database = Database(addresses.database_url, pool_size=1)
    try:
        await ready_stores(database, addresses.redis_url, settings.zone)
        most = await _most_connections(database.engine)
    finally:
        await database.close()
    # The workers, the steward, and the one that is about to take another's place.
    share = max(2, (most - CONNECTIONS_OF_OTHERS) // (settings.workers + 2))
    if share >= settings.database_pool_size:
        return settings
    log.warning("smaller database pools: PostgreSQL allows no more", max_connections=most, pool_size=share)
    return settings.model_copy(update={"database_pool_size": share})


async def _most_connections(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SHOW max_connections"))).scalar_one())

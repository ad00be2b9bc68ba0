"""The data folder: what lies where in it, and where its sockets go.

run/lock, run/services.json   who runs the services, and their URLs while they run
run/troubles.json             which of them has ended and is being started again
run/redis.sock, run/pg/       the sockets (elsewhere where the path is too long for one)
postgres/                     the cluster; postgres.new/ while it is being made
redis/                        the append-only file
log/                          one log for each service, and the previous one
"""

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from api.embedded.errors import EmbeddedError
from api.process.private_files import private_folder, write_privately

# The kernel takes 108 bytes on Linux and 104 elsewhere, the closing zero included.
_LONGEST_SOCKET_PATH = 100
_LONGEST_NAME = "pg/.s.PGSQL.5432"


@dataclass(frozen=True)
class Urls:
    """Where the embedded services answer; None for one that was not asked for.

    Attributes:
        database_url: for SQLAlchemy, `postgresql+asyncpg://...`.
        redis_url: for redis-py, `unix://...`.
    """

    database_url: str | None
    redis_url: str | None


class DataFolder:
    """Paths below one data folder. Making one touches nothing; `prepare` creates the folders."""

    def __init__(self, data_dir: Path) -> None:
        # resolved, so that a leftover process is recognised by its working directory
        self.path = data_dir.expanduser().resolve()
        self.run = self.path / "run"
        self.lock = self.run / "lock"
        self.services = self.run / "services.json"
        self.troubles = self.run / "troubles.json"
        self.cluster = self.path / "postgres"
        self.new_cluster = self.path / "postgres.new"
        self.redis = self.path / "redis"
        self.log = self.path / "log"
        self.programs = self.path / "programs"
        self.sockets = self._socket_folder()

    @property
    def postgres_sockets(self) -> Path:
        """A folder of its own: PostgreSQL may run under another user id than we do."""
        return self.sockets / "pg"

    @property
    def redis_socket(self) -> Path:
        """The path of Redis' socket."""
        return self.sockets / "redis.sock"

    def prepare(self) -> None:
        """Create what is missing.

        Raises:
            OSError: a folder cannot be made.
            EmbeddedError: the socket folder belongs to somebody else.
        """
        private_folder(self.path)
        for folder in (self.run, self.log):
            folder.mkdir(mode=0o700, exist_ok=True)
        claim_private(self.run)

    def prepare_sockets(self) -> None:
        """Make the socket folder, private, and without what a killed server left in it.

        Only for the owner of the folder's lock, after leftover servers are gone: a stale PostgreSQL socket
        lock that names a living program's process id would keep the new server from starting.
        """
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        claim_private(self.sockets)
        self.postgres_sockets.mkdir(mode=0o700, exist_ok=True)
        self.remove_stale((self.redis_socket, *self.postgres_sockets.glob(".s.PGSQL.*")))

    def remove_stale(self, sockets: Iterable[Path]) -> None:
        """Take away sockets that nobody listens on any more."""
        for socket in sockets:
            socket.unlink(missing_ok=True)

    def remove_sockets(self) -> None:
        """Take away the socket folder in the temporary folder, if there is one; never fails."""
        if self.sockets != self.run:
            for folder in (self.postgres_sockets, self.sockets):
                try:
                    folder.rmdir()
                except OSError:
                    return

    def write_urls(self, urls: Urls) -> None:
        """Say in run/services.json where the services answer; readers never see half a file."""
        said = json.dumps({"pid": os.getpid(), **asdict(urls)}, indent=2) + "\n"
        write_privately(self.services, said.encode())

    def find_urls(self) -> Urls | None:
        """What run/services.json says, or None where there is none that can be read."""
        try:
            said = json.loads(self.services.read_text())
            return Urls(said["database_url"], said["redis_url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget_urls(self) -> None:
        """Remove run/services.json and run/troubles.json."""
        self.services.unlink(missing_ok=True)
        self.troubles.unlink(missing_ok=True)

    def note_trouble(self, service: str, trouble: str | None) -> None:
        """Say in run/troubles.json what is wrong with a service, None for nothing; a full disk leaves it unsaid."""
        troubles = self.find_troubles() | {service: trouble}
        said = json.dumps({name: what for name, what in troubles.items() if what})
        with contextlib.suppress(OSError):
            write_privately(self.troubles, said.encode())

    def find_troubles(self) -> dict[str, str | None]:
        """What run/troubles.json says; empty where there is none that can be read."""
        try:
            said = json.loads(self.troubles.read_text())
            return {str(name): str(what) for name, what in said.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def _socket_folder(self) -> Path:
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        name = f"dispatch-{os.geteuid()}-{digest}"
        for folder in (self.run, Path(tempfile.gettempdir()) / name, Path("/tmp") / name):  # noqa: S108 - checked by claim_private
            if len(os.fsencode(folder / _LONGEST_NAME)) <= _LONGEST_SOCKET_PATH:
                return folder
        raise EmbeddedError(
            f"The paths of {self.path} and of the temporary folder {tempfile.gettempdir()} are too long for "
            "Unix sockets. Choose a shorter folder with DISPATCH_DATA_DIR, or a shorter TMPDIR."
        )


def claim_private(folder: Path) -> None:
    """Make sure that nobody but us can enter a folder of sockets.

    PostgreSQL trusts whoever reaches its socket. A folder in the shared temporary folder could have been made
    by another user beforehand, or be a link to one of theirs.
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise EmbeddedError(f"{folder} should be a folder of ours, but it is a file or a link. Move it away.")
    if found.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{folder} belongs to user id {found.st_uid}, but this server runs as user id {os.geteuid()}. "
            "Start it as that user, or choose another folder with DISPATCH_DATA_DIR."
        )
    if stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        folder.chmod(stat.S_IRWXU)

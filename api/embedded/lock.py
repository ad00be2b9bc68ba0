"""One owner for each data folder, as long as its process lives."""

import asyncio
import fcntl
import os
from pathlib import Path
from typing import NoReturn

from api.embedded.errors import DataFolderInUseError

# `is_held` takes the lock for an instant; a start that meets just that instant looks again.
_LOOKS = 10
_BETWEEN_LOOKS_S = 0.02


class FolderLock:
    """An flock on a file that is never removed.

    The kernel lets go of it when the process ends, however it ends, so there are no stale locks. The file
    descriptor is close-on-exec (Python's default): the services, which may outlive us, do not inherit it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    async def acquire(self, data_dir: Path) -> None:
        """Take the lock and write our process id into it.

        Raises:
            DataFolderInUseError: another process has it, or another part of this one.
            OSError: the file cannot be opened or locked.
        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not await _lock_soon(file):
                _refuse(file, data_dir)
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(file)
            raise
        self._file = file

    @property
    def is_ours(self) -> bool:
        """Whether this object has it."""
        return self._file is not None

    def release(self) -> None:
        """Let go; does nothing the second time."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_held(path: Path) -> bool:
    """Whether a living process has the lock."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try_lock(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def _try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock_soon(file: int) -> bool:
    for _ in range(_LOOKS):
        if _try_lock(file, fcntl.LOCK_EX):
            return True
        await asyncio.sleep(_BETWEEN_LOOKS_S)
    return False


def _refuse(file: int, data_dir: Path) -> NoReturn:
    raise DataFolderInUseError(data_dir, _read_pid(file))


def _read_pid(file: int) -> int | None:
    said = os.pread(file, 32, 0).strip()
    return int(said) if said.isdigit() else None

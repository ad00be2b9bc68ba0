"""The processes behind a server: found by the folder they work in, killed, frozen and kept from writing."""

import resource
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import psutil  # ships no types
import pytest

T = TypeVar("T")


class ServiceProcesses:
    """A service's processes: the one that the server started, and its children."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self._data_dir = data_dir
        self._name = name

    def members(self) -> list[psutil.Process]:
        """Those that run now, the head first."""
        found = [one for one in processes_in(self._data_dir) if _is_called(one, self._name)]
        return sorted(found, key=lambda one: _parent_of(one) in found)

    @property
    def head(self) -> psutil.Process:
        """The one that the server started."""
        return self.members()[0]

    def kill(self) -> None:
        """Kill -9 of the head; children that outlive it are the supervisor's business."""
        self.head.kill()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP for the time of the block, the head first, so that it starts no more children."""
        stopped: list[psutil.Process] = []
        try:
            while fresh := [one for one in self.members() if one not in stopped]:
                for one in fresh:
                    with suppress(psutil.NoSuchProcess):
                        one.send_signal(signal.SIGSTOP)
                stopped += fresh
            yield
        finally:
            for one in stopped:
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(signal.SIGCONT)


@contextmanager
def files_no_larger_than(size: int, *pids: int) -> Iterator[None]:
    """As on a full disk: these processes, and what they start meanwhile, cannot make a file longer than ``size``."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_file_system(folder: Path, *, size_mb: int) -> Iterator[Path]:
    """A file system of this size in memory; the test is skipped where none may be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # a folder of the test's own
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here, skipped")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607  # the same


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte is free on the file system of ``folder`` when the block begins."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        yield
    finally:
        filler.unlink()


def _is_called(process: psutil.Process, name: str) -> bool:
    try:
        return bool(process.name() == name and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _parent_of(process: psutil.Process) -> psutil.Process | None:
    try:
        return process.parent()
    except psutil.Error:
        return None


def told_by(processes: Iterable[psutil.Process], ask: Callable[[psutil.Process], T]) -> list[T]:
    """What each says of itself; nothing of one that ended since it was found, as a worker of PostgreSQL does."""
    told = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            told.append(ask(process))
    return told


def names_in(data_dir: Path) -> set[str]:
    """What is run by the processes that work anywhere below the folder."""
    return set(told_by(processes_in(data_dir), lambda one: str(one.name())))


def processes_in(data_dir: Path) -> list[psutil.Process]:
    """Every process that works anywhere below the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(data_dir):
                found.append(process)
        except psutil.Error:
            continue
    return found

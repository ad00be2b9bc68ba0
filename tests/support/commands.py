"""Our commands as processes of their own, begun without the two seconds that each takes to load its modules.

They are forked from a process that has loaded them, and are otherwise what ``python -m`` would be: with an environment,
a folder, streams and a session of their own. What the start itself promises is tested with plain processes.
"""

import ctypes
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAIN = "api.cli.main"
PR_SET_CHILD_SUBREAPER = 36


class Command:
    """A process that was begun, as far as `subprocess.Popen` is needed."""

    def __init__(self, pid: int, said: Sequence[int]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._said = said
        self._waiting = threading.Lock()
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """The exit code, minus the signal's number after a signal; None while it runs."""
        with self._waiting:
            if self.returncode is None:
                found, status = os.waitpid(self.pid, os.WNOHANG)
                if found:
                    self.returncode = os.waitstatus_to_exitcode(status)
                    os.close(self._ended)
        return self.returncode

    def wait(self, timeout_s: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        if (code := self.poll()) is not None:
            return code
        ended = select.poll()
        ended.register(self._ended, select.POLLIN)
        if not ended.poll(None if timeout_s is None else timeout_s * 1000):
            raise subprocess.TimeoutExpired(MAIN, timeout_s or 0)
        code = self.poll()
        assert code is not None
        return code

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait; what it has said on standard output and standard error, where that is kept."""
        self.wait()
        said = []
        for number in self._said:
            with open(number, "rb") as file:  # noqa: PTH123  a descriptor
                file.seek(0)
                said.append(file.read())
        return said[0], said[1]

    def send_signal(self, number: int) -> None:
        """Where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As the system does."""
        self.send_signal(signal.SIGKILL)


@functools.cache
def _preloaded() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """One for this process of the tests; it ends when this end of the socket is closed, with us at the latest."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "tests.support.preloaded_process", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return ours, process


def begin(*words: str, environment: Mapping[str, str], folder: Path = ROOT, given: int | None = None) -> Command:
    """``dispatch`` with these words; what it says is kept. ``given``: the descriptor of its standard input."""
    out, err = _unnamed_file(), _unnamed_file()
    return Command(_begun(words, environment, folder, (given, out, err)), (out, err))


def begin_plainly(*words: str, environment: Mapping[str, str]) -> Command:
    """The same from a fresh interpreter, for what is about the start."""
    out, err = _unnamed_file(), _unnamed_file()
    streams = [(os.POSIX_SPAWN_DUP2, stream, place) for place, stream in ((1, out), (2, err))]
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    command = [sys.executable, "-m", MAIN, *words]
    pid = os.posix_spawn(sys.executable, command, environment, file_actions=[nothing, *streams], setsid=True)
    return Command(pid, (out, err))


def _unnamed_file() -> int:
    number, name = tempfile.mkstemp()
    Path(name).unlink()
    return number


def begin_aloud(*words: str, environment: Mapping[str, str], folder: Path = ROOT, out: int | None, err: int) -> Command:
    """The same, saying what it says there."""
    return Command(_begun(words, environment, folder, (None, out, err)), ())


def _begun(words: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[int | None]) -> int:
    request = {"command": [MAIN, *words], "environment": dict(environment), "folder": str(folder)}
    asked, _ = _preloaded()
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123  a device
        _adopt(children_of_children=True)
        try:
            passed = [nothing.fileno() if stream is None else stream for stream in streams]
            socket.send_fds(asked, [json.dumps(request).encode()], passed)
            return int(asked.recv(64))
        finally:
            _adopt(children_of_children=False)


def _adopt(*, children_of_children: bool) -> None:
    """Whether we become the parent of processes below us that lose theirs: for the moment of a start, and no longer."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(children_of_children), 0, 0, 0)

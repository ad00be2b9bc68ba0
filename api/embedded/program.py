"""Starting and stopping the programs of the embedded services: the only place that starts a process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from api.process.private_files import private_opener

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOG_LIMIT_BYTES = 1 << 20
_POLL_S = 0.02
_TAIL_BYTES = 8192
_TAIL_LINES = 12


@dataclass(frozen=True)
class Identity:
    """As whom a program runs (see `launch`).

    Attributes:
        way: "same" as we do; as an ordinary user inside a "namespace"; after a "drop" to that user.
        uid, gid: the user that the program sees itself as; unused for "same".
    """

    way: Literal["same", "namespace", "drop"] = "same"
    uid: int = 0
    gid: int = 0

    @property
    def owner(self) -> tuple[int, int]:
        """User and group id that its files must have, seen from outside."""
        return (self.uid, self.gid) if self.way == "drop" else (os.geteuid(), os.getegid())


class Program:
    """A started process together with what it has written to its log since."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, log_start: int) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._log_start = log_start

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number after a signal."""
        return self._process.poll()

    def last_lines(self) -> str:
        """The end of what it wrote, for error messages; empty where it wrote nothing."""
        try:
            with self.log.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._log_start, size - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in lines[-_TAIL_LINES:])

    async def wait(self) -> int:
        """Wait until it has ended and return its exit code.

        By looking rather than through asyncio's child watchers, which differ between loops and versions.
        """
        while True:
            code = self._process.poll()
            if code is not None:
                return code
            await asyncio.sleep(_POLL_S)

    async def stop(self, *steps: tuple[signal.Signals, float]) -> bool:
        """Send one signal after another, each with the seconds that it may take, until the process has ended.

        Returns:
            Whether the first signal was enough.
        """
        for number, (step, patience_s) in enumerate(steps):
            self._process.send_signal(step)  # does nothing once it has ended: our own child keeps its id
            try:
                async with asyncio.timeout(patience_s):
                    await self.wait()
            except TimeoutError:
                continue
            return number == 0
        self._process.kill()
        await self.wait()
        return False


def start(command: list[str], *, folder: Path, log: Path, identity: Identity, death_signal: signal.Signals) -> Program:
    """Start a program in `folder`, its output appended to `log`.

    Must be called in the thread of the event loop: on Linux the program gets `death_signal` when the thread
    that started it ends, so a worker thread would take it along. It gets a session of its own, so that Ctrl-C
    in the terminal reaches us alone and we stop it in order.

    Raises:
        OSError: the log cannot be opened.
    """
    wishes = {
        **asdict(identity),
        "folder": str(folder),
        "parent": os.getpid(),
        "death_signal": int(death_signal),
    }
    with open(log, "ab", opener=private_opener) as output:  # Path.open takes no opener
        process = subprocess.Popen(  # noqa: S603 - no shell; the command is made of our own paths only
            [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(wishes), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=_environment(),
        )
        return Program(Path(command[0]).name, process, log, output.tell())


def rotate(log: Path) -> None:
    """Keep a log that has grown large as the one previous log, and begin a new one."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _environment() -> dict[str, str]:
    # PG* would redirect initdb and postgres, and a locale that is not installed stops both programs.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}

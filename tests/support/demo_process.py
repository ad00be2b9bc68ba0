"""A demo in a process of its own, as `make demo` starts it."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.commands import Command, begin_aloud
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
PATIENCE_S = 180.0
ENDS_WITHIN_S = 120.0


class DemoProcess:
    """A demo that may be stopped and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.summary_path = self.data_dir / "demo.json"
        self._log = folder / "terminal.txt"
        self._process: Command | None = None
        self.summary: dict[str, Any] = {}

    @property
    def said(self) -> str:
        """What stands on its terminal, this run's and earlier ones'."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return str(self.summary["base_url"])

    def launch(self, **settings: str) -> Command:
        """Start it and wait for nothing."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("DISPATCH_", "KHALTI_", "SITE_"))
        }
        ours = {"DISPATCH_DATA_DIR": str(self.data_dir), "DISPATCH_PORT": "0", "COLUMNS": "80"}
        with self._log.open("ab") as terminal:
            self._process = begin_aloud(
                "demo",
                environment={**kept, "PYTHONPATH": str(ROOT), **ours, **settings},
                folder=self.folder,
                out=terminal.fileno(),
                err=terminal.fileno(),
            )
        return self._process

    def start(self) -> None:
        """Start it and wait until it says that everything works."""
        process = self.launch()

        def is_ready() -> bool:
            assert process.poll() is None, f"the demo ended:\n{self.said}"
            return self._is_this_run()

        wait_until(is_ready, "the demo is ready", patience_s=PATIENCE_S)

    def _is_this_run(self) -> bool:
        if self._process is None:
            return False
        try:
            self.summary = json.loads(self.summary_path.read_text())
        except FileNotFoundError:  # not written yet, or that of a run before, which goes away just now
            return False
        return bool(self.summary["pid"] == self._process.pid)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Signal it and wait for its end; returns its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        try:
            return self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            pytest.fail(f"signal {number} does not end the demo:\n{self.said}")

    def end(self) -> None:
        """Stop it if it runs, and wait until nothing of it does."""
        if self._process is not None and self._process.poll() is None:
            self.stop(signal.SIGTERM)
        self.wait_until_empty()

    def wait_until_empty(self) -> None:
        """Wait until nothing works in its folder; after a clean end nothing does from the beginning."""
        wait_until(lambda: not processes_in(self.folder), f"nothing works in {self.folder}")


def processes_in(folder: Path) -> list[psutil.Process]:
    """Every process that works in the folder or was told of it."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder) or any(str(folder) in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found

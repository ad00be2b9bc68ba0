"""``demo.json``: what a script needs to know of a running demo. It is there only while everything works.

Until then ``demo-filling.json`` lies there, for the pages that are opened meanwhile.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
import psutil
from msgspec import Struct

from api.process.private_files import private_folder, write_privately
from dispatch.settings import Settings

FILLING_NAME: Final = "demo-filling.json"


class Account(Struct, frozen=True):
    """What somebody signs in with."""

    email: str
    password: str


class TransporterAccount(Struct, frozen=True):
    """A transporter's number, and what it signs in with."""

    id: int
    email: str
    password: str


class Summary(Struct, frozen=True):
    """A demo that runs.

    ``accounts`` has one log-in for each role; ``transporters`` has all of them. ``tracking_numbers`` are parcels that
    are on their way. ``pid`` and ``started`` (seconds since 1970) are those of the process.
    """

    base_url: str
    accounts: dict[str, Account]
    transporters: list[TransporterAccount]
    sandbox_url: str
    tracking_numbers: list[str]
    pid: int
    started: float


def summary_path(settings: Settings) -> Path:
    """Where it is kept."""
    return settings.data_dir / "demo.json"


def own_start() -> float:
    """When this process started, seconds since 1970."""
    return float(psutil.Process(os.getpid()).create_time())


def write_summary(path: Path, summary: Summary) -> None:
    """Write it for its owner alone, whole or not at all. Raises OSError."""
    write_privately(path, msgspec.json.format(msgspec.json.encode(summary)) + b"\n")


def remove_stale_summary(path: Path) -> None:
    """Remove what an earlier run left, so that nobody waits for the wrong one; a running demo's file stays."""
    try:
        known = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
        pid, started = known["pid"], known["started"]
        if isinstance(pid, int) and psutil.Process(pid).create_time() == started:
            return
    except (OSError, msgspec.DecodeError, KeyError, ValueError, psutil.Error):
        pass
    path.unlink(missing_ok=True)


class FillingTold(Struct, frozen=True):
    """A demo that is still being filled, with the log-ins that there are already and the process that fills it."""

    accounts: dict[str, Account]
    tracking_numbers: list[str]
    pid: int
    filling: bool = True


class Filling:
    """Tells pages that the demo is being filled, in a file of its own: ``demo.json`` says that everything works."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / FILLING_NAME

    def tell(self, accounts: dict[str, Account]) -> None:
        """That it is, and which log-ins there are. Raises OSError."""
        private_folder(self._path.parent)
        write_privately(self._path, msgspec.json.encode(FillingTold(accounts, [], os.getpid())))

    def end(self) -> None:
        """It is filled, or will not be."""
        self._path.unlink(missing_ok=True)

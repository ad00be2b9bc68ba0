"""``demo.json``: what a script needs to know of a running demo. It is there only while everything works."""

import os
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct

from api.process.private_files import write_privately
from dispatch.settings import Settings


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

"""Where the map lies: one file in the folder ``map`` of the data folder, whose name says its content."""

import re
from pathlib import Path
from typing import Final

FOLDER: Final = "map"
SUFFIX: Final = ".pmtiles"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}-[0-9a-f]{16}\.pmtiles")


def map_folder(data_dir: Path) -> Path:
    """Where it lies."""
    return data_dir / FOLDER


def stored_map(data_dir: Path) -> Path | None:
    """The map that was imported last; None where there is none."""
    try:
        found = [path for path in map_folder(data_dir).iterdir() if NAME.fullmatch(path.name)]
        return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)
    except OSError:
        return None


def named_map(data_dir: Path, name: str) -> Path | None:
    """The map of this name; None where it is not, or no longer, there."""
    path = map_folder(data_dir) / name
    return path if NAME.fullmatch(name) and path.is_file() else None

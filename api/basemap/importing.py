"""An OpenStreetMap file becomes the map of this server: whole, or nothing is changed."""

import errno
import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import psutil

from api.basemap.cutting import cut
from api.basemap.reading import Box, Found, covered_box, read
from api.basemap.stored import NAME, SUFFIX, map_folder, stored_map
from api.basemap.writing import Pieces, write_file
from api.process.private_files import private_folder
from dispatch.errors import OperatorError

# Enough to be quick, few enough for any memory.
AT_ONCE: Final = 2_000
# Nodes, pieces and tiles lie on the disk meanwhile.
ROOM_PER_BYTE: Final = 8
SPARE_BYTES: Final = 64 * 2**20
UNFINISHED: Final = re.compile(r"\.new-(\d+)")


class Watching(Protocol):
    """Who shows how far it is."""

    def things(self, count: int) -> None:
        """So many more things of the file are cut."""

    def tiles(self, count: int) -> None:
        """So many tiles are to be written."""

    def tile(self) -> None:
        """One more is."""


def import_map(file: Path, data_dir: Path, box: Box | None, name: str, watching: Watching) -> Path:
    """Make the map and put it in the place of the one before, which stays where this raises OperatorError."""
    covered = covered_box(file)
    folder = private_folder(map_folder(data_dir))
    _remove_unfinished(folder)
    _check_room(file, folder)
    work = folder / f".new-{os.getpid()}"
    work.mkdir(mode=0o700)
    try:
        made = work / f"made{SUFFIX}"
        _make(file, made, work, box, covered, name, watching)
        return _put_in_place(made, folder, name)
    except (OSError, sqlite3.Error) as error:
        raise _told(error, folder) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check_room(file: Path, folder: Path) -> None:
    """Before anything is written: osmium maps its file of nodes into memory, and a disk that fills up ends it."""
    needed, free = SPARE_BYTES + ROOM_PER_BYTE * file.stat().st_size, shutil.disk_usage(folder).free
    if free < needed:
        raise OperatorError(
            f"Importing {file} needs about {needed >> 20:,} MiB at {folder} meanwhile; {free >> 20:,} are free."
        )


def _make(
    file: Path, made: Path, work: Path, box: Box | None, covered: Box | None, name: str, watching: Watching
) -> None:
    with Pieces(work / "pieces.sqlite") as pieces:
        for some in _batches(read(file, work / "nodes")):
            pieces.add(cut(some, box))
            watching.things(len(some))
        count = pieces.count_tiles()
        if count == 0:
            where = "" if covered is None else f" It covers {','.join(f'{side:g}' for side in covered)}."
            within = "" if box is None else f" within {','.join(f'{side:g}' for side in box)}"
            raise OperatorError(f"{file} has no streets, water or places{within}.{where}")
        watching.tiles(count)
        write_file(made, pieces, name, box or covered or (-180.0, -85.0, 180.0, 85.0), watching.tile)


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    rest = iter(found)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _put_in_place(made: Path, folder: Path, name: str) -> Path:
    """The file under the name of its content; what was there before goes last."""
    with made.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        os.fsync(file.fileno())
    before = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    place = folder / f"{name}-{digest}{SUFFIX}"
    made.touch()  # the newest is the one that is shown
    made.replace(place)
    for path in before:
        if path != place:
            path.unlink(missing_ok=True)
    return place


def _remove_unfinished(folder: Path) -> None:
    """What an import left that was killed."""
    for path in folder.iterdir():
        left = UNFINISHED.fullmatch(path.name)
        if left and not psutil.pid_exists(int(left[1])):
            shutil.rmtree(path, ignore_errors=True)


def _told(error: OSError | sqlite3.Error, folder: Path) -> OperatorError:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if full or "full" in str(error):
        kept = "the map that is there stays" if stored_map(folder.parent) else "nothing was kept"
        return OperatorError(
            f"There is no room left at {folder} for the map; {kept}. An extract with --box needs less."
        )
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return OperatorError(f"The map could not be written at {folder}: {why}.")

"""``dispatch basemap``: the streets under the maps."""

import re
import sys
import unicodedata
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.basemap.stored import stored_map
from api.process.private_files import keep_new_files_private
from api.terminal.console import make_console
from dispatch.errors import OperatorError
from dispatch.settings import Settings

ENDING: Final = re.compile(r"(\.osm|-latest|\.pbf|\.bz2|\.gz)+$")
MISSING: Final = "Reading OpenStreetMap files needs four more libraries: pip install 'dispatch-server[map]'."


def import_city(
    settings: Settings, file: Path, box: tuple[float, float, float, float] | None, name: str | None
) -> None:
    """Import a file, showing how far it is. Raises OperatorError."""
    try:
        from api.basemap.importing import import_map  # noqa: PLC0415  # libraries that a server does without
    except ModuleNotFoundError:
        raise OperatorError(MISSING) from None
    keep_new_files_private()
    console = make_console()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stdout.isatty()) as progress:
        watching = _OnScreen(progress)
        place = import_map(file, settings.data_dir, box, file_name(name or ENDING.sub("", file.name)), watching)
    size = place.stat().st_size
    console.print(f"{place} has {watching.written:,} tiles in {size / 2**20:.1f} MiB of {file.name}.", highlight=False)
    console.print("Pages draw it from now on, with “© OpenStreetMap contributors” (ODbL) beside it.", highlight=False)


def show_city(settings: Settings) -> None:
    """Which map is there."""
    place = stored_map(settings.data_dir)
    told = (
        "No map is imported; pages draw a grid."
        if place is None
        else f"{place}, {place.stat().st_size / 2**20:.1f} MiB"
    )
    make_console().print(told, highlight=False)


def file_name(name: str) -> str:
    """A name as files have it: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "city"


class _OnScreen:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._reading = progress.add_task("reading", total=None)
        self._writing = progress.add_task("writing tiles", total=None, visible=False)
        self.written = 0

    def things(self, count: int) -> None:
        """So many more things are cut."""
        self._progress.advance(self._reading, count)

    def tiles(self, count: int) -> None:
        """So many tiles are to be written."""
        self._progress.update(self._reading, visible=False)
        self._progress.update(self._writing, total=count, visible=True)

    def tile(self) -> None:
        """One more is."""
        self.written += 1
        self._progress.advance(self._writing)

"""The tables of a day's files: CSV, plain or gzipped, with a header; everything wrong is named with its line."""

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from api.simulation.days.errors import UnusableDay
from dispatch.plain_numbers import decimal_number

MOST_BYTES = 64 * 1024 * 1024
"""Of a file, unpacked: a day is a few hundred kilobytes."""
MOST_ROWS = 200_000
MOST_TOLD = 10
LONGEST_NAME = 40
SUFFIXES = (".csv", ".csv.gz")


class TableRow(NamedTuple):
    """A row by the names of its columns, and its line in the file."""

    line: int
    cells: dict[str, str]


class Complaints:
    """What is wrong with the files of a day; the first few are told, all are counted."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._count = 0

    def add(self, file: Path, line: int, what: str) -> None:
        """One more."""
        self._count += 1
        if len(self._told) < MOST_TOLD:
            self._told.append(f"{file.name}:{line}: {what}")

    def raise_any(self) -> None:
        """Raises UnusableDay where there is any."""
        if self._count:
            more = self._count - len(self._told)
            rest = [f"and {more:,} more like these"] if more else []
            raise UnusableDay("The day cannot be simulated:\n  " + "\n  ".join([*self._told, *rest]))


class Table:
    """One file of a day."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str], complaints: Complaints) -> None:
        """Raises UnusableDay where the file is missing or no table with these columns."""
        self.file = _find(folder, name)
        self._complaints = complaints
        self.rows = list(_rows(self.file, columns))
        if not self.rows:
            raise UnusableDay(f"{self.file.name} has a header and no row.")

    def number(self, row: TableRow, column: str, *, least: float, most: float) -> float:
        """A number within bounds; 0 and a complaint where there is none."""
        text = row.cells[column]
        try:
            value = decimal_number(text.strip())
        except ValueError:
            value = math.nan
        if not least <= value <= most:  # also where it is not a number
            self.complain(row, f"{column} must be a number from {least:g} to {most:g}, and is {text[:LONGEST_NAME]!r}")
            return 0.0
        return value

    def name(self, row: TableRow, column: str) -> str:
        """A name of a few letters; empty and a complaint where it is none."""
        text = row.cells[column].strip()
        if not text or len(text) > LONGEST_NAME or not text.isprintable():
            self.complain(row, f"{column} must be a name of 1 to {LONGEST_NAME} letters, and is {text[:60]!r}")
            return ""
        return text

    def complain(self, row: TableRow, what: str) -> None:
        """Something is wrong with a row."""
        self._complaints.add(self.file, row.line, what)


def _find(folder: Path, name: str) -> Path:
    for suffix in SUFFIXES:
        if (folder / f"{name}{suffix}").is_file():
            return folder / f"{name}{suffix}"
    raise UnusableDay(f"A day needs {name}.csv or {name}.csv.gz, and {folder} has neither.")


def _rows(file: Path, columns: Sequence[str]) -> Iterator[TableRow]:
    """Raises UnusableDay."""
    reader = csv.reader(io.StringIO(_text_of(file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in header]
        if missing:
            raise UnusableDay(
                f"{file.name}:1: the header lacks {', '.join(missing)}; it must have {', '.join(columns)}."
            )
        twice = sorted({name for name in columns if header.count(name) > 1})
        if twice:
            raise UnusableDay(f"{file.name}:1: the header has {', '.join(twice)} more than once.")
        for number, cells in enumerate(reader):
            if number >= MOST_ROWS:
                raise UnusableDay(f"{file.name} has more than {MOST_ROWS:,} rows.")
            if not cells:
                continue
            if len(cells) != len(header):
                raise UnusableDay(
                    f"{file.name}:{reader.line_num}: {len(cells)} cells, where the header has {len(header)}."
                )
            yield TableRow(reader.line_num, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise UnusableDay(f"{file.name}:{reader.line_num}: not CSV: {error}.") from None


def _text_of(file: Path) -> str:
    """Raises UnusableDay."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableDay(f"{file.name} cannot be read: {error}.") from None
    if len(raw) > MOST_BYTES:
        raise UnusableDay(f"{file.name} is larger than {MOST_BYTES // 1024**2} MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnusableDay(f"{file.name}:{line}: not UTF-8.") from None

"""Tables written as CSV or XLSX, which the reading beside it reads back as they were.

A text that a spreadsheet would take for a formula gets an apostrophe before it in CSV, and the type of a text in XLSX.
Numbers are numbers.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from api.adapters.sheets.rows import GUARD, needs_guard

Cell: TypeAlias = str | int | float | Decimal | bool | date | None
_NO_TEXT: Final = (int, float, Decimal)


def harmless(value: Cell) -> str:
    """A cell of CSV that no spreadsheet carries out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(str(value)), "f")  # no exponents, which the reading takes for none of our numbers
    text = str(value)
    if isinstance(value, _NO_TEXT):
        return text
    return GUARD + text if needs_guard(text) else text


def csv_line(cells: Iterable[Cell]) -> list[str]:
    """A row as the CSV writer takes it."""
    return [harmless(cell) for cell in cells]


class CsvWriter:
    """Rows into a CSV file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")

    def add(self, cells: Sequence[Cell]) -> None:
        """One row more."""
        self._writer.writerow(csv_line(cells))

    def close(self) -> None:
        """The file is whole."""
        self._file.close()


class XlsxWriter:
    """Rows into a workbook of one sheet; they stream through a file of the library's."""

    def __init__(self, path: Path) -> None:
        import openpyxl  # noqa: PLC0415  only who exports a workbook needs it

        self._path = path
        self._book: Any = openpyxl.Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet("Sheet1")

    def add(self, cells: Sequence[Cell]) -> None:
        """One row more."""
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        row = []
        for value in cells:
            cell = WriteOnlyCell(self._sheet, None)
            cell.value = exact = _exactly(value)
            if isinstance(exact, str):
                cell.data_type = "s"  # whatever it begins with, it is no formula
            row.append(cell)
        self._sheet.append(row)

    def close(self) -> None:
        """Put the workbook together."""
        self._book.save(self._path)


def _exactly(value: Cell) -> Cell:
    """A number with more digits than the library writes stands there as a text."""
    if isinstance(value, float) and float(f"{value:.16g}") != value:
        return harmless(value)
    return value.isoformat() if isinstance(value, date) else value


def writer_for(path: Path) -> CsvWriter | XlsxWriter:
    """By the name's ending."""
    return XlsxWriter(path) if path.suffix.lower() == ".xlsx" else CsvWriter(path)

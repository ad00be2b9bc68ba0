"""XLSX: the first sheet of a workbook, read as it streams.

A workbook is a zip of XML that strangers send. What it holds is weighed by its directory first, which zipfile then
holds it to: a part that gives more than it said is cut off. Entities are refused by defusedxml, which openpyxl uses
where it is installed; that is looked at before anything is read.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

from api.adapters.sheets.rows import MOST_CELL, MOST_COLUMNS, FileLimits, Row, UnreadableFile
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME

MOST_PARTS: Final = 200
MOST_SIDE_PART: Final = 1 << 20
"""Bytes of a part that is neither the cells nor their texts: styles, theme, names."""
LAST_ROW: Final = 1_048_576
MOST_WIDE: Final = 256
"""Columns that a row may be wide, with cells that are only coloured; a row is as long in memory as it is wide."""
NO_WORKBOOK: Final = "it is a zip, but no workbook: save it as XLSX or CSV"
ENDS: Final = "it is damaged: save it anew as XLSX or CSV"


def read_xlsx(file: BinaryIO, limits: FileLimits) -> Iterator[Row]:
    """The rows of the first sheet. Raises UnreadableFile."""
    _weigh(file, limits)
    try:
        yield from _rows(file, limits)
    except UnreadableFile:
        raise
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever the library finds in bytes of a stranger, the file is what is wrong
        raise UnreadableFile(ENDS) from None


def _weigh(file: BinaryIO, limits: FileLimits) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise UnreadableFile(ENDS) from None
    if len(parts) > MOST_PARTS:
        raise UnreadableFile(f"it has {len(parts)} parts, and at most {MOST_PARTS} fit")
    names = {part.filename.lower() for part in parts}
    if any("vbaproject" in name or "/macrosheets/" in name for name in names):
        raise UnreadableFile("it has macros: save it as XLSX without macros, or as CSV")
    if "[content_types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
        raise UnreadableFile(NO_WORKBOOK)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("it is encrypted: save it without a password")
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise UnreadableFile(f"unpacked it is larger than {limits.unpacked >> 20} MiB: send it in parts, or as CSV")
    for part in parts:
        cells = part.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))
        if part.file_size > MOST_SIDE_PART and not cells:
            raise UnreadableFile(f"{part.filename[:60]} in it is larger than {MOST_SIDE_PART >> 20} MiB")


def _rows(file: BinaryIO, limits: FileLimits) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415  needs half a second, and only who imports a workbook needs it

    if not openpyxl.DEFUSEDXML:  # it is among the libraries that we pin
        raise UnreadableFile("workbooks are not read here: defusedxml is missing. Save it as CSV")
    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        count = 0
        sheet.reset_dimensions()  # what a file says of its own size leaves cells out where it is wrong
        cells_of_rows = sheet.iter_rows(min_row=1, max_row=LAST_ROW + 1, min_col=1)
        for number, cells in enumerate(cells_of_rows, 1):
            if len(cells) <= MOST_WIDE and all(cell.value is None for cell in cells):
                continue
            count += 1
            if count > limits.rows + 1:
                raise UnreadableFile(f"it has more than {limits.rows} rows: send it in parts")
            yield _row(number, cells)
    finally:
        book.close()


def _row(number: int, cells: tuple[Any, ...]) -> Row:
    if len(cells) > MOST_WIDE or any(cell.value is not None for cell in cells[MOST_COLUMNS:]):
        raise UnreadableFile(f"row {number} has more than {MOST_COLUMNS} columns")
    texts = tuple(_text(cell.value) for cell in cells[:MOST_COLUMNS])
    if any(len(text) > MOST_CELL for text in texts):
        raise UnreadableFile(f"row {number} has a cell of more than {MOST_CELL} characters")
    formulas = frozenset(place for place, cell in enumerate(cells[:MOST_COLUMNS]) if cell.data_type == "f")
    while texts and not texts[-1]:
        texts = texts[:-1]
    return Row(number, texts, formulas)


def _text(value: object) -> str:
    """A cell as one would have typed it; a time without a zone is Nepal's."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else format(Decimal(str(value)), "f")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=NEPAL_TIME)).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)

"""CSV: UTF-8, with commas, semicolons or tabs, as the first row has them."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, Final

from api.adapters.sheets.rows import GUARD, MOST_CELL, MOST_COLUMNS, FileLimits, Row, UnreadableFile, needs_guard

MOST_LINE: Final = 200_000
"""Bytes of one line; what is longer is no table of ours, and is never held whole."""
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK: Final = b"\xef\xbb\xbf"
DELIMITERS: Final = ",;\t"


def read_csv(file: BinaryIO, limits: FileLimits) -> Iterator[Row]:
    """The rows of a file that is at its beginning. Raises UnreadableFile."""
    lines = _lines(file)
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(_again(first, lines), delimiter=delimiter, strict=True)
    count, before = 0, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(_words(before + 1, error)) from None
        number, before = before + 1, reader.line_num
        if len(cells) > MOST_COLUMNS:
            raise UnreadableFile(f"row {number} has {len(cells)} columns, and at most {MOST_COLUMNS} fit")
        if any(len(cell) > MOST_CELL for cell in cells):
            raise UnreadableFile(f"row {number} has a cell of more than {MOST_CELL} characters")
        if any(cell.strip() for cell in cells):
            count += 1
            if count > limits.rows + 1:
                raise UnreadableFile(f"it has more than {limits.rows} rows: send it in parts")
            yield _row(number, cells)


def _words(number: int, error: csv.Error) -> str:
    if "field larger than" in str(error):
        return f"row {number} has a cell of more than {MOST_CELL} characters, or a quote that is never closed"
    if "unexpected end of data" in str(error):
        return f"a quote that begins in row {number} is never closed"
    return f"row {number} is no CSV ({error})"


def _row(number: int, cells: list[str]) -> Row:
    """The cells without the sign that keeps a text from being a formula."""
    formulas = frozenset(place for place, cell in enumerate(cells) if cell.lstrip().startswith(("=", "@")))
    return Row(
        number, tuple(cell[1:] if needs_guard(cell[1:]) and cell[:1] == GUARD else cell for cell in cells), formulas
    )


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _lines(file: BinaryIO) -> Iterator[str]:
    number = 0
    while line := file.readline(MOST_LINE + 1):
        number += 1
        if number == 1 and line.startswith(UTF_16):
            raise UnreadableFile("it is UTF-16: save it as CSV UTF-8")
        if len(line) > MOST_LINE:
            raise UnreadableFile(f"line {number} is longer than {MOST_LINE} bytes")
        if b"\0" in line:
            raise UnreadableFile(f"line {number} has a NUL byte: save it as CSV UTF-8")
        try:
            yield (line.removeprefix(UTF_8_MARK) if number == 1 else line).decode()
        except UnicodeDecodeError:
            raise UnreadableFile(f"line {number} is not UTF-8: save it as CSV UTF-8") from None

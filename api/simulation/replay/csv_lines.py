"""The rows of a CSV, line by line, so that one stray quote costs one row and not all that follow it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

# A cell may hold line ends; one that holds more than so many was never closed.
MOST_LINES = 50
_UNCLOSED = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class Record:
    """Cells, and the lines on which they stand. ``is_broken``: a quote is opened in it that nothing closes."""

    cells: list[str]
    first: int
    last: int
    is_broken: bool = False


class CsvLines:
    """Records of lines that end in any of the usual ways; the first line has number 1."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._ahead: list[str] = []
        self.line = 0
        """The last line that was read."""

    def next_line(self) -> str | None:
        """The next line, or None at the end."""
        line = self._ahead.pop(0) if self._ahead else next(self._lines, None)
        self.line += line is not None
        return line

    def put_back(self, line: str) -> None:
        """The last line comes again."""
        self._ahead.insert(0, line)
        self.line -= 1

    def records(self, delimiter: str, width: int) -> Iterator[Record]:
        """The rest, without empty lines; ``width`` is how many cells a row has. Raises csv.Error."""
        while (line := self.next_line()) is not None:
            if line.strip():
                yield self._record(line, delimiter, width)

    def _record(self, line: str, delimiter: str, width: int) -> Record:
        first = self.line
        if '"' not in line:
            return Record(line.rstrip("\r\n").split(delimiter), first, first)
        cells = _whole(line, delimiter)
        if cells is not None:
            return Record(cells, first, first)
        joined = line
        taken: list[str] = []
        while len(taken) < MOST_LINES and (more := self.next_line()) is not None:
            taken.append(more)
            if more.count(delimiter) >= width - 1 > 0:
                break  # this is a row of its own
            joined += more
            cells = _whole(joined, delimiter)
            if cells is not None:
                return Record(cells, first, self.line)
        for more in reversed(taken):
            self.put_back(more)
        return Record(next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), []), first, first, True)


def _whole(text: str, delimiter: str) -> list[str] | None:
    """The cells; None where a quote is left open. Raises csv.Error."""
    lines = text.splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if str(error) == _UNCLOSED:
            return None
        rows = list(csv.reader(lines, delimiter=delimiter))  # a quote within a cell is a sign like any other
    return rows[0] if len(rows) == 1 else None

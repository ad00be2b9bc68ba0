"""Reading a CSV of traces: plain or gzipped, from a file or a pipe."""

import csv
import gzip
import hashlib
import io
import math
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from api.replay.columns import Columns, count_known, find_columns, normal_name
from api.replay.errors import BadRow, UnusableFile
from api.replay.times import parse_ms

# Part of every epoch: raise it when rows would be numbered otherwise than before.
NUMBERING = 1
LINES_NAMED = 5
MAX_HEADING = 360.0
MAX_SPEED_MPS = 1_000.0
# So many different values in as many rows, and a column called `id` numbers the rows.
ROW_NUMBERS_FROM = 20
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"
_HEADER_BYTES = 64 * 1024


class Row(NamedTuple):
    """One usable row: ms since 1970, degrees, metres a second, degrees from north."""

    time_ms: int
    line: int
    lat: float
    lon: float
    speed_mps: float | None
    heading_deg: float | None


@dataclass(slots=True)
class Unusable:
    """Rows that were left out for one reason."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    """The first few line numbers, the header's being 1."""


@dataclass(frozen=True, slots=True)
class Traces:
    """A file's rows by vehicle, each vehicle's in order of time; rows of one time keep the file's order.

    ``epoch`` names the content: the same rows, compressed or not, have the same.
    """

    epoch: str
    rows_of: dict[str, list[Row]]
    bad_rows: dict[str, Unusable]
    times_taken_as_utc: int

    @property
    def rows(self) -> int:
        """Usable rows."""
        return sum(map(len, self.rows_of.values()))

    @property
    def newest_ms(self) -> int:
        """Time of the newest row."""
        return max(rows[-1].time_ms for rows in self.rows_of.values())

    @property
    def oldest_ms(self) -> int:
        """Time of the oldest row."""
        return min(rows[0].time_ms for rows in self.rows_of.values())


def read_traces(name: str) -> Traces:
    """Read the file, or standard input for ``-``. Raises UnusableFile."""
    try:
        if name == "-":
            return _read(io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)))
        with Path(name).open("rb") as file:
            return _read(file)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UnusableFile(f"the gzip data is damaged or cut off ({error})") from None
    except csv.Error as error:
        raise UnusableFile(f"it is not CSV: {error}") from None
    except OSError as error:
        raise UnusableFile(f"it cannot be read: {error.strerror or error}") from None


class _Source(Protocol):
    """Bytes to read."""

    def read(self, size: int, /) -> bytes: ...


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.digest = hashlib.blake2s(b"replay numbering %d" % NUMBERING, digest_size=12)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._source.read(len(buffer))
        self.digest.update(data)
        buffer[: len(data)] = data
        return len(data)


def _read(source: io.BufferedReader) -> Traces:
    packed = source.peek(2)[:2] == _GZIP
    hashing = _Hashing(gzip.GzipFile(fileobj=source) if packed else source)
    content = io.BufferedReader(hashing, _HEADER_BYTES)
    start = content.peek(_HEADER_BYTES)
    if not start:
        raise UnusableFile("it is empty")
    encoding = "utf-16" if start[:2] in _UTF16 else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in start:
        raise UnusableFile("it is not CSV: there are zero bytes in it")
    # A stray byte in a column that nobody reads is no reason to refuse; two vehicles must stay two all the same.
    text = io.TextIOWrapper(content, encoding=encoding, errors="backslashreplace", newline="")
    first_line = start.decode(encoding, errors="backslashreplace").lstrip()
    reader = csv.reader(text, delimiter=_delimiter(first_line.splitlines()[0] if first_line else ""))
    collected = _Collected()
    header = next(_rows_with_content(reader), None)
    if header is None:
        raise UnusableFile("it is empty")
    collected.take_all(_rows_with_content(reader), find_columns(header), reader)
    return collected.traces(f"replay-{hashing.digest.hexdigest()}")


def _delimiter(first_line: str) -> str:
    """The one under which the header makes most sense, comma where none does."""
    return max(_DELIMITERS, key=lambda sign: count_known(next(csv.reader([first_line], delimiter=sign), [])))


def _rows_with_content(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    return (row for row in reader if any(map(str.strip, row)))


class _Place(Protocol):
    """What tells where a CSV reader is."""

    @property
    def line_num(self) -> int: ...


class _Collected:
    """Rows as they come in."""

    def __init__(self) -> None:
        self._rows_of: dict[str, list[Row]] = {}
        self._bad: dict[str, Unusable] = {}
        self._taken_as_utc = 0
        self._columns: Columns | None = None

    def take_all(self, rows: Iterator[list[str]], columns: Columns, place: _Place) -> None:
        """Take every row; ``place`` tells the line that the last one ended on."""
        self._columns = columns
        for cells in rows:
            try:
                vehicle, row, bare = _row(cells, columns, place.line_num)
            except BadRow as reason:
                bad = self._bad.setdefault(str(reason), Unusable())
                bad.count += 1
                if len(bad.lines) < LINES_NAMED:
                    bad.lines.append(place.line_num)
                continue
            self._rows_of.setdefault(vehicle, []).append(row)
            self._taken_as_utc += bare

    def traces(self, epoch: str) -> Traces:
        """Everything, sorted. Raises UnusableFile where nothing is usable."""
        if not self._rows_of:
            if not self._bad:
                raise UnusableFile("it has a header and no rows")
            reasons = "; ".join(f"{reason} (lines {_listed(bad)})" for reason, bad in self._bad.items())
            raise UnusableFile(f"none of its rows can be used: {reasons}")
        self._refuse_row_numbers()
        for rows in self._rows_of.values():
            rows.sort(key=lambda row: row.time_ms)  # stable
        return Traces(epoch, self._rows_of, self._bad, self._taken_as_utc)

    def _refuse_row_numbers(self) -> None:
        name = self._columns.names["vehicle"] if self._columns else ""
        alone = all(len(rows) == 1 for rows in self._rows_of.values())
        if normal_name(name) == "id" and alone and len(self._rows_of) >= ROW_NUMBERS_FROM:
            raise UnusableFile(
                f"its only vehicle column “{name}” has another value in every row, so it numbers the rows; "
                "call the vehicle's column vehicle_id"
            )


def _listed(bad: Unusable) -> str:
    return ", ".join(map(str, bad.lines)) + (", …" if bad.count > len(bad.lines) else "")


def _row(cells: Sequence[str], columns: Columns, line: int) -> tuple[str, Row, bool]:
    if len(cells) <= columns.last_needed:
        raise BadRow("too few columns")
    vehicle = _printable(cells[columns.vehicle])
    if not vehicle:
        raise BadRow("no vehicle")
    day = "" if columns.date is None or columns.date >= len(cells) else cells[columns.date]
    time_ms, bare = parse_ms(cells[columns.time], day)
    row = Row(
        time_ms,
        line,
        _degrees(cells[columns.latitude], "latitude"),
        _degrees(cells[columns.longitude], "longitude"),
        _optional(cells, columns.speed, columns.speed_factor, MAX_SPEED_MPS),
        _optional(cells, columns.heading, 1.0, MAX_HEADING),
    )
    return vehicle, row, bare


def _printable(name: str) -> str:
    name = name.strip()
    return name if name.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in name)


def _degrees(text: str, what: str) -> float:
    """Any finite number: whether it is on this planet is for the server to say."""
    if not text.strip():
        raise BadRow(f"no {what}")
    try:
        number = float(text)
    except ValueError:
        raise BadRow(f"a {what} that is not a number") from None
    if not math.isfinite(number):
        raise BadRow(f"a {what} that is not a number")
    return number


def _optional(cells: Sequence[str], at: int | None, factor: float, highest: float) -> float | None:
    """What devices write for “unknown” (nothing, -1, NaN) is None."""
    if at is None or at >= len(cells):
        return None
    try:
        number = float(cells[at]) * factor
    except ValueError:
        return None
    return number if 0 <= number <= highest else None

"""A CSV of traces: its header, how its times and places are written, its rows."""

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.simulation.replay.columns import Columns, count_known, find_columns, normal_name
from api.simulation.replay.csv_lines import CsvLines, Record
from api.simulation.replay.errors import BadRow, UnusableFile
from api.simulation.replay.places import LATITUDE, LONGITUDE, Axis, are_degrees_and_minutes, degrees, plain
from api.simulation.replay.times import time_column
from api.simulation.replay.traces import Collected, Reading, Row, printable
from api.simulation.replay.units import NMEA

MAX_HEADING = 360.0
MAX_SPEED_MPS = 1_000.0
# So many different values in as many rows, and a column called `id` numbers the rows.
ROW_NUMBERS_FROM = 20
HEADER_KNOWS = 3
"""So many of the four needed columns has a header that stands behind a comment's sign."""
_DELIMITERS = ",;\t|"
_COMMENT = "#"
_UNKNOWN = {"", "-", "nan", "null", "none", "n/a", "na", "-1", "-1.0"}
"""What devices write for “unknown”."""


class _Pending(NamedTuple):
    """A row whose times and places are read once the whole column was seen."""

    line: int
    vehicle: str
    time: str
    day: str
    lat: str
    lon: str
    north_south: str | None
    east_west: str | None
    speed: str
    heading: str


def read_csv(lines: Iterator[str], said: Reading, into: Collected) -> None:
    """Everything that the file holds. Raises UnusableFile, csv.Error."""
    source = CsvLines(lines)
    delimiter, header = _header(source)
    columns = find_columns(header, one_vehicle=said.vehicle is not None)
    into.unread = columns.unread
    pending = list(_pending(source, delimiter, columns, said, into))
    name = columns.names["time"]
    times = time_column([(row.time, row.day) for row in pending], name=name, unit=columns.time_unit, asked=said.time)
    into.time_way = times.way.value
    units = [
        _place_unit(LATITUDE, columns.latitude_unit, [(row.lat, row.north_south or "") for row in pending]),
        _place_unit(LONGITUDE, columns.longitude_unit, [(row.lon, row.east_west or "") for row in pending]),
    ]
    if NMEA in units and columns.north_south is not None:
        units = [NMEA, NMEA]  # near the equator a latitude alone cannot be told apart
    for row in pending:
        try:
            time_ms, bare = times.read(row.time, row.day)
            lat = degrees(row.lat, row.north_south, LATITUDE, units[0])
            lon = degrees(row.lon, row.east_west, LONGITUDE, units[1])
        except BadRow as reason:
            into.leave_out(str(reason), row.line)
            continue
        speed = _optional(row, row.speed, columns.speed_factor, MAX_SPEED_MPS, "speed", into)
        heading = _optional(row, row.heading, 1.0, MAX_HEADING, "heading", into)
        into.take(row.vehicle, Row(time_ms, row.line, lat, lon, speed, heading), bare=bare)
    _refuse_row_numbers(columns, into)


def _header(source: CsvLines) -> tuple[str, list[str]]:
    """The delimiter and the names. Raises UnusableFile."""
    delimiter, behind_sign = "", ""
    while (line := source.next_line()) is not None:
        text = line.strip()
        whole = line.strip("\r\n")
        if source.line == 1 and whole.lower().startswith("sep=") and len(whole) == len("sep=") + 1:
            delimiter = whole[-1]
        elif text.startswith(_COMMENT):
            behind_sign = text.lstrip(f"{_COMMENT} ")
        elif text:
            break
    if line is None and not behind_sign:
        raise UnusableFile("it is empty")
    if behind_sign and (line is None or _known(line) < HEADER_KNOWS <= _known(behind_sign)):
        if line is not None:
            source.put_back(line)
        line = behind_sign
    delimiter = delimiter or _delimiter(str(line))
    return delimiter, next(csv.reader([str(line).strip("\r\n")], delimiter=delimiter), [])


def _known(line: str) -> int:
    return max(count_known(next(csv.reader([line], delimiter=sign), [])) for sign in _DELIMITERS)


def _delimiter(first_line: str) -> str:
    """The one under which the header makes most sense, comma where none does."""
    return max(_DELIMITERS, key=lambda sign: count_known(next(csv.reader([first_line], delimiter=sign), [])))


def _pending(source: CsvLines, delimiter: str, columns: Columns, said: Reading, into: Collected) -> Iterator[_Pending]:
    for record in source.records(delimiter, columns.width):
        if record.cells[0].lstrip().startswith(_COMMENT) and len(record.cells) < columns.width:
            into.remark("a line that begins with # is a comment", record.first)
            continue
        if not any(map(str.strip, record.cells)):
            continue
        try:
            row = _row(record, columns, said)
        except BadRow as reason:
            into.leave_out(str(reason), record.first)
            continue
        if record.last > record.first:
            into.remark(f"a row over {record.last - record.first + 1} lines", record.first)
        yield row


def _row(record: Record, columns: Columns, said: Reading) -> _Pending:
    cells = record.cells
    if record.is_broken:
        raise BadRow("a quote that nothing closes")
    if len(cells) <= columns.last_needed:
        raise BadRow("too few columns")
    if any(cell.strip() for cell in cells[columns.width :]):
        raise BadRow("more cells than the header has columns")
    vehicle = said.vehicle or printable(_cell(cells, columns.vehicle))
    if not vehicle:
        raise BadRow("no vehicle")
    return _Pending(
        record.last,
        vehicle,
        cells[columns.time],
        _cell(cells, columns.date),
        cells[columns.latitude],
        cells[columns.longitude],
        None if columns.north_south is None else _cell(cells, columns.north_south),
        None if columns.east_west is None else _cell(cells, columns.east_west),
        _cell(cells, columns.speed),
        _cell(cells, columns.heading),
    )


def _cell(cells: Sequence[str], at: int | None) -> str:
    return "" if at is None or at >= len(cells) else cells[at]


def _place_unit(axis: Axis, unit: float | str | None, values: list[tuple[str, str]]) -> float | str:
    if unit is not None:
        return unit
    return NMEA if are_degrees_and_minutes(axis, values) else 1.0


def _optional(row: _Pending, text: str, factor: float, highest: float, what: str, into: Collected) -> float | None:
    if text.strip().lower() in _UNKNOWN:
        return None
    try:
        number = plain(text) * factor
    except ValueError:
        into.remark(f"a {what} that is not a number", row.line)
        return None
    if 0 <= number <= highest:
        return number
    if number > highest:
        into.remark(f"a {what} that cannot be", row.line)
    return None


def _refuse_row_numbers(columns: Columns, into: Collected) -> None:
    name = columns.names.get("vehicle", "")
    alone = all(len(rows) == 1 for rows in into.rows_of.values())
    if normal_name(name) == "id" and alone and len(into.rows_of) >= ROW_NUMBERS_FROM:
        raise UnusableFile(
            f"its only vehicle column “{name}” has another value in every row, so it numbers the rows; "
            "call the vehicle's column vehicle_id, or say --vehicle NAME for a file of one vehicle"
        )

"""What a file of traces holds: rows by vehicle, and what was not understood of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.units import Time
from dispatch.errors import OperatorError
from dispatch.text import Unprintable, one_line

LINES_NAMED = 5


class Row(NamedTuple):
    """One usable row: ms since 1970, degrees, metres a second, degrees from north."""

    time_ms: int
    line: int
    lat: float
    lon: float
    speed_mps: float | None
    heading_deg: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the user says about a file that its header does not."""

    vehicle: str | None = None
    """The file is this one vehicle's."""
    time: Time | None = None
    """How its times are written."""


def reading(vehicle: str | None, time: str | None) -> Reading:
    """What options say. Raises OperatorError for a vehicle without a name that can be seen."""
    try:
        name = None if vehicle is None else one_line(vehicle)
    except Unprintable as error:
        raise OperatorError(f"--vehicle {error}") from None
    if name == "":
        raise OperatorError("--vehicle must have a character that can be seen")
    return Reading(name, Time(time) if time else None)


@dataclass(slots=True)
class Unusable:
    """Rows that were left out, or cells that were not read, for one reason."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    """The first few line numbers, the header's being 1."""

    def add(self, line: int) -> None:
        """One more."""
        self.count += 1
        if len(self.lines) < LINES_NAMED:
            self.lines.append(line)

    def listed(self) -> str:
        """The lines, for a message."""
        return ", ".join(map(str, self.lines)) + (", …" if self.count > len(self.lines) else "")


@dataclass(frozen=True, slots=True)
class Traces:
    """A file's rows by vehicle, each vehicle's in order of time; rows of one time keep the file's order.

    ``epoch`` names the content: the same rows, compressed or not, have the same.
    """

    epoch: str
    rows_of: dict[str, list[Row]]
    bad_rows: dict[str, Unusable]
    times_taken_as_utc: int
    remarks: dict[str, Unusable] = field(default_factory=dict)
    """What was not read of rows that were used."""
    unread: tuple[str, ...] = ()
    """Columns that mean something but do not say what."""
    time_way: str = ""
    """How the times were read, as ``--time`` has it."""

    @property
    def rows(self) -> int:
        """Usable rows."""
        return sum(map(len, self.rows_of.values()))

    @property
    def bad_share(self) -> float:
        """Share of the rows that cannot be used."""
        bad = sum(unusable.count for unusable in self.bad_rows.values())
        return bad / (bad + self.rows)

    @property
    def newest_ms(self) -> int:
        """Time of the newest row."""
        return max(rows[-1].time_ms for rows in self.rows_of.values())

    @property
    def oldest_ms(self) -> int:
        """Time of the oldest row."""
        return min(rows[0].time_ms for rows in self.rows_of.values())


class Collected:
    """Rows as they come in."""

    def __init__(self) -> None:
        self.rows_of: dict[str, list[Row]] = {}
        self.bad: dict[str, Unusable] = {}
        self.remarks: dict[str, Unusable] = {}
        self.unread: tuple[str, ...] = ()
        self.time_way = ""
        self._taken_as_utc = 0

    def take(self, vehicle: str, row: Row, *, bare: bool) -> None:
        """A row that can be used; ``bare``: its time named no offset."""
        self.rows_of.setdefault(vehicle, []).append(row)
        self._taken_as_utc += bare

    def leave_out(self, reason: str, line: int) -> None:
        """A row that cannot be used."""
        self.bad.setdefault(reason, Unusable()).add(line)

    def remark(self, reason: str, line: int) -> None:
        """Something that was not read of a row."""
        self.remarks.setdefault(reason, Unusable()).add(line)

    def traces(self, epoch: str) -> Traces:
        """Everything, sorted. Raises UnusableFile where nothing is usable."""
        if not self.rows_of:
            if not self.bad:
                raise UnusableFile("it has a header and no rows")
            raise UnusableFile(f"none of its rows can be used: {reasons(self.bad)}")
        for rows in self.rows_of.values():
            rows.sort(key=lambda row: row.time_ms)  # stable
        return Traces(epoch, self.rows_of, self.bad, self._taken_as_utc, self.remarks, self.unread, self.time_way)


def reasons(bad: Mapping[str, Unusable]) -> str:
    """The reasons with their lines, for a message."""
    return "; ".join(f"{reason} (lines {unusable.listed()})" for reason, unusable in bad.items())


def printable(name: str) -> str:
    """A vehicle's name as it can be shown."""
    name = name.strip()
    return name if name.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in name)

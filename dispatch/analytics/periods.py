"""From when until when figures are asked for, as whole days in Nepal and what is left at the ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement

NEPAL_OFFSET: Final = timedelta(hours=5, minutes=45)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From and until when, both included; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, moment: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401  any column of moments
        """The conditions of a query."""
        found = [] if self.start is None else [moment >= self.start]
        return found if self.end is None else [*found, moment <= self.end]

    def parts(self) -> "Parts":
        """Its whole days, and the parts of days at its ends."""
        first, last, ends = date.min, date.max, list[tuple[datetime, datetime]]()
        far = datetime.max.replace(tzinfo=UTC)
        if self.start is not None:
            begins = _in_nepal(self.start)
            first = begins.date()
            if begins.time() != time.min:
                ends.append((self.start, min(self.end or far, _last_of(first))))
                first += DAY
        if self.end is not None:
            ended = _in_nepal(self.end)
            last = ended.date()
            if ended.time() != time.max:
                if not (ends and last < first):  # the day of the start is told already
                    ends.append((max(self.start or _first_of(last), _first_of(last)), self.end))
                last -= DAY
        return Parts(first, last, ends)


@dataclass(frozen=True, slots=True)
class Parts:
    """``first`` and ``last`` are whole days, none where they cross; ``ends`` are moments, both included."""

    first: date
    last: date
    ends: list[tuple[datetime, datetime]]

    def months(self) -> tuple[date, date]:
        """The first days of the first and last whole months; they cross where there is none."""
        first = self.first if self.first.day == 1 else _next_month(self.first)
        last = self.last.replace(day=1)
        if self.last != date.max and (self.last + DAY).day != 1:
            last = (last - DAY).replace(day=1) if last > date.min else last
        return first, last

    def days_beside(self) -> list[tuple[date, date]]:
        """From when until when there are whole days outside of the whole months."""
        first, last = self.months()
        if first > last:
            return [(self.first, self.last)]
        found = [] if first == self.first else [(self.first, first - DAY)]
        after = None if last.year == date.max.year else _next_month(last)
        return found if after is None or after > self.last else [*found, (after, self.last)]


def _in_nepal(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) + NEPAL_OFFSET


def _first_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC) - NEPAL_OFFSET


def _last_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC) - NEPAL_OFFSET


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1)

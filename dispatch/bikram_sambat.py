"""Nepal's calendar: the months of a fiscal year, from Shrawan to Ashadh, by the dates of everybody else."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from dispatch.errors import Invalid

NEPAL_TIME: Final = timezone(timedelta(hours=5, minutes=45))
MONTHS: Final = (
    *("Baishakh", "Jestha", "Ashadh", "Shrawan", "Bhadra", "Ashwin"),
    *("Kartik", "Mangsir", "Poush", "Magh", "Falgun", "Chaitra"),
)
SHRAWAN: Final = 4
KNOWN_YEARS: Final = range(2075, 2099)
"""Bikram years whose fiscal year the calendar's library knows whole."""


def nepal_date(moment: datetime) -> date:
    """The date in Nepal at a moment."""
    return moment.astimezone(NEPAL_TIME).date()


@dataclass(frozen=True, slots=True)
class BikramMonth:
    """A month of the Bikram calendar, with its first and last day."""

    year: int
    month: int
    first: date
    last: date

    @property
    def name(self) -> str:
        """As people write it: ``Shrawan 2083``."""
        return f"{MONTHS[self.month - 1]} {self.year}"


def months_of_fiscal_year(year: int) -> list[BikramMonth]:
    """The twelve months of the fiscal year that begins with Shrawan of a Bikram year. Raises Invalid."""
    if year not in KNOWN_YEARS:
        words = f"must lie between {KNOWN_YEARS.start} and {KNOWN_YEARS.stop - 1}, such as 2083 for 2083/84"
        raise Invalid("There is no such fiscal year.", fields={"fiscal_year": words})
    starts = [_first_day(year + (SHRAWAN + count - 1) // 12, (SHRAWAN + count - 1) % 12 + 1) for count in range(13)]
    return [
        BikramMonth(
            year + (SHRAWAN + count - 1) // 12,
            (SHRAWAN + count - 1) % 12 + 1,
            starts[count],
            starts[count + 1] - timedelta(days=1),
        )
        for count in range(12)
    ]


def month_of(day: date) -> BikramMonth:
    """The month that a day lies in."""
    found = _calendar().date.from_datetime_date(day)
    year, month = int(found.year), int(found.month)
    after = _first_day(year + month // 12, month % 12 + 1)
    return BikramMonth(year, month, _first_day(year, month), after - timedelta(days=1))


def fiscal_year_of(day: date) -> int:
    """The Bikram year in which a day's fiscal year began."""
    year = _calendar().date.from_datetime_date(day).year
    return int(year if day >= _first_day(year, SHRAWAN) else year - 1)


def fiscal_year_name(year: int) -> str:
    """As it is written: 2083 is ``2083/84``."""
    return f"{year}/{(year + 1) % 100:02d}"


def _first_day(year: int, month: int) -> date:
    found: date = _calendar().date(year, month, 1).to_datetime_date()
    return found


def _calendar() -> Any:  # noqa: ANN401  the library is not typed
    import nepali_datetime  # noqa: PLC0415  reads a table when it is loaded, and only reports need it

    return nepali_datetime

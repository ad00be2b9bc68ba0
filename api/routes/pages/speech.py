"""What the server's own page says, in a reader's language: words of the built pages, and Nepal's times."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

# Nepal's time; it has no summer time. A fixed offset needs no time zone data of the machine.
NEPAL: Final = timezone(timedelta(hours=5, minutes=45))
LANGUAGES: Final = ("en", "ne")
DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")
MONTHS: Final = 12
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class BikramSambat:
    """Nepal's calendar, from the tables that the build takes out of the library of the pages."""

    first_day: date
    first_year: int
    month_starts: tuple[int, ...]
    """Days from the first one to the begin of each month, and to the end of the last."""

    @classmethod
    def read(cls, tables: bytes) -> "BikramSambat":
        """The tables of ``bikram_sambat.json``."""
        read: dict[str, Any] = json.loads(tables)
        lengths = (length for year in read["month_lengths"] for length in year)
        return cls(date.fromisoformat(read["first_day"]), read["first_year"], tuple(accumulate(lengths, initial=0)))

    def of(self, day: date) -> tuple[int, int, int] | None:
        """Year, month (1 to 12) and day; None beyond the tables."""
        days = (day - self.first_day).days
        if not 0 <= days < self.month_starts[-1]:
            return None
        index = bisect_right(self.month_starts, days) - 1
        return self.first_year + index // MONTHS, index % MONTHS + 1, days - self.month_starts[index] + 1


@dataclass(frozen=True, slots=True)
class Speech:
    """A speaker of a language, who says what ``web/shared/words.ts`` and ``times.ts`` say, as a test compares."""

    language: str
    known: Mapping[str, Mapping[str, str]]
    calendar: BikramSambat

    def __call__(self, key: str, otherwise: str | None = None, **values: str) -> str:
        """A sentence with its values; in English where it is missing, ``otherwise`` where it is unknown."""
        text = (
            self.known[self.language].get(key) or self.known["en"].get(key) or (key if otherwise is None else otherwise)
        )
        for name, value in values.items():
            written_by_somebody = any(sign.isascii() and sign.isalpha() for sign in value)
            text = text.replace(f"{{{name}}}", value if written_by_somebody else self.digits(value))
        return text

    def digits(self, text: str) -> str:
        """A text with its digits as the language writes them."""
        return text.translate(DEVANAGARI) if self.language == "ne" else text

    def clock(self, at: datetime, now: datetime) -> str:
        """The time today, with the day in the week before and the week after, else with the date."""
        there, days = at.astimezone(NEPAL), _days_ahead(at, now)
        if days == 0:
            return self.digits(f"{there:%H:%M}")
        day = self._name("days", there.isoweekday() % WEEK_DAYS) if abs(days) < WEEK_DAYS else self.date(at)
        return self.digits(f"{day} {there:%H:%M}")

    def stretch(self, earliest: datetime, latest: datetime, now: datetime) -> tuple[str, str]:
        """Two times with the day as people say it; the day is said again only where it is another."""
        begin = self._day_and_clock(earliest, now)
        if _days_ahead(latest, earliest) == 0:
            return begin, self.clock(latest, latest)
        return begin, self._day_and_clock(latest, now)

    def _day_and_clock(self, at: datetime, now: datetime) -> str:
        day = _days_ahead(at, now)
        if abs(day) > 1:
            return self.clock(at, now)
        return f"{self._name('near', day + 1)} {self.clock(at, at)}"

    def date(self, at: datetime) -> str:
        """A date; in Nepali Bikram Sambat, as far as its tables reach."""
        day = at.astimezone(NEPAL).date()
        if self.language == "ne" and (bikram := self.calendar.of(day)):
            return self.digits(f"{bikram[2]} {self._name('bikram_months', bikram[1] - 1)} {bikram[0]}")
        return self.digits(f"{day.day} {self._name('months', day.month - 1)} {day.year}")

    def _name(self, names: str, index: int) -> str:
        return self.known[self.language][f"calendar.{names}"].split()[index]


def _days_ahead(at: datetime, now: datetime) -> int:
    """How many of Nepal's days a time lies ahead; less than 0 where it is over."""
    return (at.astimezone(NEPAL).date() - now.astimezone(NEPAL).date()).days


@lru_cache(maxsize=8)
def speech_of(language: str, words: bytes, calendar: bytes) -> Speech:
    """The speaker of a language, from the two files that the build writes for the server."""
    return Speech(language, json.loads(words), BikramSambat.read(calendar))


def language_of(asked: str | None, accepted: str) -> str:
    """The language of an answer: what the address says, else what the browser prefers, else English."""
    if asked in LANGUAGES:
        return asked
    for one in accepted.lower().split(","):
        code = one.partition(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]

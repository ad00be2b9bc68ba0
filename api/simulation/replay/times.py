"""Times as files write them, in milliseconds since 1970, UTC.

A column is written one way from top to bottom, so the way is found for the whole column. Where its values leave two
ways open that put the rows differently far apart, the file is refused with both named; ``--time`` says which it is.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from api.simulation.replay.errors import BadRow, UnusableFile
from api.simulation.replay.units import ORDERS, Time

NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]{1,3})?")
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]")
_SHORT_COMPACT = re.compile(r"[0-9]{12}")  # yymmddhhmmss, which as a Unix time would be milliseconds of 1973 to 2001
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:")
_YEAR_FIRST = re.compile(r"[0-9]{4}[-/.]")
_DAY_ONLY = re.compile(r"[0-9]{1,4}([/.-])[0-9]{1,2}\1[0-9]{1,4}|(?:19|20)[0-9]{6}")
_CLOCK_ONLY = re.compile(r"[0-9]{1,2}:[0-9]{2}.*")
_CLOCK_DIGITS = re.compile(r"[0-9]{1,6}(?:\.[0-9]+)?")
_DATE = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,? +)??(?P<a>[0-9]{1,4}|[A-Za-z]{3,9})[/. -]+(?P<b>[0-9]{1,2}|[A-Za-z]{3,9})[/., -]+"
    r"(?P<c>[0-9]{2,4}|[0-9])(?:[T ,]+|$)"
)
_DATE_DIGITS = re.compile(r"(?P<digits>[0-9]{8}|[0-9]{6})(?:[T ]+|$)")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9})[0-9]*)?)?"
    r"\s*(?P<half>[AaPp])?(?:\.?[Mm]\.?)?\s*(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_MONTHS = {
    name: at
    for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
# Magnitudes that tell units apart: seconds stay below 1e11 until the year 5138, milliseconds begin in 1973.
_UNITS = ((1e17, Time.NANOSECONDS), (1e14, Time.MICROSECONDS), (1e11, Time.MILLISECONDS), (1e8, Time.SECONDS))
_PER_MS = {Time.SECONDS: 1e3, Time.MILLISECONDS: 1.0, Time.MICROSECONDS: 1e-3, Time.NANOSECONDS: 1e-6}
# As milliseconds these would be a few days of January 1970, as seconds they are 1998 to 2039.
_SURELY_SECONDS = (9e8, 2.2e9)
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC).timestamp() * 1000
_DAY_MS = 86_400_000
CENTURY_FROM = 70
NOT_ALIKE = "a time in another unit than its column's"
UNREADABLE = "a time that is neither ISO 8601 nor a Unix time"

Written = tuple[str, str]
"""A time as a row has it, and the day beside it or ``""``."""


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """The way in which a column's times are written."""

    way: Time
    read: Callable[[str, str], tuple[int, bool]]
    """From a row's time and day to ms since 1970, and whether it named no offset. Raises BadRow."""


def time_column(
    rows: Sequence[Written], *, name: str, unit: Time | None = None, asked: Time | None = None
) -> TimeColumn:
    """How these times are written; ``unit`` is the header's word, ``asked`` the user's. Raises UnusableFile."""
    written = [(text.strip(), day.strip()) for text, day in rows if text.strip()]
    numbers = [_number(text) for text, day in written if _is_number(text, day)]
    if asked in ORDERS:
        return _dated(asked)
    if asked is not None:
        return _numbered(asked)
    if 2 * len(numbers) > len(written):
        _refuse_short_dates(written, name, unit)
        return _numbered(_unit_of(numbers, name, unit), strict=unit is None)
    return _dated(_order_of(written, name))


def _refuse_short_dates(written: Sequence[Written], name: str, unit: Time | None) -> None:
    if unit is not None or not all(_SHORT_COMPACT.fullmatch(text) for text, _ in written):
        return
    fitting = [order for order in ORDERS if all(_attempt(text, "", order) is not None for text, _ in written)]
    if fitting:
        raise UnusableFile(
            f"the numbers of its column “{name}”, such as {written[0][0]}, can be dates or a Unix time: "
            f"say {' or '.join(f'--time {way}' for way in (*fitting, Time.MILLISECONDS))}"
        )


def _is_number(text: str, day: str) -> bool:
    if not NUMBER.fullmatch(text) or _COMPACT.fullmatch(text):
        return False
    return not (day and _CLOCK_DIGITS.fullmatch(text) and _number(text) < 1e6)  # noqa: PLR2004  # hhmmss


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _unit_of(numbers: Sequence[float], name: str, unit: Time | None) -> Time:
    if unit is not None:
        low, high = _SURELY_SECONDS
        if unit is not Time.SECONDS and unit is not Time.EXCEL and all(low <= number <= high for number in numbers):
            raise UnusableFile(
                f"its column “{name}” names {unit.value} and holds what look like seconds: say --time s, "
                f"or --time {unit.value}"
            )
        return unit
    ((found, _),) = Counter(map(_by_magnitude, numbers)).most_common(1)
    if found is not None:
        return found
    if "date" in name.lower() and all(_EXCEL_DAYS[0] <= number <= _EXCEL_DAYS[1] for number in numbers):
        return Time.EXCEL
    raise UnusableFile(
        f"the numbers of its column “{name}”, such as {numbers[0]:g}, are no Unix time. Say what they count: "
        "--time s, ms, us or ns since the beginning, or --time excel for the days of a spreadsheet"
    )


_EXCEL_DAYS = (25_569.0, 73_051.0)  # 1970 to 2100


def _by_magnitude(number: float) -> Time | None:
    return next((unit for least, unit in _UNITS if abs(number) >= least), None)


def _numbered(unit: Time, *, strict: bool = False) -> TimeColumn:
    def read(text: str, _: str) -> tuple[int, bool]:
        text = text.strip()
        if not text:
            raise BadRow("no time")
        if not NUMBER.fullmatch(text):
            raise BadRow("a time that is no number, in a column of numbers")
        number = _number(text)
        if unit is Time.EXCEL:
            return _on_calendar(_EXCEL_EPOCH + number * _DAY_MS), True
        if strict and _by_magnitude(number) is not unit:
            raise BadRow(NOT_ALIKE)
        return _on_calendar(number * _PER_MS[unit]), False

    return TimeColumn(unit, read)


def _order_of(written: Sequence[Written], name: str) -> Time:
    """The order that most dates allow; those that do equally well must put the rows equally far apart."""
    if all(_YEAR_FIRST.match(day or text) for text, day in written):
        return Time.YEAR_FIRST
    read = {order: [_attempt(text, day, order) for text, day in written] for order in ORDERS}
    good = {order: sum(ms is not None for ms in times) for order, times in read.items()}
    most = max(good.values(), default=0)
    best = [order for order in ORDERS if good[order] == most]
    for other in best[1:]:
        one, two = read[best[0]], read[other]
        apart = {a - b for a, b in zip(one, two, strict=True) if a is not None and b is not None}
        if len(apart) > 1:
            example = next(text for (text, _), a, b in zip(written, one, two, strict=True) if a != b)
            raise UnusableFile(
                f"the dates of its column “{name}”, such as {example[:40]}, can be read in more than one order: "
                f"say {' or '.join(f'--time {order}' for order in best)}"
            )
    return best[0]


def _attempt(text: str, day: str, order: Time) -> int | None:
    try:
        return _read_date(text, day, order)[0]
    except BadRow:
        return None


def _dated(order: Time) -> TimeColumn:
    return TimeColumn(order, lambda text, day: _read_date(text.strip(), day.strip(), order))


def _read_date(text: str, day: str, order: Time) -> tuple[int, bool]:
    if not text:
        raise BadRow("no time")
    if day and _CLOCK_ONLY.match(text):
        text = f"{day} {text}"
    elif day and _CLOCK_DIGITS.fullmatch(text):
        whole, point, part = text.partition(".")
        text = f"{day} {whole.zfill(6)}{point}{part}"
    elif _CLOCK_ONLY.match(text):
        raise BadRow("a time without a date")
    elif _DAY_ONLY.fullmatch(text):
        raise BadRow("a date without a time")
    elif _COMPACT.fullmatch(text):
        text = f"{text[:8]} {text[8:]}"
    elif _SHORT_COMPACT.fullmatch(text):
        text = f"{text[:6]} {text[6:]}"
    try:
        moment, bare = _iso(text) or _moment(text, order)
        return _on_calendar(moment.timestamp() * 1000), bare
    except (ValueError, OverflowError):
        raise BadRow(UNREADABLE) from None


def _iso(text: str) -> tuple[datetime, bool] | None:
    """The quick way to the commonest form."""
    if not _ISO.match(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found.replace(tzinfo=UTC), True) if found.tzinfo is None else (found, False)


def _moment(text: str, order: Time) -> tuple[datetime, bool]:
    """Raises ValueError."""
    date = _DATE_DIGITS.match(text) or _DATE.match(text)
    clock = _CLOCK.fullmatch(text, date.end()) if date else None
    if date is None or clock is None:
        raise ValueError(text)
    year, month, day = _digits(date["digits"], order) if "digits" in date.groupdict() else _day(date, order)
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "Pp" else 0)
    part = int((clock["part"] or "0")[:6].ljust(6, "0"))
    zone = _zone(clock["zone"])
    found = datetime(year, month, day, hour, int(clock["minute"]), int(clock["second"] or 0), part, zone or UTC)
    return found, zone is None


def _day(date: re.Match[str], order: Time) -> tuple[int, int, int]:
    a, b, c = date["a"], date["b"], date["c"]
    if len(a) == 4 and a.isdigit():  # noqa: PLR2004  # a year
        return int(a), _month(b), int(c)
    if a.isalpha():
        return _year(c), _month(a), int(b)
    if b.isalpha():
        return _year(c), _month(b), int(a)
    return _ordered(a, b, c, order)


def _digits(digits: str, order: Time) -> tuple[int, int, int]:
    if len(digits) == 8 and order is Time.YEAR_FIRST:  # noqa: PLR2004
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return _ordered(digits[:2], digits[2:4], digits[4:], order)


def _ordered(a: str, b: str, c: str, order: Time) -> tuple[int, int, int]:
    if order is Time.YEAR_FIRST:
        if len(a) != 2 or len(c) > 2:  # noqa: PLR2004  # the year of a date that ends with it
            raise ValueError(a)
        return _year(a), int(b), int(c)
    return (_year(c), int(b), int(a)) if order is Time.DAY_FIRST else (_year(c), int(a), int(b))


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= CENTURY_FROM else 2000)  # noqa: PLR2004


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text[:3].lower() not in _MONTHS:
        raise ValueError(text)
    return _MONTHS[text[:3].lower()]


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _on_calendar(milliseconds: float) -> int:
    """What has no date in the years 1 to 9999 cannot go over the wire either."""
    try:
        datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
        return round(milliseconds)
    except (ValueError, OverflowError, OSError):
        raise BadRow("a time that is not on this calendar") from None

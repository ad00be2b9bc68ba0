"""Times in a query, the same wherever one asks for something of a time: a date, or a moment. A date is Nepal's."""

from datetime import UTC, date, datetime, time
from typing import Annotated, NamedTuple

from litestar.params import QueryParameter

from dispatch.errors import Invalid
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME

WHEN = "date-or-time"
NO_WHEN = "must be a date or a time such as 2026-11-22T10:30:00Z"
WHEN_WORDS = "A date, which means that day in Nepal, or a time as ISO 8601."
WhenQuery = Annotated[str | None, QueryParameter(max_length=40, format=WHEN, description=WHEN_WORDS)]
SinceQuery = Annotated[str | None, QueryParameter(name="from", max_length=40, format=WHEN, description=WHEN_WORDS)]
UntilQuery = Annotated[str | None, QueryParameter(name="to", max_length=40, format=WHEN, description=WHEN_WORDS)]


class Bounds(NamedTuple):
    """The ends of a time that is asked for, both included; None where it is open."""

    since: datetime | None
    until: datetime | None


def bounds_of(since: str | None, until: str | None, names: tuple[str, str] = ("date_from", "date_to")) -> Bounds:
    """The time between two parameters of a query, which are called by ``names``. Raises Invalid naming them."""
    return Bounds(start_of(since, names[0]), end_of(until, names[1]))


def start_of(text: str | None, name: str) -> datetime | None:
    """A query's lower bound; a plain date means its first moment in Nepal, a time without offset means UTC."""
    return _bound(text, name, time.min)


def end_of(text: str | None, name: str) -> datetime | None:
    """A query's upper bound; a plain date means its last moment in Nepal, a time without offset means UTC."""
    return _bound(text, name, time.max)


def _bound(text: str | None, name: str, missing: time) -> datetime | None:
    """Raises Invalid naming the parameter."""
    try:
        return None if text is None else _moment_of(text, missing)
    except (ValueError, OverflowError):
        raise Invalid("Some fields are missing or wrong.", fields={name: NO_WHEN}) from None


def when_problem(text: str) -> str | None:
    """What is wrong with a query's date or time."""
    try:
        _moment_of(text, time.min)
    except (ValueError, OverflowError):
        return NO_WHEN
    return None


def _moment_of(text: str, missing: time) -> datetime:
    if "T" not in text:
        return _day_bound(date.fromisoformat(text), missing)
    # A plus that was not written as %2B arrives as a blank.
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _day_bound(day: date, missing: time) -> datetime:
    """The first or last moment of a day in Nepal; of the calendar's ends what there is of it in UTC."""
    try:
        return datetime.combine(day, missing, NEPAL_TIME).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, missing, UTC)

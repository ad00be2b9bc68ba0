"""Times as files write them, in milliseconds since 1970, UTC."""

import re
from datetime import UTC, datetime

from api.replay.errors import BadRow

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_COMPACT = re.compile(r"(19|20)\d{6}([01]\d|2[0-3])[0-5]\d[0-5]\d")
_DAY_ONLY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_CLOCK_ONLY = re.compile(r"\d{1,2}:\d{2}")
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_SHORT_HOUR = re.compile(r"(?<=[ T])(?=\d:)")
# Magnitudes that tell units apart: seconds stay below 1e11 until the year 5138, milliseconds begin in 1973.
_MS_FROM, _US_FROM, _NS_FROM = 1e11, 1e14, 1e17


def parse_ms(text: str, day: str = "") -> tuple[int, bool]:
    """The time, and whether it named no offset and was taken as UTC. ``day`` completes a bare clock time.

    ISO 8601 with or without offset, or a Unix time in seconds, milliseconds, microseconds or nanoseconds, told
    apart by magnitude. Raises BadRow.
    """
    text = text.strip()
    if not text:
        raise BadRow("no time")
    if _DAY_ONLY.fullmatch(text):
        raise BadRow("a date without a time")
    if _COMPACT.fullmatch(text):
        return _iso_ms(f"{text[:8]}T{text[8:]}")
    if _NUMBER.fullmatch(text):
        return _unix_ms(text), False
    return _iso_ms(f"{day.strip()} {text}" if day.strip() and _CLOCK_ONLY.match(text) else text)


def _unix_ms(text: str) -> int:
    number = float(text)
    size = abs(number)
    if size >= _NS_FROM:
        milliseconds = number / 1e6
    elif size >= _US_FROM:
        milliseconds = number / 1e3
    else:
        milliseconds = number if size >= _MS_FROM else number * 1e3
    return _on_calendar(milliseconds)


def _on_calendar(milliseconds: float) -> int:
    """What has no date in the years 1 to 9999 cannot go over the wire either."""
    try:
        datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
        return round(milliseconds)
    except (ValueError, OverflowError, OSError):
        raise BadRow("a time that is not on this calendar") from None


def _iso_ms(text: str) -> tuple[int, bool]:
    if _CLOCK_ONLY.match(text):
        raise BadRow("a time without a date")
    text = _SLASHED.sub(lambda day: f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}", text, count=1)
    text = _SHORT_HOUR.sub("0", text, count=1)
    for name in (" UTC", " GMT"):
        text = text.removesuffix(name) + ("Z" if text.endswith(name) else "")
    try:
        moment = datetime.fromisoformat(text)
        bare = moment.tzinfo is None
        moment = moment.replace(tzinfo=UTC) if bare else moment
        return _on_calendar(moment.timestamp() * 1000), bare
    except (ValueError, OverflowError):
        raise BadRow("a time that is neither ISO 8601 nor a Unix time") from None

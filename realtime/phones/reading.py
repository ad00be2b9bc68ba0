"""What the protocols of phone apps have in common."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

# Of protocols that have no numbering: one that never begins again, because it is made of the device's time.
EPOCH = "time"
SEQS_A_SECOND = 10
# The last moment whose seconds fit what these protocols mean by seconds; above it they are milliseconds.
LAST_SECOND = 2**32
KNOT_MPS = 1852 / 3600
KMH_MPS = 1 / 3.6
FULL_PERCENT = 100.0


class Unusable(Exception):
    """No fix can be made of it, now or ever; ``detail`` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def seq_of(recorded_at: datetime) -> int:
    """The same moment gets the same seq, so a fix that a phone repeats is known as a duplicate.

    Tenths of a second since 1970: fine enough for ten fixes a second, coarse enough that an hour fills nine bitmaps
    of the ingest and not thousands.
    """
    return max(1, math.floor(recorded_at.timestamp() * SEQS_A_SECOND))


def number(value: object, name: str) -> float:
    """A finite number, also one written as text, not as Python's source code (`2_7.7`). Raises Unusable."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            found = math.nan if isinstance(value, str) and "_" in value else float(value)
        except (ValueError, OverflowError):
            found = math.nan
        if math.isfinite(found):
            return found
    raise Unusable(f"{name} is missing or is not a number")


def measure(value: object, factor: float = 1.0, least: float = 0.0) -> float | None:
    """An optional measure in our units; what is missing, unreadable or below ``least`` (how phones say "unknown")
    is None.
    """
    try:
        found = number(value, "")
    except Unusable:
        return None
    return found * factor if found >= least else None


def percent(value: object) -> float | None:
    """An optional charge in percent, as a share. More than all is left as it is, for it is to be noticed as odd."""
    found = measure(value)
    return found if found is None or found > FULL_PERCENT else found / FULL_PERCENT


def first_measure(fields: Mapping[str, object], *names: str) -> float | None:
    """The first of several names under which a measure stands."""
    return next((found for name in names if (found := measure(fields.get(name))) is not None), None)


def moment(value: object) -> datetime:
    """A time: seconds or milliseconds since 1970, or ISO 8601, in UTC where no offset stands. Raises Unusable."""
    try:
        seconds = number(value, "")
    except Unusable:
        return _written(value)
    try:
        return datetime.fromtimestamp(seconds if seconds < LAST_SECOND else seconds / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise Unusable("the time is on no calendar") from None


def _written(value: object) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    if "T" in text:
        text = text.replace(" ", "+")  # a plus that was not written as %2B arrives as a blank
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unusable("the time is missing or cannot be read") from None

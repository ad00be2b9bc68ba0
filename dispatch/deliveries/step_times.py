"""When a step happened: a phone without network tells it later, with the time that its own clock said.

Both times are kept, the phone's word and ours. What cannot be is flagged, and then ours counts: a parcel that was
handed over was handed over, whatever the phone's clock says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class TimeFlag(StrEnum):
    """What makes the time of a step implausible; kept with the step and shown to admins."""

    CLOCK_AHEAD = "clock_ahead"
    BEFORE_LAST_STEP = "before_last_step"
    TOO_LONG_AGO = "too_long_ago"


@dataclass(frozen=True, slots=True)
class TimeRules:
    """What is believed: a phone's clock may differ by ``tolerance_s``, a step may be told so many hours late."""

    tolerance_s: float = 120.0
    max_age_h: float = 24.0


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step happened (``at``), when we were told, and what the phone said, if anything."""

    at: datetime
    noticed_at: datetime
    said: datetime | None = None
    flags: tuple[TimeFlag, ...] = ()


def step_time(said: datetime | None, *, since: datetime | None, now: datetime, rules: TimeRules) -> StepTime:
    """Judge what a phone says. ``since``: the step before, which this one cannot precede."""
    if said is None:
        return StepTime(now, now)
    tolerance = timedelta(seconds=rules.tolerance_s)
    flags = []
    if said > now + tolerance:
        flags.append(TimeFlag.CLOCK_AHEAD)
    if since is not None and said < since - tolerance:
        flags.append(TimeFlag.BEFORE_LAST_STEP)
    if said < now - timedelta(hours=rules.max_age_h):
        flags.append(TimeFlag.TOO_LONG_AGO)
    if flags:
        return StepTime(now, now, said, tuple(flags))
    return StepTime(min(now, max(said, since or said)), now, said)

"""Plausibility of fixes: one ordered list of pure steps, each with its reason.

A step answers why a fix cannot be true, or None; the first answer counts and the fix is rejected by name. What may
be true but is doubtful is for ``realtime.ingest.flags``: it is flagged and stored.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from realtime.protocol import Fix, Reject

MAX_LAT = 90.0
MAX_LON = 180.0


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What is believed of fixes: ages in ms, speed in m/s, accuracy in m."""

    max_age_ms: int
    max_ahead_ms: int
    max_speed_mps: float = 70.0
    poor_accuracy_m: float = 100.0
    skew_ms: int = 10_000
    hold_jumps: bool = False
    """Whether the live position waits for a jump to be confirmed; otherwise the newest fix wins, flagged."""

    def at(self, now_ms: int) -> "Limits":
        """The same at a moment, in ms since 1970."""
        return Limits(
            now_ms - self.max_age_ms,
            now_ms + self.max_ahead_ms,
            now_ms + self.skew_ms,
            self.max_speed_mps,
            self.poor_accuracy_m,
            self.hold_jumps,
        )


class Limits(msgspec.Struct, frozen=True, gc=False):
    """What the clock and the roads allow; times in milliseconds since 1970."""

    oldest_ms: int
    newest_ms: int
    skewed_ms: int
    max_speed_mps: float
    poor_accuracy_m: float
    hold_jumps: bool


Step = Callable[[Fix, int, Limits], Reject | None]


def in_range(fix: Fix, _recorded_ms: int, _limits: Limits) -> Reject | None:
    """Latitude within ±90°, longitude within ±180°."""
    return None if -MAX_LAT <= fix.lat <= MAX_LAT and -MAX_LON <= fix.lon <= MAX_LON else Reject.OUT_OF_RANGE


def not_null_island(fix: Fix, _recorded_ms: int, _limits: Limits) -> Reject | None:
    """Exactly (0, 0) is what devices say that know nothing."""
    return Reject.NULL_ISLAND if fix.lat == 0.0 and fix.lon == 0.0 else None


def not_in_future(_fix: Fix, recorded_ms: int, limits: Limits) -> Reject | None:
    """One fix from the future would freeze a transporter there: everything true would be older."""
    return Reject.IN_FUTURE if recorded_ms > limits.newest_ms else None


def not_too_old(_fix: Fix, recorded_ms: int, limits: Limits) -> Reject | None:
    """Clocks that were never set say 1970 or 1980."""
    return Reject.TOO_OLD if recorded_ms < limits.oldest_ms else None


STEPS: tuple[Step, ...] = (in_range, not_null_island, not_in_future, not_too_old)


def reject_reason(fix: Fix, recorded_ms: int, limits: Limits) -> Reject | None:
    """The first reason why a fix cannot be true; None for a plausible one."""
    if (
        -MAX_LAT <= fix.lat <= MAX_LAT
        and -MAX_LON <= fix.lon <= MAX_LON
        and (fix.lat or fix.lon)
        and limits.oldest_ms <= recorded_ms <= limits.newest_ms
    ):
        return None  # what all steps say together, for nearly every fix
    for step in STEPS:
        reason = step(fix, recorded_ms, limits)
        if reason is not None:
            return reason
    return None

"""A device's fixes, in the order in which they came: which cannot be true, which are doubtful, which one leads.

Nearly every fix is plausible, newer than the last and within a vehicle's reach of it. That no step would say a word
about such a one is seen in a few comparisons; any other goes through the steps of ``filters`` and ``flags``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from realtime.fixes import Flag
from realtime.ingest.filters import MAX_LAT, MAX_LON, Limits, reject_reason
from realtime.ingest.flags import (
    MAX_BELIEVED_ACCURACY_M,
    METRES_A_DEGREE,
    PACE_GAP_S,
    PACE_OVER_S,
    SLACK_M,
    Point,
    Trail,
    assess,
)
from realtime.protocol import Fix, Reject

HALF_TURN = 180.0


@dataclass(slots=True)
class Assessment:
    """What became of fixes that were handed in together; positions are those in the sequence."""

    trail: Trail
    """The device's, after them."""
    rejected: dict[int, Reject]
    flags: dict[int, tuple[Flag, ...]]
    """Of those that have any."""
    leader: int | None = None
    """The newest that may become the live position."""
    leader_ms: int = 0
    """When that was."""
    pace_mps: float | None = None
    """How fast the device went around then."""

    def may_lead(self, position: int, at_ms: int) -> None:
        """One more of which the newest leads."""
        if self.leader is None or at_ms >= self.leader_ms:
            self.leader, self.leader_ms, self.pace_mps = position, at_ms, self.trail.pace_mps


def assess_all(fixes: Sequence[Fix], times_ms: Sequence[int], trail: Trail, limits: Limits) -> Assessment:
    """Judge fixes in the order in which they came; ``times_ms`` are their times since 1970.

    The same, fix by fix, as ``filters.reject_reason`` and ``flags.assess``.
    """
    made = Assessment(trail, {}, {})
    at = 0
    while at < len(fixes):
        at = _take_easy(fixes, times_ms, at, made, limits)
        if at < len(fixes):
            _take_one(fixes[at], times_ms[at], at, made, limits)
            at += 1
    return made


def follow(fix: Fix, at_ms: int, trail: Trail, limits: Limits) -> Trail | None:
    """The trail after a fix that is later than the last and that no step doubts; None for any other.

    A step of ``_take_easy`` by itself: nearly every read of a phone brings one fix.
    """
    last = trail.last
    if last is None or trail.suspect is not None:
        return None
    lat, lon, said_m = fix.lat, fix.lon, fix.accuracy_m or 0.0
    elapsed_s, degrees = (at_ms - last.at_ms) / 1000, abs(last.lon - lon)
    if not (
        0 < elapsed_s <= PACE_GAP_S
        and limits.oldest_ms <= at_ms <= limits.newest_ms
        and at_ms <= limits.skewed_ms
        and -MAX_LAT <= lat <= MAX_LAT
        and -MAX_LON <= lon <= MAX_LON
        and (lat or lon)
        and 0 <= said_m <= limits.poor_accuracy_m
        and degrees < HALF_TURN
    ):
        return None
    moved_m = METRES_A_DEGREE * math.hypot(last.lat - lat, degrees * math.cos(math.radians((last.lat + lat) / 2)))
    if moved_m - SLACK_M > limits.max_speed_mps * elapsed_s:
        return None
    pace, now_mps = trail.pace_mps, moved_m / elapsed_s
    if pace is not None:
        now_mps = pace + (now_mps - pace) * (1 - math.exp(-elapsed_s / PACE_OVER_S))
    here = Point(at_ms, lat, lon, min(said_m, MAX_BELIEVED_ACCURACY_M))
    return Trail(here, trail.agreed + 1, trail.agreed_since_ms, None, 0, now_mps)


def _take_one(fix: Fix, at_ms: int, position: int, made: Assessment, limits: Limits) -> None:
    reason = reject_reason(fix, at_ms, limits)
    if reason is not None:
        made.rejected[position] = reason
        return
    assessed = assess(fix, at_ms, made.trail, limits)
    made.trail = assessed.trail
    if assessed.flags:
        made.flags[position] = assessed.flags
    if assessed.may_lead:
        made.may_lead(position, at_ms)


def _take_easy(fixes: Sequence[Fix], times_ms: Sequence[int], start: int, made: Assessment, limits: Limits) -> int:
    """Take fixes from ``start`` on while no step doubts them; the position of the first that wants the long way.

    One loop in which nothing is made: most of the server's own work on a ping is here.
    """
    trail, last = made.trail, made.trail.last
    if last is None or trail.suspect is not None:
        return start
    at_ms, lat, lon, accuracy_m, pace = last.at_ms, last.lat, last.lon, last.accuracy_m, trail.pace_mps
    oldest_ms, newest_ms = limits.oldest_ms, min(limits.newest_ms, limits.skewed_ms)
    cos, hypot, radians, exp = math.cos, math.hypot, math.radians, math.exp
    best_m, mps = limits.poor_accuracy_m, limits.max_speed_mps
    position = start
    for fix, next_ms in zip(islice(fixes, start, None), islice(times_ms, start, None), strict=True):
        north, east, said_m = fix.lat, fix.lon, fix.accuracy_m or 0.0
        degrees = abs(lon - east)
        if not (
            at_ms <= next_ms <= newest_ms
            and oldest_ms <= next_ms
            and -MAX_LAT <= north <= MAX_LAT
            and -MAX_LON <= east <= MAX_LON
            and (north or east)
            and 0 <= said_m <= best_m
            and degrees < HALF_TURN
        ):
            break
        elapsed_s = (next_ms - at_ms) / 1000
        moved_m = METRES_A_DEGREE * hypot(lat - north, degrees * cos(radians((lat + north) / 2)))
        if moved_m - SLACK_M > mps * elapsed_s or elapsed_s > PACE_GAP_S:
            break
        if next_ms == at_ms:
            if (lat, lon) == (north, east):
                break  # a duplicate
        else:
            now_mps = moved_m / elapsed_s
            pace = now_mps if pace is None else pace + (now_mps - pace) * (1 - exp(-elapsed_s / PACE_OVER_S))
        at_ms, lat, lon, accuracy_m = next_ms, north, east, said_m
        position += 1
    if position > start:
        here = Point(at_ms, lat, lon, min(accuracy_m, MAX_BELIEVED_ACCURACY_M))
        made.trail = Trail(here, trail.agreed + position - start, trail.agreed_since_ms, None, 0, pace)
        made.may_lead(position - 1, at_ms)
    return position

"""Doubtful fixes: one ordered list of pure steps, each with its flag, and whether a fix may become the live position.

A flagged fix is stored with its flags. Only one kind is held back from the live position: a jump that no vehicle
makes, away from an established track. One earlier fix is no better evidence than the new one, so a track counts as
established after ``ESTABLISHED_FIXES`` that agree over at least ``ESTABLISHED_MS``. The next fix decides: where it
agrees with the jump, the jump was true; where it agrees with the track, the jump stays in the history alone. A device
that keeps jumping is believed after ``MAX_HELD`` fixes: a live position that stands still for ever helps nobody.
"""

import math
from collections.abc import Callable

import msgspec

from dispatch.geo import EARTH_RADIUS_M
from realtime.fixes import Flag
from realtime.ingest.filters import Limits
from realtime.protocol import Fix

ESTABLISHED_FIXES = 3
ESTABLISHED_MS = 10_000
MAX_HELD = 3
# Fixes wander by so much without anybody moving, and by their accuracy on top of it, as far as that is believed.
SLACK_M = 30.0
MAX_BELIEVED_ACCURACY_M = 5_000.0
# The pace is a mean over about this time, and begins anew after a gap.
PACE_OVER_S = 120.0
PACE_GAP_S = 900.0
METRES_A_DEGREE = math.radians(1) * EARTH_RADIUS_M


class Point(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where and when a device was; ms since 1970, degrees, metres."""

    at_ms: int
    lat: float
    lon: float
    accuracy_m: float


class Trail(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of a device: the last believed fix, how long fixes have agreed, and a jump in doubt."""

    last: Point | None = None
    agreed: int = 0
    agreed_since_ms: int = 0
    suspect: Point | None = None
    held: int = 0
    pace_mps: float | None = None

    @property
    def established(self) -> bool:
        """Whether the last fix stands on enough others."""
        return (
            self.agreed >= ESTABLISHED_FIXES
            and self.last is not None
            and self.last.at_ms - self.agreed_since_ms >= ESTABLISHED_MS
        )


class AssessedFix(msgspec.Struct, frozen=True, gc=False):
    """A fix's flags, whether it may become the live position, and the device's trail after it."""

    flags: tuple[Flag, ...]
    may_lead: bool
    trail: Trail


FlagStep = Callable[[Fix, Point, Trail, Limits], Flag | None]


def clock_skew(_fix: Fix, here: Point, _trail: Trail, limits: Limits) -> Flag | None:
    """A time that we have not reached yet, by more than networks and rounding explain."""
    return Flag.CLOCK_SKEW if here.at_ms > limits.skewed_ms else None


def poor_accuracy(fix: Fix, _here: Point, _trail: Trail, limits: Limits) -> Flag | None:
    """Beyond the limit, or negative, which is how some phones say "no idea"."""
    accuracy_m = fix.accuracy_m
    return Flag.POOR_ACCURACY if accuracy_m is not None and not 0 <= accuracy_m <= limits.poor_accuracy_m else None


def out_of_order(_fix: Fix, here: Point, trail: Trail, _limits: Limits) -> Flag | None:
    """A late fix: history only."""
    return Flag.OUT_OF_ORDER if trail.last is not None and here.at_ms < trail.last.at_ms else None


def duplicate(_fix: Fix, here: Point, trail: Trail, _limits: Limits) -> Flag | None:
    """The device said it before."""
    last = trail.last
    same = last is not None and (here.at_ms, here.lat, here.lon) == (last.at_ms, last.lat, last.lon)
    return Flag.DUPLICATE if same else None


def impossible_speed(_fix: Fix, here: Point, trail: Trail, limits: Limits) -> Flag | None:
    """Neither from the last believed fix nor from the jump in doubt can a vehicle have come here."""
    last, suspect = trail.last, trail.suspect
    if last is None or here.at_ms < last.at_ms or reachable(last, here, limits.max_speed_mps):
        return None
    if suspect is not None and here.at_ms > suspect.at_ms and reachable(suspect, here, limits.max_speed_mps):
        return None
    return Flag.IMPOSSIBLE_SPEED


FLAG_STEPS: tuple[FlagStep, ...] = (clock_skew, poor_accuracy, out_of_order, duplicate, impossible_speed)


def assess(fix: Fix, recorded_ms: int, trail: Trail, limits: Limits) -> AssessedFix:
    """All flags of a plausible fix, and what follows from them."""
    accuracy_m = min(max(fix.accuracy_m or 0.0, 0.0), MAX_BELIEVED_ACCURACY_M)
    here = Point(recorded_ms, fix.lat, fix.lon, accuracy_m)
    flags = [flag for step in FLAG_STEPS if (flag := step(fix, here, trail, limits)) is not None]
    if Flag.OUT_OF_ORDER in flags:
        return AssessedFix(tuple(flags), may_lead=True, trail=trail)  # the newest wins, and this is not it
    if Flag.DUPLICATE in flags:
        return AssessedFix(tuple(flags), may_lead=False, trail=trail)
    if Flag.IMPOSSIBLE_SPEED not in flags:
        return AssessedFix(tuple(flags), may_lead=True, trail=_believe(trail, here, limits))
    if trail.established and trail.held < MAX_HELD:
        held = msgspec.structs.replace(trail, suspect=here, held=trail.held + 1)
        return AssessedFix((*flags, Flag.UNCONFIRMED), may_lead=not limits.hold_jumps, trail=held)
    return AssessedFix(tuple(flags), may_lead=True, trail=Trail(here, 1, recorded_ms))


def _believe(trail: Trail, here: Point, limits: Limits) -> Trail:
    """The trail after a fix that agrees with it, or with the jump in doubt, which is thereby true."""
    last, suspect = trail.last, trail.suspect
    if last is None:
        return Trail(here, 1, here.at_ms)
    if suspect is not None and not reachable(last, here, limits.max_speed_mps):
        return Trail(here, 2, suspect.at_ms)
    return Trail(here, trail.agreed + 1, trail.agreed_since_ms, None, 0, _pace(trail.pace_mps, last, here))


def _pace(before_mps: float | None, last: Point, here: Point) -> float | None:
    elapsed_s = (here.at_ms - last.at_ms) / 1000
    if elapsed_s <= 0:
        return before_mps
    if elapsed_s > PACE_GAP_S:
        return None
    now_mps = apart_m(last, here) / elapsed_s
    if before_mps is None:
        return now_mps
    return before_mps + (now_mps - before_mps) * (1 - math.exp(-elapsed_s / PACE_OVER_S))


def reachable(a: Point, b: Point, max_speed_mps: float) -> bool:
    """Whether somebody who was at ``a`` can be at ``b``, as far as the fixes can be trusted."""
    slack_m = SLACK_M + a.accuracy_m + b.accuracy_m
    return apart_m(a, b) - slack_m <= max_speed_mps * max(0, b.at_ms - a.at_ms) / 1000


def apart_m(a: Point, b: Point) -> float:
    """Metres between two points on a flat map: right within 1 % for neighbours, cheap, and safe at the date line."""
    degrees = abs(a.lon - b.lon)
    east = min(degrees, 360 - degrees) * math.cos(math.radians((a.lat + b.lat) / 2))
    return METRES_A_DEGREE * math.hypot(a.lat - b.lat, east)


encode_trail = msgspec.json.Encoder().encode
decode_trail = msgspec.json.Decoder(Trail).decode

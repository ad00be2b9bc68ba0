"""When a parcel should arrive, from where its transporter is and how fast it has been going."""

import math
from datetime import datetime, timedelta

from dispatch.geo import great_circle_m
from realtime.protocol import EtaWindow

# A transporter that stands at a light will move on: its speed is believed between these.
SLOWEST_MPS = 3.0
FASTEST_MPS = 15.0
USUAL_MPS = 5.5
# How fast it goes now says much about the next minutes and little about the next hours.
NOW_COUNTS_FOR_S = 1_800.0
# How wrong the estimate is expected to be, as a share of the time left, and at least.
SPREAD = 0.25
LEAST_SPREAD_S = 60.0


def eta_window(
    lat: float,
    lon: float,
    target: tuple[float, float] | None,
    *,
    speed_mps: float | None,
    age_s: float,
    road_factor: float,
    now: datetime,
) -> EtaWindow | None:
    """Earliest and latest arrival at ``target`` (lat, lon), not before now; None without a target.

    ``speed_mps`` is the recent speed, best a mean over minutes (``LoggedFix.recent_mps``). The estimate counts from
    the fix, not from now: a transporter went on while nothing was heard. What may have happened since (it went on, it
    stood) widens the window by the age of the fix to both sides.
    """
    if target is None:
        return None
    road_m = great_circle_m(lat, lon, *target) * road_factor
    left_s = max(0.0, road_m / _believed_mps(road_m, speed_mps) - age_s)
    spread_s = max(LEAST_SPREAD_S, left_s * SPREAD) + age_s
    return EtaWindow(
        earliest=now + timedelta(seconds=max(0.0, left_s - spread_s)),
        latest=now + timedelta(seconds=left_s + spread_s),
    )


def _believed_mps(road_m: float, speed_mps: float | None) -> float:
    if speed_mps is None:
        return USUAL_MPS
    recent_mps = min(max(speed_mps, SLOWEST_MPS), FASTEST_MPS)
    weight = math.exp(-road_m / USUAL_MPS / NOW_COUNTS_FOR_S)
    return weight * recent_mps + (1 - weight) * USUAL_MPS

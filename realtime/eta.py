"""When a parcel should arrive, from where its transporter is."""

from datetime import datetime, timedelta

from dispatch.geo import great_circle_m
from realtime.protocol import EtaWindow

# A transporter that stands at a light will move on: its speed is believed between these.
SLOWEST_MPS = 3.0
FASTEST_MPS = 15.0
USUAL_MPS = 5.5
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
    """Earliest and latest arrival at ``target`` (lat, lon); the window widens with the age of the fix."""
    if target is None:
        return None
    road_m = great_circle_m(lat, lon, *target) * road_factor
    speed = USUAL_MPS if speed_mps is None else (USUAL_MPS + min(max(speed_mps, SLOWEST_MPS), FASTEST_MPS)) / 2
    left_s = road_m / speed
    spread_s = max(LEAST_SPREAD_S, left_s * SPREAD) + age_s
    return EtaWindow(
        earliest=now + timedelta(seconds=max(0.0, left_s - spread_s)),
        latest=now + timedelta(seconds=left_s + spread_s),
    )

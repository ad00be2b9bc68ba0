"""How long a way takes: pure arithmetic over places and speeds. ``stops`` makes arrivals of it, ``eta`` shows them."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.geo import great_circle_m

Point = tuple[float, float]

# Averages in and around a South Asian city, stops and traffic included.
SPEED_KMH = {"bicycle": 12.0, "motorcycle": 22.0, "scooter": 22.0, "car": 18.0, "van": 16.0, "truck": 14.0}
DEFAULT_SPEED_KMH = 16.0
HANDLING_S = 600.0
"""At the pickup."""
DOOR_S = 180.0
"""At a door, before it goes on to the next stop."""
SAME_PLACE_M = 50.0
"""What is fetched, or brought, so near one another is one stop: one shop, one house."""
ROUNDED_M = 500.0
UNKNOWN_DISTANCE_KM = 10.0
"""Assumed for a leg whose ends have no coordinates, where there is no live position to begin from."""
# A transporter that stands at a light will move on: its speed is believed between these.
SLOWEST_MPS = 3.0
FASTEST_MPS = 15.0
FASTEST_USUAL_MPS = max(SPEED_KMH.values()) / 3.6
# How fast it goes now says much about the next minutes and little about the next hours.
NOW_COUNTS_FOR_S = 1_800.0
# How wrong the estimate is expected to be, as a share of the time left, and at least.
SPREAD = 0.25
LEAST_SPREAD_S = 60.0


@dataclass(frozen=True, slots=True)
class Trip:
    """A delivery's way: its ends as (lat, lon), who drives it, and when it may be picked up at the earliest."""

    pickup: Point | None
    dropoff: Point | None
    vehicle_type: str = ""
    pickup_from: datetime | None = None
    """When the transporter said that it would be there, else the requested time."""
    distance_km: float | None = None
    """From end to end by road, where that is known."""
    again_from: datetime | None = None
    """The door was come to in vain: it is tried again then, and not before."""

    @property
    def usual_mps(self) -> float:
        """How fast such a vehicle goes on the whole."""
        return SPEED_KMH.get(self.vehicle_type, DEFAULT_SPEED_KMH) / 3.6

    def own_way_s(self, road_factor: float) -> float:
        """From its pickup to its door with nothing between, seconds."""
        if self.distance_km is not None:
            return self.distance_km * 1000 / self.usual_mps
        return leg_s(self.pickup, self.dropoff, self.usual_mps, road_factor)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a transporter is, how old that is, and how fast it has been going, best as a mean over minutes."""

    place: Point
    age_s: float = 0.0
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Earliest and latest time at the door of the drop-off, and the likely one between them.

    ``stops_before``: where its transporter goes for other deliveries before it is at this door.
    """

    earliest: datetime
    latest: datetime
    likely: datetime
    stops_before: int = 0

    @property
    def likely_minute(self) -> datetime:
        """The likely time as it is kept and shown, to whole minutes: seconds would promise too much."""
        return self.likely.replace(second=0, microsecond=0)


def road_distance_km(
    lat_a: float | None, lon_a: float | None, lat_b: float | None, lon_b: float | None, road_factor: float
) -> float | None:
    """Great circle × road factor, rounded to 0.1 km; None where a point is unknown."""
    if lat_a is None or lon_a is None or lat_b is None or lon_b is None:
        return None
    return round(great_circle_m(lat_a, lon_a, lat_b, lon_b) * road_factor / 1000, 1)


def leg_s(a: Point | None, b: Point | None, usual_mps: float, road_factor: float) -> float:
    """From one place to the next at the usual speed, seconds."""
    if a is None or b is None:
        return UNKNOWN_DISTANCE_KM * 1000 / usual_mps
    return great_circle_m(*a, *b) * road_factor / usual_mps


def first_leg_s(whereabouts: Whereabouts | None, to: Point | None, usual_mps: float, road_factor: float) -> float:
    """From where a transporter was last heard of to its next stop, seconds from now.

    It counts from the position, not from now: a transporter went on while nothing was heard.
    """
    if whereabouts is None or to is None:
        return max(0.0, UNKNOWN_DISTANCE_KM * 1000 / usual_mps - (whereabouts.age_s if whereabouts else 0.0))
    road_m = great_circle_m(*whereabouts.place, *to) * road_factor
    return max(0.0, road_m / _believed_mps(road_m, whereabouts.speed_mps, usual_mps) - whereabouts.age_s)


def soonest_s(whereabouts: Whereabouts, to: Point, road_factor: float) -> float:
    """No sequence of stops leads there in less, seconds from now: straight, as fast as any leg is driven.

    ``ROUNDED_M`` is allowed for what counts as one place and for distances that are kept to 100 m.
    """
    mps = max(FASTEST_USUAL_MPS, _within_reason(whereabouts.speed_mps or 0.0))
    road_m = great_circle_m(*whereabouts.place, *to) * road_factor
    return (road_m - ROUNDED_M) / mps - whereabouts.age_s


def arrival_window(now: datetime, at: datetime, moving_s: float, age_s: float, stops_before: int) -> Arrival:
    """An arrival with its doubt. ``moving_s``: how long it drives and stops until then.

    What may have happened since the position was heard (it went on, it stood) widens it by its age to both sides.
    """
    spread = timedelta(seconds=max(LEAST_SPREAD_S, moving_s * SPREAD) + age_s)
    return Arrival(max(now, at - spread), at + spread, at, stops_before)


def _believed_mps(road_m: float, speed_mps: float | None, usual_mps: float) -> float:
    if speed_mps is None:
        return usual_mps
    recent_mps = _within_reason(speed_mps)
    weight = math.exp(-road_m / usual_mps / NOW_COUNTS_FOR_S)
    return weight * recent_mps + (1 - weight) * usual_mps


def _within_reason(speed_mps: float) -> float:
    return min(max(speed_mps, SLOWEST_MPS), FASTEST_MPS)

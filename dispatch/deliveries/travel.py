"""How long a parcel is on its way: pure arithmetic over places and speeds; ``eta`` is the face of it."""

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
UNKNOWN_DISTANCE_KM = 10.0
"""Assumed for a leg whose ends have no coordinates, where there is no live position to begin from."""
# A transporter that stands at a light will move on: its speed is believed between these.
SLOWEST_MPS = 3.0
FASTEST_MPS = 15.0
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


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a transporter is, how old that is, and how fast it has been going, best as a mean over minutes."""

    place: Point
    age_s: float = 0.0
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Earliest and latest time at the door of the drop-off, and the likely one between them."""

    earliest: datetime
    latest: datetime
    likely: datetime

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


def arrival_at_door(
    trip: Trip, whereabouts: Whereabouts | None, *, picked_up: bool, road_factor: float, now: datetime
) -> Arrival:
    """When the parcel should be at the drop-off: by way of the pickup until it is picked up.

    The estimate counts from the position, not from now: a transporter went on while nothing was heard. What may have
    happened since (it went on, it stood) widens the window by the age of the position to both sides.
    """
    age_s = whereabouts.age_s if whereabouts else 0.0
    moving_s = _until_first_stop_s(trip, whereabouts, trip.dropoff if picked_up else trip.pickup, road_factor)
    arrival = now + timedelta(seconds=moving_s)
    if not picked_up:
        onward_s = HANDLING_S + _trip_m(trip, road_factor) / trip.usual_mps
        arrival = max(arrival, trip.pickup_from or arrival) + timedelta(seconds=onward_s)
        moving_s += onward_s
    spread = timedelta(seconds=max(LEAST_SPREAD_S, moving_s * SPREAD) + age_s)
    return Arrival(max(now, arrival - spread), arrival + spread, arrival)


def arrival_at_pickup(trip: Trip, whereabouts: Whereabouts | None, *, road_factor: float, now: datetime) -> datetime:
    """When its transporter should be at the pickup, which may be before the parcel is ready."""
    return now + timedelta(seconds=_until_first_stop_s(trip, whereabouts, trip.pickup, road_factor))


def _until_first_stop_s(trip: Trip, whereabouts: Whereabouts | None, stop: Point | None, road_factor: float) -> float:
    age_s = whereabouts.age_s if whereabouts else 0.0
    return max(0.0, _first_leg_s(trip, whereabouts, stop, road_factor) - age_s)


def _first_leg_s(trip: Trip, whereabouts: Whereabouts | None, to: Point | None, road_factor: float) -> float:
    if whereabouts is None or to is None:
        return UNKNOWN_DISTANCE_KM * 1000 / trip.usual_mps
    road_m = great_circle_m(*whereabouts.place, *to) * road_factor
    return road_m / _believed_mps(road_m, whereabouts.speed_mps, trip.usual_mps)


def _trip_m(trip: Trip, road_factor: float) -> float:
    if trip.distance_km is not None:
        return trip.distance_km * 1000
    if trip.pickup is None or trip.dropoff is None:
        return UNKNOWN_DISTANCE_KM * 1000
    return great_circle_m(*trip.pickup, *trip.dropoff) * road_factor


def _believed_mps(road_m: float, speed_mps: float | None, usual_mps: float) -> float:
    if speed_mps is None:
        return usual_mps
    recent_mps = min(max(speed_mps, SLOWEST_MPS), FASTEST_MPS)
    weight = math.exp(-road_m / usual_mps / NOW_COUNTS_FOR_S)
    return weight * recent_mps + (1 - weight) * usual_mps

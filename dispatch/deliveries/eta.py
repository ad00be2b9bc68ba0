"""The time of arrival at the door: whoever shows, keeps or sends one asks here, so that nobody sees two.

It is that of the whole sequence of a transporter's open stops, see ``stops``; before the pickup it goes by way of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.deliveries.stops import Errand, Stop, StopKind, Tour
from dispatch.deliveries.travel import SPEED_KMH, Arrival, Point, Trip, Whereabouts, road_distance_km, soonest_s
from dispatch.ports import LivePosition

__all__ = [
    "VEHICLE_TYPES",
    "Arrival",
    "Errand",
    "Stop",
    "StopKind",
    "Tour",
    "Trip",
    "errand_of",
    "expected_arrival",
    "live_arrival",
    "may_come_within",
    "road_distance_km",
    "straight_arrival",
    "tour_arrivals",
    "tour_from",
    "trip_of",
    "usual_mps",
    "with_errand",
]

VEHICLE_TYPES = frozenset(SPEED_KMH)
"""Those whose usual speed is known; others drive at an average one."""


def usual_mps(vehicle_type: str) -> float:
    """How fast a vehicle of this type goes on the whole, metres a second."""
    return Trip(None, None, vehicle_type).usual_mps


def trip_of(delivery: Delivery, vehicle_type: str | None) -> Trip:
    """The way of a delivery as it is driven by a vehicle of this type."""
    return Trip(
        _point(delivery.pickup_lat, delivery.pickup_lon),
        _point(delivery.delivery_lat, delivery.delivery_lon),
        vehicle_type or "",
        delivery.estimated_pickup_time or delivery.pickup_from,
        delivery.distance_km,
        delivery.retry_from,
    )


def errand_of(delivery: Delivery, vehicle_type: str | None) -> Errand:
    """What is yet to do for a delivery, whoever does it with such a vehicle."""
    aboard = delivery.status in ABOARD
    return Errand(
        delivery.id,
        trip_of(delivery, vehicle_type),
        aboard,
        delivery.requested_delivery_date,
        delivery.priority,
        undecided=aboard and delivery.estimated_delivery_time is None,
    )


def with_errand(errands: Sequence[Errand], one: Errand) -> tuple[Errand, ...]:
    """The same errands with this one for its delivery, among them by number."""
    others = [other for other in errands if other.delivery_id != one.delivery_id]
    return tuple(sorted([*others, one], key=lambda each: each.delivery_id))


def tour_from(errands: tuple[Errand, ...], position: LivePosition | None, *, road_factor: float, now: datetime) -> Tour:
    """A transporter's stops from where it was heard of last."""
    whereabouts = None if position is None else _whereabouts(position, now)
    return Tour(errands, whereabouts, road_factor=road_factor, now=now)


def live_arrival(
    errands: tuple[Errand, ...], delivery_id: int, position: LivePosition | None, *, road_factor: float, now: datetime
) -> Arrival | None:
    """Of a delivery, from the newest position of who has all of these to do; None where that says nothing about it."""
    own = next((one for one in errands if one.delivery_id == delivery_id), None)
    if position is None or own is None or not _goes_by_position(own):
        return None
    return tour_from(errands, position, road_factor=road_factor, now=now).find_arrival(delivery_id)


def tour_arrivals(
    errands: tuple[Errand, ...], position: LivePosition, *, road_factor: float, now: datetime
) -> dict[int, Arrival]:
    """The same of all of them at once, by number: for whoever asks for several of one transporter."""
    asked = [one for one in errands if _goes_by_position(one)]
    if not asked:
        return {}
    tour = tour_from(errands, position, road_factor=road_factor, now=now)
    found = ((one.delivery_id, tour.find_arrival(one.delivery_id)) for one in asked)
    return {delivery_id: arrival for delivery_id, arrival in found if arrival is not None}


def _goes_by_position(errand: Errand) -> bool:
    """Whether where its transporter is says anything about it.

    Not where nobody knows the door or where it is fetched, and not where it was tried in vain and nobody has said when
    it is tried again. Until an agreed next try has come it is no stop.
    """
    known = errand.trip.dropoff is not None and (errand.aboard or errand.trip.pickup is not None)
    return known and not errand.undecided


def may_come_within(
    position: LivePosition, door: Point, within: timedelta, *, road_factor: float, now: datetime
) -> bool:
    """Whether a transporter can be at a door so soon, whatever else it has to do: cheap, so that few tours are made."""
    return soonest_s(_whereabouts(position, now), door, road_factor) <= within.total_seconds()


def expected_arrival(
    errands: tuple[Errand, ...], delivery_id: int, position: LivePosition | None, *, road_factor: float, now: datetime
) -> Arrival:
    """What is kept with a delivery for when nothing is heard; where nothing is known, by usual speeds and distances.

    Without a position, a parcel that was picked up is at its pickup. Raises KeyError for one that is not among them.
    """
    own = next(one for one in errands if one.delivery_id == delivery_id)
    whereabouts = None if position is None else _whereabouts(position, now)
    if whereabouts is None and own.aboard and own.trip.pickup is not None:
        whereabouts = Whereabouts(own.trip.pickup)
    return Tour(errands, whereabouts, road_factor=road_factor, now=now).arrival_of(delivery_id)


def straight_arrival(trip: Trip, position: LivePosition, *, road_factor: float, now: datetime) -> Arrival:
    """By way of the pickup and with nothing else on the way: for what compares two who have as much to do."""
    return tour_from((Errand(0, trip, aboard=False),), position, road_factor=road_factor, now=now).arrival_of(0)


def _whereabouts(position: LivePosition, now: datetime) -> Whereabouts:
    age_s = max(0.0, (now - position.recorded_at).total_seconds())
    return Whereabouts((position.lat, position.lon), age_s, position.recent_mps)


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else (lat, lon)

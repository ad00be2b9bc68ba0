"""When the parcels of a fleet should be at their doors, by where their transporters are now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatch.arrivals.open_deliveries import OpenDelivery
from dispatch.deliveries.eta import Arrival, Errand, Trip, tour_arrivals
from dispatch.deliveries.models import ABOARD
from dispatch.ports import Clock
from realtime.fixes import LiveUpdate, LoggedFix

# What moves by less is not told: it would be told all the time.
NEWS_S = timedelta(seconds=60)
# As long as a round takes: the next one reckons anew.
REUSED_FOR = timedelta(seconds=5)


class Expected(NamedTuple):
    """When a delivery should be at its door, and how many stops for others are before; None where nobody knows."""

    at: datetime | None
    stops_before: int | None


class _Reckoned(NamedTuple):
    """A transporter's arrivals, by delivery, and what they were reckoned from."""

    vehicle_type: str
    errands: tuple[Errand, ...]
    fix: LoggedFix
    at: datetime
    arrivals: dict[int, Arrival]


class Expectations:
    """What was told last for each delivery, and whether it is time to tell another."""

    def __init__(self, clock: Clock, fixes: Mapping[int, LoggedFix], *, road_factor: float) -> None:
        self._clock = clock
        self._fixes = fixes
        self._road_factor = road_factor
        self._told: dict[int, Expected] = {}
        self._under_way: dict[int, dict[int, OpenDelivery]] = {}
        self._reckoned: dict[int, _Reckoned] = {}

    def note(self, before: OpenDelivery | None, delivery: OpenDelivery) -> None:
        """A delivery as it is now: those who have it have something more to do, or less."""
        if before == delivery:
            return
        for one in (before, delivery):
            if one is not None and one.transporter_id is not None:
                self._reckoned.pop(one.transporter_id, None)
        if before is not None and before.transporter_id is not None:
            others = self._under_way.get(before.transporter_id, {})
            others.pop(before.id, None)
            if not others:
                self._under_way.pop(before.transporter_id, None)
        if delivery.transporter_id is not None and delivery.status.under_way:
            self._under_way.setdefault(delivery.transporter_id, {})[delivery.id] = delivery

    def of(self, delivery: OpenDelivery, vehicle_of: Callable[[int | None], str]) -> Expected:
        """By the live position, else as it was expected last; within a minute the same as before."""
        expected, told = self._expected(delivery, vehicle_of), self._told.get(delivery.id)
        if told is None or told.stops_before != expected.stops_before or _is_news(told.at, expected.at):
            self._told[delivery.id] = told = expected
        return told

    def forget(self, delivery_id: int) -> None:
        """It is over."""
        self._told.pop(delivery_id, None)

    def _expected(self, delivery: OpenDelivery, vehicle_of: Callable[[int | None], str]) -> Expected:
        carrier = delivery.transporter_id
        fix = None if carrier is None else self._fixes.get(carrier)
        arrival = None
        if carrier is not None and fix is not None:
            arrival = self._arrivals(carrier, fix, vehicle_of(carrier)).get(delivery.id)
        if arrival is None:
            return Expected(delivery.expected_at, None)
        return Expected(arrival.likely_minute, arrival.stops_before)

    def _arrivals(self, carrier: int, fix: LoggedFix, vehicle_type: str) -> dict[int, Arrival]:
        """Of all that a transporter has: its parcels stand apart in a round, and are asked for one by one."""
        known, now = self._reckoned.get(carrier), self._clock.now()
        same = known is not None and known.vehicle_type == vehicle_type
        if known is not None and same and known.fix == fix and timedelta() <= now - known.at < REUSED_FOR:
            return known.arrivals
        errands = known.errands if known is not None and same else self._errands(carrier, vehicle_type)
        position = LiveUpdate(0, fix).position()
        arrivals = tour_arrivals(errands, position, road_factor=self._road_factor, now=now)
        self._reckoned[carrier] = _Reckoned(vehicle_type, errands, fix, now, arrivals)
        return arrivals

    def _errands(self, carrier: int, vehicle_type: str) -> tuple[Errand, ...]:
        carried = sorted(self._under_way.get(carrier, {}).items())
        return tuple(_errand(one, vehicle_type) for _, one in carried)


def _is_news(told: datetime | None, at: datetime | None) -> bool:
    return told is None or at is None or abs(at - told) >= NEWS_S


def _errand(delivery: OpenDelivery, vehicle_type: str) -> Errand:
    trip = Trip(
        delivery.pickup,
        delivery.dropoff,
        vehicle_type,
        delivery.pickup_from,
        delivery.distance_km,
        None if delivery.next_try is None else delivery.next_try.starts_at,
    )
    aboard = delivery.status in ABOARD
    return Errand(
        delivery.id, trip, aboard, delivery.due_at, delivery.priority, aboard and delivery.expected_at is None
    )

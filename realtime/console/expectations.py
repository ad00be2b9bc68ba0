"""When the parcels of a fleet should be at their doors, by where their transporters are now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dispatch.arrivals.open_deliveries import OpenDelivery
from dispatch.deliveries.eta import Trip, live_arrival
from dispatch.ports import Clock
from realtime.fixes import LiveUpdate, LoggedFix

# What moves by less is not told: it would be told all the time.
NEWS_S = timedelta(seconds=60)


class Expectations:
    """The time that was told last for each delivery, and whether it is time to tell another."""

    def __init__(self, clock: Clock, fixes: Mapping[int, LoggedFix], *, road_factor: float) -> None:
        self._clock = clock
        self._fixes = fixes
        self._road_factor = road_factor
        self._told: dict[int, datetime | None] = {}

    def of(self, delivery: OpenDelivery, vehicle_of: Callable[[int | None], str]) -> datetime | None:
        """By the live position, else as it was expected last; within a minute the same as before."""
        likely, told = self._likely(delivery, vehicle_of), self._told.get(delivery.id)
        if likely is None or told is None or abs(likely - told) >= NEWS_S:
            self._told[delivery.id] = told = likely
        return told

    def forget(self, delivery_id: int) -> None:
        """It is over."""
        self._told.pop(delivery_id, None)

    def _likely(self, delivery: OpenDelivery, vehicle_of: Callable[[int | None], str]) -> datetime | None:
        fix = None if delivery.transporter_id is None else self._fixes.get(delivery.transporter_id)
        agreed = delivery.next_try is not None or delivery.attempt is None
        if fix is None or not agreed:  # after a try in vain nobody knows when the next one is
            return delivery.expected_at
        trip = Trip(
            delivery.pickup,
            delivery.dropoff,
            vehicle_of(delivery.transporter_id),
            delivery.pickup_from,
            delivery.distance_km,
            None if delivery.next_try is None else delivery.next_try.starts_at,
        )
        position = LiveUpdate(0, fix).position()
        arrival = live_arrival(trip, delivery.status, position, road_factor=self._road_factor, now=self._clock.now())
        return delivery.expected_at if arrival is None else arrival.likely_minute

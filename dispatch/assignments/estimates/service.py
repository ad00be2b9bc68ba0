"""What the parcels of a cart would cost to carry, and when they would come, were it paid now. Nothing is kept of it.

Every sale is a parcel of its own. Where a seller's goods are fetched is nobody's business before they are bought: it
counts as the middle of a cell of about a kilometre, so that no series of addresses says more of it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dispatch.assignments.estimates.couriers import CoarseCouriers, Way
from dispatch.assignments.estimates.habits import NOTHING_SENT, Habits, Point, habits_of
from dispatch.assignments.pool import load_pool
from dispatch.assignments.rules import AssignmentRules, Rules
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.weights import weight_of
from dispatch.database.work import Work
from dispatch.deliveries.eta import Trip, road_distance_km
from dispatch.deliveries.fees import DeliveryFees
from dispatch.geo import geo_cell
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from scoring import Reason

PICKUP_SIGNS: Final = 6
NOWHERE: Final = (None, None)
WAY_STEP: Final = timedelta(minutes=5)
ARRIVAL_STEP: Final = timedelta(minutes=15)


class Unknown(StrEnum):
    """What is not known, or stands against it now."""

    NO_PICKUP_POINT = "no_pickup_point"
    """Where its seller's goods are fetched."""
    NO_DOOR_POINT = "no_door_point"
    NO_WEIGHT = "no_weight"
    NO_PREPARATION = "no_preparation"
    """How long its seller takes."""
    NOBODY_ON_DUTY = "nobody_on_duty"
    NOBODY_NEAR = "nobody_near"
    TOO_HEAVY = "too_heavy"
    """For what those who are near have free."""
    ALL_BUSY = "all_busy"
    PLACE_CLOSED = "place_closed"
    """Nothing is given by itself there now."""


WHY_NOBODY: Final = {
    Reason.TOO_FAR: Unknown.NOBODY_NEAR,
    Reason.TOO_HEAVY: Unknown.TOO_HEAVY,
    Reason.NO_SLOT: Unknown.ALL_BUSY,
}
"""For all other reasons nobody is on duty."""


@dataclass(frozen=True, slots=True)
class Window:
    """Between when and when something arrives."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class ParcelEstimate:
    """Of what one line of a cart becomes. ``way``: from when it can be fetched; ``arrival``: were it paid now."""

    item: CartItem
    weight_kg: Decimal | None
    fee: Decimal
    distance_km: float | None
    way: Way | None
    arrival: Window | None
    unknown: tuple[Unknown, ...]


class DeliveryEstimates:
    """Estimates of one unit of work, which ends its transaction."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        *,
        rules: AssignmentRules,
        fees: DeliveryFees,
        road_factor: float,
    ) -> None:
        self._work = work
        self._clock = clock
        self._kept = kept
        self._live = live
        self._rules = rules
        self._fees = fees
        self._road_factor = road_factor

    async def of(self, cart: Cart, door: Point | None) -> list[ParcelEstimate]:
        """Of each line, in the cart's order; its items with their products are loaded. ``door``: in degrees."""
        sellers = sorted({item.product.seller_id for item in cart.items})
        if not sellers:
            return []
        habits = await habits_of(self._work, sellers)
        known = [habits.get(seller, NOTHING_SENT) for seller in sellers]
        pool = await load_pool(self._work, self._kept, self._live, self._clock)
        rules = await self._rules.of_places([one.pickup or NOWHERE for one in known])
        couriers = CoarseCouriers(pool, road_factor=self._road_factor, now=self._clock.now())
        of_sellers = {
            seller: _Sender(one, self._trip(one, door), rule)
            for seller, one, rule in zip(sellers, known, rules, strict=True)
        }
        return await asyncio.to_thread(self._estimates, cart.items, of_sellers, couriers)

    def _trip(self, habits: Habits, door: Point | None) -> Trip:
        pickup = None if habits.pickup is None else _about(habits.pickup)
        (lat, lon), (to_lat, to_lon) = pickup or NOWHERE, door or NOWHERE
        distance_km = road_distance_km(lat, lon, to_lat, to_lon, self._road_factor)
        return Trip(pickup, door, distance_km=distance_km)

    def _estimates(
        self, items: Iterable[CartItem], senders: dict[int, "_Sender"], couriers: CoarseCouriers
    ) -> list[ParcelEstimate]:
        """Pure reckoning, off the event loop: it looks at all couriers for each parcel of another weight."""
        ways: dict[tuple[int, Decimal | None], Way | Unknown] = {}
        found = []
        for item in items:
            sender, weight = senders[item.product.seller_id], weight_of(item.product.weight_kg, item.quantity)
            key = (item.product.seller_id, weight)
            if key not in ways:
                ways[key] = sender.way(weight, couriers)
            found.append(self._estimate(item, sender, weight, ways[key]))
        return found

    def _estimate(
        self, item: CartItem, sender: "_Sender", weight: Decimal | None, way: Way | Unknown
    ) -> ParcelEstimate:
        trip, preparation = sender.trip, sender.habits.preparation
        doubts = {
            Unknown.NO_PICKUP_POINT: trip.pickup is None,
            Unknown.NO_DOOR_POINT: trip.dropoff is None,
            Unknown.NO_WEIGHT: weight is None,
            Unknown.NO_PREPARATION: preparation is None,
        }
        unknown = [one for one, stands in doubts.items() if stands]
        if isinstance(way, Unknown) and way not in unknown:
            unknown.append(way)
        known = None if isinstance(way, Unknown) else way
        now = self._clock.now()
        arrival = None
        if known is not None and preparation is not None:
            arrival = Window(
                _down(now + preparation[0] + known.least, ARRIVAL_STEP),
                _up(now + preparation[1] + known.most, ARRIVAL_STEP),
            )
        return ParcelEstimate(
            item,
            weight,
            self._fees.of_zone(sender.rules.zone).fee(trip.distance_km),
            trip.distance_km,
            known,
            arrival,
            tuple(unknown),
        )


@dataclass(frozen=True, slots=True)
class _Sender:
    """What is known of a seller, its way to the door, and by which rules its parcels are assigned."""

    habits: Habits
    trip: Trip
    rules: Rules

    def way(self, weight_kg: Decimal | None, couriers: CoarseCouriers) -> Way | Unknown:
        """How long the way takes, to whole steps, or what keeps it from being said."""
        if self.trip.pickup is None:
            return Unknown.NO_PICKUP_POINT
        if self.trip.dropoff is None:
            return Unknown.NO_DOOR_POINT
        if not self.rules.is_open:
            return Unknown.PLACE_CLOSED
        found = couriers.way_of(self.trip, weight_kg, self.rules)
        if isinstance(found, Reason):
            return WHY_NOBODY.get(found, Unknown.NOBODY_ON_DUTY)
        return Way(found.least // WAY_STEP * WAY_STEP, -(-found.most // WAY_STEP) * WAY_STEP)


def _about(place: Point) -> Point:
    cell = geo_cell(*place, PICKUP_SIGNS)
    return cell.lat, cell.lon


def _down(at: datetime, step: timedelta) -> datetime:
    return at - timedelta(seconds=at.timestamp() % step.total_seconds())


def _up(at: datetime, step: timedelta) -> datetime:
    before = _down(at, step)
    return before if before == at else before + step

"""By which radius and weights a delivery is assigned: those of the zone that its pickup lies in, else the settings'."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dispatch.assignments.results import Failure
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict
from dispatch.zones.kept import NOWHERE, KeptZones, KnownZone, Weights, ZoneMap
from dispatch.zones.room import room_in
from scoring import Deliveries as DeliveryRows
from scoring import Params

ZONE_PAUSED = "zone_paused"
ZONE_FULL = "zone_full"
EVEN: Weights = Params().weights


def full_words(zone: KnownZone) -> str:
    """That a zone has as many deliveries under way as it may, for whoever wanted to assign there."""
    return f"Zone {zone.name} has {zone.capacity} deliveries under way, as many as it may."


@dataclass(frozen=True, slots=True)
class Rules:
    """How pairs are judged; two of the same radius and weights are the same. ``zone``: whose they are, if any's."""

    radius_m: float
    weights: Weights = EVEN
    zone: KnownZone | None = field(default=None, compare=False)
    left: int | None = field(default=None, compare=False)
    """How many more the zone's capacity allows; None for any number."""

    def params(self) -> Params:
        """As the scoring wants them. All packages of one transporter travel together, so their weights add up."""
        return Params(weights=self.weights, radius_m=self.radius_m, load="sum")

    @property
    def is_open(self) -> bool:
        """Whether one more may be given there by itself."""
        return self.zone is None or (not self.zone.paused and self.left != 0)

    def check_not_paused(self) -> None:
        """Raises Conflict where the zone is paused: nothing is assigned there by itself."""
        if self.zone is not None and self.zone.paused:
            raise Conflict(
                self.zone.words,
                code=ZONE_PAUSED,
                zone_id=self.zone.id,
                suggestions=[f"Resume zone {self.zone.name}", "Assign it by hand"],
            )

    def check_open(self) -> None:
        """Raises Conflict where nothing more is given by itself: the zone is paused, or is full."""
        self.check_not_paused()
        if self.zone is not None and not self.is_open:
            raise Conflict(
                full_words(self.zone),
                code=ZONE_FULL,
                zone_id=self.zone.id,
                suggestions=[f"Raise the capacity of zone {self.zone.name}", "Assign it by hand"],
            )


@dataclass(frozen=True, slots=True)
class Ruled:
    """Deliveries in their order, each with its rules; those of one zone have the same object."""

    deliveries: list[WaitingDelivery]
    rules: list[Rules]

    @property
    def usual(self) -> Rules:
        """By which all are judged, or where they differ the first."""
        return self.rules[0] if self.rules else Rules(Params().radius_m)

    @property
    def differ(self) -> bool:
        """Whether some are judged in another way than others."""
        return any(one != self.rules[0] for one in self.rules)

    def only(self, rows: Sequence[int]) -> "Ruled":
        """Some of them, in this order."""
        return Ruled([self.deliveries[row] for row in rows], [self.rules[row] for row in rows])

    def parcels(self) -> DeliveryRows:
        """As the scoring wants them, with a radius and weights of each where they differ."""
        if not self.differ:
            return delivery_arrays(self.deliveries)
        return replace(
            delivery_arrays(self.deliveries),
            radius_m=np.array([one.radius_m for one in self.rules]),
            weights=np.array([one.weights for one in self.rules]),
        )

    def rooms(self) -> "ZoneLimits":
        """What the zones have left."""
        return ZoneLimits([one.zone if one.left is not None else None for one in self.rules], self.rules)


class ZoneLimits:
    """How many more the zones of some deliveries may have, counted down while deliveries are chosen."""

    def __init__(self, zones: Sequence[KnownZone | None], rules: Sequence[Rules]) -> None:
        self._zones = zones
        self._left = {one.zone.id: one.left for one in rules if one.zone is not None and one.left is not None}

    def bind(self, rows: Iterable[int]) -> bool:
        """Whether these deliveries together are more than some zone may have."""
        wanted = Counter(zone.id for row in rows if (zone := self._zones[row]) is not None)
        return any(count > self._left[zone_id] for zone_id, count in wanted.items())

    def full(self, row: int) -> KnownZone | None:
        """The zone of a delivery where it may have no more."""
        zone = self._zones[row]
        return zone if zone is not None and self._left[zone.id] <= 0 else None

    def take(self, row: int) -> None:
        """One more there."""
        zone = self._zones[row]
        if zone is not None:
            self._left[zone.id] -= 1


class AssignmentRules:
    """The rules of all places; ``zones`` None: those of the settings everywhere."""

    def __init__(self, radius_m: float, zones: KeptZones | None = None) -> None:
        self.radius_m = radius_m
        self._zones = zones

    async def of(self, delivery: Delivery, *, offered: bool = False) -> Rules:
        """Of one delivery. ``offered``: what others are asked for takes room of its zone already.
        Reads with a connection of its own, so the asking transaction should have ended."""
        if self._zones is None:
            return self.of_zone(None)
        zones = await self._zones.read()
        place = zones.place_of(delivery.pickup_lat, delivery.pickup_lon)
        if place == NOWHERE:
            return self.of_zone(None)
        left = await self._left(self._zones, zones, [place], offered=offered)
        return replace(self.of_zone(zones.zones[place]), left=left.get(place))

    async def of_places(self, places: Sequence[tuple[float | None, float | None]]) -> list[Rules]:
        """Of what would be fetched at these places, in their order. Reads with a connection of its own, as ``of``."""
        usual = self.of_zone(None)
        if self._zones is None:
            return [usual] * len(places)
        zones = await self._zones.read()
        found = zones.of_many([lat for lat, _ in places], [lon for _, lon in places]).tolist()
        left = await self._left(self._zones, zones, sorted({place for place in found if place != NOWHERE}))
        return [
            usual if place == NOWHERE else replace(self.of_zone(zones.zones[place]), left=left.get(place))
            for place in found
        ]

    def zone_of(self, delivery: Delivery) -> KnownZone | None:
        """In which a delivery lies, by the zones as they were read last."""
        return None if self._zones is None else self._zones.known.at(delivery.pickup_lat, delivery.pickup_lon)

    async def of_many(
        self,
        deliveries: Sequence[WaitingDelivery],
        *,
        weights: Weights | None = None,
        but: Collection[int] = (),
    ) -> tuple[Ruled, list[Failure]]:
        """Deliveries with their rules, in their order, and those whose zone is paused.

        ``weights``: in the place of all others; ``but``: a dispatcher's own, which no pause keeps from being given.
        Reads with a connection of its own, as ``of``.
        """
        usual = self.of_zone(None, weights)
        if self._zones is None:
            return Ruled(list(deliveries), [usual] * len(deliveries)), []
        zones = await self._zones.read()
        places = zones.of_many([one.lat for one in deliveries], [one.lon for one in deliveries]).tolist()
        left = await self._left(self._zones, zones, sorted({place for place in places if place != NOWHERE}))
        known = {
            place: replace(self.of_zone(zones.zones[place], weights), left=left.get(place))
            for place in set(places) - {NOWHERE}
        }
        ruled, paused = Ruled([], []), list[Failure]()
        for delivery, place in zip(deliveries, places, strict=True):
            mine = known.get(place, usual)
            if mine.zone is not None and mine.zone.paused and delivery.id not in but:
                paused.append(Failure(delivery.id, mine.zone.words, ZONE_PAUSED))
            else:
                ruled.deliveries.append(delivery)
                ruled.rules.append(mine)
        return ruled, paused

    async def _left(
        self, kept: KeptZones, zones: ZoneMap, places: Sequence[int], *, offered: bool = False
    ) -> dict[int, int]:
        if all(zones.zones[place].capacity is None for place in places):
            return {}
        async with kept.database.connection() as driver:
            return await room_in(driver, zones, places, offered=offered)

    def of_zone(self, zone: KnownZone | None, weights: Weights | None = None) -> Rules:
        """Of what lies in a zone, or in none. ``weights``: in the place of all others."""
        if zone is None:
            return Rules(self.radius_m, weights or EVEN)
        return Rules(zone.radius_m or self.radius_m, weights or zone.weights or EVEN, zone)

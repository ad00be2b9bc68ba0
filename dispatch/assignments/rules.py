"""By which radius and weights a delivery is assigned: those of the zone that its pickup lies in, else the settings'."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from dispatch.assignments.results import Failure
from dispatch.assignments.waiting import WaitingDelivery
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict
from dispatch.zones.kept import NOWHERE, KeptZones, KnownZone, Weights, ZoneMap
from dispatch.zones.room import room_in
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
class Together:
    """Deliveries that are judged alike, in their order, and so may share a plan."""

    rules: Rules
    deliveries: list[WaitingDelivery] = field(default_factory=list)


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

    def zone_of(self, delivery: Delivery) -> KnownZone | None:
        """In which a delivery lies, by the zones as they were read last."""
        return None if self._zones is None else self._zones.known.at(delivery.pickup_lat, delivery.pickup_lon)

    async def group(self, deliveries: Sequence[WaitingDelivery]) -> tuple[list[Together], list[Failure]]:
        """Deliveries by their rules, the group of the most urgent first; and those whose zone is paused."""
        if self._zones is None:
            return [Together(self.of_zone(None), list(deliveries))], []
        zones = await self._zones.read()
        rules = [self.of_zone(zone) for zone in zones.zones] + [self.of_zone(None)]
        groups: dict[Rules, Together] = {}
        paused: list[Failure] = []
        places = zones.of_many([one.lat for one in deliveries], [one.lon for one in deliveries])
        for delivery, place in zip(deliveries, places.tolist(), strict=True):
            mine = rules[place] if place != NOWHERE else rules[-1]
            if mine.zone is not None and mine.zone.paused:
                paused.append(Failure(delivery.id, mine.zone.words, ZONE_PAUSED))
            else:
                groups.setdefault(mine, Together(mine)).deliveries.append(delivery)
        return list(groups.values()), paused

    async def without_paused(
        self, deliveries: Sequence[WaitingDelivery], *, but: Collection[int] = ()
    ) -> tuple[list[WaitingDelivery], list[Failure]]:
        """Those that may be planned, in their order, and those whose zone is paused; ``but``: a dispatcher's own."""
        _, paused = await self.group([one for one in deliveries if one.id not in but])
        left_out = {one.delivery_id for one in paused}
        return [one for one in deliveries if one.id not in left_out], paused

    async def beyond_room(self, deliveries: Sequence[WaitingDelivery]) -> list[Failure]:
        """Those that find their zone full where all of them are given in this order. Holds no zone."""
        if self._zones is None:
            return []
        zones = await self._zones.read()
        places = zones.of_many([one.lat for one in deliveries], [one.lon for one in deliveries]).tolist()
        left = await self._left(self._zones, zones, sorted(set(places) - {NOWHERE}))
        full: list[Failure] = []
        for delivery, place in zip(deliveries, places, strict=True):
            if left.get(place) == 0:
                full.append(Failure(delivery.id, full_words(zones.zones[place]), ZONE_FULL))
            elif place in left:
                left[place] -= 1
        return full

    async def _left(
        self, kept: KeptZones, zones: ZoneMap, places: Sequence[int], *, offered: bool = False
    ) -> dict[int, int]:
        if all(zones.zones[place].capacity is None for place in places):
            return {}
        async with kept.database.connection() as driver:
            return await room_in(driver, zones, places, offered=offered)

    def of_zone(self, zone: KnownZone | None) -> Rules:
        """Of what lies in a zone, or in none."""
        if zone is None:
            return Rules(self.radius_m)
        return Rules(zone.radius_m or self.radius_m, zone.weights or EVEN, zone)

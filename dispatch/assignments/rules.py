"""By which radius and weights a delivery is assigned: those of the zone that its pickup lies in, else the settings'."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from dispatch.assignments.results import Failure
from dispatch.assignments.waiting import WaitingDelivery
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict
from dispatch.zones.kept import NOWHERE, KeptZones, KnownZone, Weights
from scoring import Params

ZONE_PAUSED = "zone_paused"
EVEN: Weights = Params().weights


@dataclass(frozen=True, slots=True)
class Rules:
    """How pairs are judged; two of the same radius and weights are the same. ``zone``: whose they are, if any's."""

    radius_m: float
    weights: Weights = EVEN
    zone: KnownZone | None = field(default=None, compare=False)

    def params(self) -> Params:
        """As the scoring wants them. All packages of one transporter travel together, so their weights add up."""
        return Params(weights=self.weights, radius_m=self.radius_m, load="sum")

    def check_open(self) -> None:
        """Raises Conflict where the zone is paused: nothing is assigned there by itself."""
        if self.zone is not None and self.zone.paused:
            raise Conflict(
                self.zone.words,
                code=ZONE_PAUSED,
                zone_id=self.zone.id,
                suggestions=[f"Resume zone {self.zone.name}", "Assign it by hand"],
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

    async def of(self, delivery: Delivery) -> Rules:
        """Of one delivery. Reads with a connection of its own, so the asking transaction should have ended."""
        zone = None
        if self._zones is not None:
            zone = (await self._zones.read()).at(delivery.pickup_lat, delivery.pickup_lon)
        return self._of(zone)

    async def group(self, deliveries: Sequence[WaitingDelivery]) -> tuple[list[Together], list[Failure]]:
        """Deliveries by their rules, the group of the most urgent first; and those whose zone is paused."""
        if self._zones is None:
            return [Together(self._of(None), list(deliveries))], []
        zones = await self._zones.read()
        rules = [self._of(zone) for zone in zones.zones] + [self._of(None)]
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

    def _of(self, zone: KnownZone | None) -> Rules:
        if zone is None:
            return Rules(self.radius_m)
        return Rules(zone.radius_m or self.radius_m, zone.weights or EVEN, zone)

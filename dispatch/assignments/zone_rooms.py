"""What zones of a bounded capacity still have room for, while a set of assignments is written."""

from collections.abc import Collection
from dataclasses import dataclass

from dispatch.assignments.held_rows import HeldDelivery
from dispatch.database.engine import DriverConnection, raised_alike
from dispatch.zones.kept import NO_ZONES, NOWHERE, KeptZones, KnownZone, ZoneMap
from dispatch.zones.room import room_in


@dataclass(frozen=True, slots=True)
class ZoneRooms:
    """How many more each zone may have, by its place; and where deliveries lie."""

    zones: ZoneMap
    left: dict[int, int]
    places: dict[int, int]

    def take(self, delivery_id: int) -> KnownZone | None:
        """Have one more there; the zone, where it is full."""
        place = self.places.get(delivery_id, NOWHERE)
        if place not in self.left:
            return None
        if self.left[place] == 0:
            return self.zones.zones[place]
        self.left[place] -= 1
        return None


NO_ROOMS = ZoneRooms(NO_ZONES, {}, {})
"""Where no zone's capacity is looked at."""


async def zone_rooms(
    driver: DriverConnection, kept: KeptZones | None, deliveries: Collection[HeldDelivery]
) -> ZoneRooms:
    """Of the zones of deliveries that are held; they are held themselves until the transaction ends.

    ``kept`` was read when it was decided: here nothing waits for another connection.
    """
    zones = NO_ZONES if kept is None else kept.known
    if all(zone.capacity is None for zone in zones.zones):
        return ZoneRooms(zones, {}, {})
    fell = zones.of_many([row.pickup_lat for row in deliveries], [row.pickup_lon for row in deliveries]).tolist()
    with raised_alike():
        left = await room_in(driver, zones, fell, in_turn=True)
    return ZoneRooms(zones, left, {row.id: place for row, place in zip(deliveries, fell, strict=True)})

"""How much more may be given in zones of a bounded capacity, counted from the deliveries that are under way there."""

from collections.abc import Collection

from dispatch.database.engine import DriverConnection
from dispatch.zones.kept import ZoneMap

# Any number, the same everywhere and used for nothing else; the second number of the lock is the zone's.
ADVISORY_LOCK = 7_306_191

UNDER_WAY = """
SELECT pickup_lat, pickup_lon FROM deliveries
WHERE (status IN ('assigned', 'picked_up', 'in_transit')
       OR $5 AND status = 'available'
          AND EXISTS (SELECT FROM offers AS o WHERE o.delivery_id = deliveries.id AND o.status IN ('queued', 'open')))
  AND pickup_lat BETWEEN $1 AND $2 AND pickup_lon BETWEEN $3 AND $4
"""
# One after the other, in the order of the zones, so that nobody waits in a circle.
HAVE_TURNS = "SELECT pg_advisory_xact_lock($1, turn.id) FROM (SELECT unnest($2::int[]) AS id ORDER BY id) AS turn"


async def room_in(
    driver: DriverConnection, zones: ZoneMap, places: Collection[int], *, in_turn: bool = False, offered: bool = False
) -> dict[int, int]:
    """By place in ``zones.zones``: how many more its capacity allows, 0 at least; those without one are missing.

    ``offered``: deliveries that somebody is asked for count as well.

    ``in_turn``: whoever else asks so waits until this transaction has ended, so that what is counted stays true. Comes
    after all locks of rows.
    """
    bounded = sorted(place for place in set(places) if place >= 0 and zones.zones[place].capacity is not None)
    if not bounded:
        return {}
    if in_turn:
        await driver.execute(HAVE_TURNS, ADVISORY_LOCK, [zones.zones[place].id % 2**31 for place in bounded])
    boxes = [zones.polygons[place].bounds for place in bounded]
    south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)
    west, east = min(box[0] for box in boxes), max(box[2] for box in boxes)
    rows = await driver.fetch(UNDER_WAY, south, north, west, east, offered)
    fell = zones.of_many([row[0] for row in rows], [row[1] for row in rows]).tolist()
    return {place: max(0, (zones.zones[place].capacity or 0) - fell.count(place)) for place in bounded}

"""Making, changing, pausing and removing zones."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock
from dispatch.zones.models import Zone
from dispatch.zones.shapes import Ring, area_km2, checked_polygon

MOST_ZONES = 500
_SAME_NAME = "There is a zone of that name already."


class Zones:
    """The zones of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    def all_query(self) -> Select[Zone]:
        """All of them by name, for a page."""
        return select(Zone).order_by(Zone.name, Zone.id)

    async def get(self, zone_id: int, *, lock: bool = False) -> Zone:
        """Raises NotFound."""
        query = select(Zone).where(Zone.id == zone_id).execution_options(populate_existing=True)
        zone: Zone | None = await self._session.scalar(query.with_for_update() if lock else query)
        if zone is None:
            raise NotFound("There is no such zone.", code="zone_not_found")
        return zone

    async def create(self, rings: Sequence[Ring], details: Mapping[str, Any]) -> Zone:
        """Make one. Raises Invalid (the area) and Conflict (the name, or there are too many)."""
        polygon = checked_polygon(rings)
        there_are = len(list(await self._session.scalars(select(Zone.id).limit(MOST_ZONES))))
        if there_are >= MOST_ZONES:
            raise Conflict(f"There are {MOST_ZONES} zones, the most there may be.", code="too_many_zones")
        zone = Zone(area=_geojson(rings), area_km2=area_km2(polygon), version=1, pause_reason="", **details)
        self._session.add(zone)
        await self._flush()
        return zone

    async def change(
        self, zone_id: int, rings: Sequence[Ring] | None, changes: Mapping[str, Any], *, version: int | None = None
    ) -> Zone:
        """Change some of it. ``version``: the one that was looked at. Raises NotFound, Invalid, Conflict."""
        zone = await self.get(zone_id, lock=True)
        if version not in {None, zone.version}:
            raise Conflict("The zone was changed meanwhile.", code="zone_changed", version=zone.version)
        if rings is not None:
            zone.area_km2 = area_km2(checked_polygon(rings))
            zone.area = _geojson(rings)
        for name, value in changes.items():
            setattr(zone, name, value)
        zone.version += 1
        await self._flush()
        return zone

    async def pause(self, zone_id: int, user_id: int, reason: str) -> Zone:
        """Let nothing be assigned there by itself; a pause that is on gets the newer reason. Raises NotFound."""
        zone = await self.get(zone_id, lock=True)
        zone.paused_at, zone.paused_by = zone.paused_at or self._clock.now(), user_id
        zone.pause_reason = reason
        zone.version += 1
        await self._flush()
        return zone

    async def resume(self, zone_id: int) -> Zone:
        """End its pause; where there is none nothing changes. Raises NotFound."""
        zone = await self.get(zone_id, lock=True)
        if zone.paused_at is not None:
            zone.paused_at = zone.paused_by = None
            zone.pause_reason = ""
            zone.version += 1
            await self._flush()
        return zone

    async def remove(self, zone_id: int) -> Zone:
        """Its deliveries follow the next smallest zone there, or the settings. Raises NotFound."""
        zone = await self.get(zone_id, lock=True)
        await self._session.delete(zone)
        await self._session.flush()
        return zone

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except IntegrityError:
            raise Conflict(_SAME_NAME, code="zone_name_taken") from None


def _geojson(rings: Sequence[Ring]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[float(at[0]), float(at[1])] for at in ring] for ring in rings]}

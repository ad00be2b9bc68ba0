"""Zones: parts of the town that are dispatched in their own way."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, some_above_zero
from api.http.injected import GivenWork
from api.http.schemas import (
    NO_NUL,
    ONE_LINE,
    Body,
    Page,
    PageNumber,
    PageSize,
    PathId,
    Text,
    changes_of,
    paginate,
)
from api.http.security import needs
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.zones.models import Zone, ZoneMode
from dispatch.zones.service import Zones
from dispatch.zones.shapes import MOST_VERTICES, checked_polygon

Position = Annotated[list[float], Meta(min_length=2, max_length=3)]
Ring = Annotated[list[Position], Meta(max_length=MOST_VERTICES)]
ZoneName = Annotated[str, Meta(min_length=1, max_length=80, pattern=NO_NUL, extra=ONE_LINE)]
TickSeconds = Annotated[int, Meta(ge=2, le=180)]
RadiusKm = Annotated[float, Meta(ge=0.1, le=2000)]
Weight = Annotated[float, Meta(ge=0, le=1000)]
Capacity = Annotated[int, Meta(ge=1, le=100_000)]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Area(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A GeoJSON polygon: an outer ring and holes in it, each closed; positions are longitude and latitude."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Meta(min_length=1, max_length=20)]


class ZoneWeights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much each term counts; only their ratios matter, and not all are 0."""

    distance: Weight
    rating: Weight
    capacity: Weight
    workload: Weight

    def as_list(self) -> list[float]:
        """In the order of the terms."""
        return [self.distance, self.rating, self.capacity, self.workload]


class WantedZoneWeights(ZoneWeights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much each term is to count; only their ratios matter, and not all are 0."""

    described: ClassVar[Rule] = some_above_zero("distance", "rating", "capacity", "workload")


class ZoneFees(Body, frozen=True, kw_only=True):
    """What a delivery costs here that names no fee, NPR: a base, and so much for each km from pickup to drop-off."""

    base: Decimal
    per_km: Decimal


class ZoneFeesAnswer(Struct, frozen=True, kw_only=True):
    """NPR."""

    base: float
    per_km: float


class NewZone(Body, frozen=True, kw_only=True):
    """A zone. What is null follows the settings.

    ``rolling``: it is dispatched by itself, every ``tick_s`` seconds.
    ``capacity``: with so many deliveries under way in it, nothing more is given there by itself; null for any number.
    """

    name: ZoneName
    area: Area
    mode: ZoneMode | None = None
    rolling: bool = False
    tick_s: TickSeconds | None = None
    radius_km: RadiusKm | None = None
    weights: WantedZoneWeights | None = None
    fees: ZoneFees | None = None
    capacity: Capacity | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_weights(self.weights)


class ZoneChanges(Body, frozen=True, kw_only=True):
    """Fields to change; null lets the settings count again. ``version``: the one that was looked at."""

    version: Version | None = None
    name: ZoneName | UnsetType = UNSET
    area: Area | UnsetType = UNSET
    mode: ZoneMode | UnsetType | None = UNSET
    rolling: bool | UnsetType = UNSET
    tick_s: TickSeconds | UnsetType | None = UNSET
    radius_km: RadiusKm | UnsetType | None = UNSET
    weights: WantedZoneWeights | UnsetType | None = UNSET
    fees: ZoneFees | UnsetType | None = UNSET
    capacity: Capacity | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_weights(self.weights)


class Pause(Body, frozen=True, kw_only=True):
    """Why nothing is assigned there by itself for now."""

    reason: Text = ""


class ZoneAnswer(Struct, frozen=True, kw_only=True):
    """A zone; what is null follows the settings. ``paused_at`` is null while it is not paused."""

    id: int
    name: str
    area: Area
    area_km2: float
    mode: ZoneMode | None
    rolling: bool
    tick_s: int | None
    radius_km: float | None
    weights: ZoneWeights | None
    fees: ZoneFeesAnswer | None
    capacity: int | None
    paused_at: datetime | None
    pause_reason: str
    version: int


def zone_answer(zone: Zone) -> ZoneAnswer:
    """As it is kept."""
    weights = None
    if zone.weights is not None:
        distance, rating, capacity, workload = zone.weights
        weights = ZoneWeights(distance=distance, rating=rating, capacity=capacity, workload=workload)
    return ZoneAnswer(
        id=zone.id,
        name=zone.name,
        area=Area(type="Polygon", coordinates=zone.area["coordinates"]),
        area_km2=round(zone.area_km2, 4),
        mode=zone.mode,
        rolling=zone.rolling,
        tick_s=zone.tick_s,
        radius_km=zone.radius_km,
        weights=weights,
        fees=_fees_answer(zone),
        capacity=zone.capacity,
        paused_at=zone.paused_at,
        pause_reason=zone.pause_reason,
        version=zone.version,
    )


def _fees_answer(zone: Zone) -> ZoneFeesAnswer | None:
    if zone.fee_base is None or zone.fee_per_km is None:
        return None
    return ZoneFeesAnswer(base=float(zone.fee_base), per_km=float(zone.fee_per_km))


def _check_weights(weights: ZoneWeights | UnsetType | None) -> None:
    if isinstance(weights, ZoneWeights) and not any(weights.as_list()):
        raise ValueError("`weights` must not all be 0")


async def _check_area(_: Request[Any, Any, Any], given: Given) -> None:
    area = given.get("area")
    if isinstance(area, Area):
        checked_polygon(area.coordinates)
    elif isinstance(area, Mapping) and "coordinates" in area:  # what of a body within fits, and not all of it does
        checked_polygon(area["coordinates"])


def _columns(told: dict[str, Any]) -> dict[str, Any]:
    """The columns of the fields that were sent, but the area."""
    weights = told.get("weights")
    if isinstance(weights, ZoneWeights):
        told = told | {"weights": weights.as_list()}
    if "fees" in told:
        fees: ZoneFees | None = told["fees"]
        told = told | {"fee_base": fees and fees.base, "fee_per_km": fees and fees.per_km}
    return {name: value for name, value in told.items() if name not in {"area", "fees", "version"}}


class ZoneController(Controller):
    """``/api/zones``."""

    path = "/api/zones"
    tags = ("zones",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def zones(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 100,
    ) -> Page[ZoneAnswer]:
        """All zones, by name. A delivery falls into the smallest that its pickup lies in."""
        query = Zones(work, services.clock).all_query()
        return await paginate(request, work.session, query, page, page_size, zone_answer)

    @post("/", opt=also_checked(_check_area))
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewZone], work: GivenWork, services: GivenServices
    ) -> ZoneAnswer:
        """Make a zone. Its area is closed, does not cross itself, and has at most 1,000 positions.

        409: `zone_name_taken`, `too_many_zones` (500).
        """
        told = {name: getattr(data, name) for name in data.__struct_fields__}
        zone = await Zones(work, services.clock).create(data.area.coordinates, _columns(told))
        await record(work.session, actor_of(request), "zone.created", "zone", zone.id, {"name": zone.name})
        return zone_answer(zone)

    @get("/{zone_id:int}/")
    async def zone(self, zone_id: PathId, work: GivenWork, services: GivenServices) -> ZoneAnswer:
        """One zone."""
        return zone_answer(await Zones(work, services.clock).get(zone_id))

    @patch("/{zone_id:int}/", opt=also_checked(_check_area))
    async def change(
        self,
        request: Request[User, Any, Any],
        zone_id: PathId,
        data: JSONBody[ZoneChanges],
        work: GivenWork,
        services: GivenServices,
    ) -> ZoneAnswer:
        """Change a zone; what is assigned from now on follows it. 409: `zone_name_taken`, `zone_changed`."""
        told = changes_of(data)
        rings = None if isinstance(data.area, UnsetType) else data.area.coordinates
        zone = await Zones(work, services.clock).change(zone_id, rings, _columns(told), version=data.version)
        details = {"name": zone.name, "changed": sorted(set(told) - {"version"})}
        await record(work.session, actor_of(request), "zone.changed", "zone", zone.id, details)
        return zone_answer(zone)

    @delete("/{zone_id:int}/", status_code=204)
    async def remove(
        self, request: Request[User, Any, Any], zone_id: PathId, work: GivenWork, services: GivenServices
    ) -> None:
        """Remove a zone: its deliveries follow the next smallest there, or the settings."""
        zone = await Zones(work, services.clock).remove(zone_id)
        await record(work.session, actor_of(request), "zone.removed", "zone", zone_id, {"name": zone.name})

    @post("/{zone_id:int}/pause/", status_code=200)
    async def pause(
        self,
        request: Request[User, Any, Any],
        zone_id: PathId,
        data: JSONBody[Pause],
        work: GivenWork,
        services: GivenServices,
    ) -> ZoneAnswer:
        """Let nothing be assigned in a zone by itself, at once: 409 `zone_paused`, or among the failures of many.

        Dispatchers still assign by hand, transporters still take what waits, and what is under way goes on.
        """
        zone = await Zones(work, services.clock).pause(zone_id, request.user.id, data.reason)
        told = {"name": zone.name, "reason": data.reason}
        await record(work.session, actor_of(request), "zone.paused", "zone", zone_id, told)
        return zone_answer(zone)

    @post("/{zone_id:int}/resume/", status_code=200)
    async def resume(
        self, request: Request[User, Any, Any], zone_id: PathId, work: GivenWork, services: GivenServices
    ) -> ZoneAnswer:
        """End a zone's pause."""
        zone = await Zones(work, services.clock).resume(zone_id)
        await record(work.session, actor_of(request), "zone.resumed", "zone", zone_id, {"name": zone.name})
        return zone_answer(zone)

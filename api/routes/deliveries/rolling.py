"""Rolling dispatch: how it stands, place by place."""

from datetime import datetime

from litestar import Controller, get
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import PathId
from api.http.security import needs
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role
from dispatch.deliveries.models import HoldReason
from dispatch.rolling.models import RollingPlace
from dispatch.rolling.report import PlaceReport, RollingReports
from dispatch.rolling.ticks import Churn
from dispatch.zones.models import ZoneMode


class TickAnswer(Struct, frozen=True, kw_only=True):
    """The last tick: what waited, and what became of it. Seconds; scores are sums of points.

    ``held`` wait because nothing is lost by it, ``left_out`` because nobody was left for them. ``upper_bound``: no plan
    of the moment scores more; ``gap``: the share that the plan may lack, 0 where it is the best (``certified``). The
    three are null where nothing was planned.
    """

    at: datetime
    duration_s: float
    waiting: int
    held: int
    given: int
    offered: int
    moved: int
    left_out: int
    total: float | None
    upper_bound: float | None
    gap: float | None
    certified: bool | None


class ChurnAnswer(Struct, frozen=True, kw_only=True):
    """What the ticks of some time did. ``moved_free``: given to somebody else before their transporters had accepted.

    ``per_hundred``: accepted deliveries that were moved, of a hundred that were given or offered; null without any.
    """

    ticks: int
    given: int
    offered: int
    moved_free: int
    moved_accepted: int
    per_hundred: float | None


class HeldAnswer(Struct, frozen=True, kw_only=True):
    """A delivery that waits because nothing is lost by it."""

    delivery_id: int
    tracking_number: str
    until: datetime
    reason: HoldReason


class LeftOutAnswer(Struct, frozen=True, kw_only=True):
    """A delivery that the last tick gave to nobody, and why."""

    delivery_id: int
    reason: str


class RollingSummary(Struct, frozen=True, kw_only=True):
    """A place: a zone, or what lies in none (``zone_id`` null). ``is_on``: it is dispatched by itself now.

    ``mode`` and ``tick_s`` count there, from the zone or the settings. ``leader``: the process that has the lease
    ``leader_until``, null before the first tick. ``error``: what ended the last tick, empty where nothing did.
    """

    zone_id: int | None
    name: str | None
    is_on: bool
    mode: ZoneMode
    tick_s: int
    leader: str | None
    leader_until: datetime | None
    next_tick_at: datetime | None
    last_tick: TickAnswer | None
    error: str
    last_hour: ChurnAnswer
    last_day: ChurnAnswer


class RollingAnswer(RollingSummary, frozen=True, kw_only=True):
    """A place with the deliveries that wait there, a hundred of each kind at most."""

    held: list[HeldAnswer]
    left_out: list[LeftOutAnswer]


class RollingController(Controller):
    """``/api/zones/…/rolling``."""

    path = "/api/zones"
    tags = ("zones",)
    guards = (needs(Role.ADMIN),)

    @get("/rolling/")
    async def rolling_places(self, work: GivenWork, services: GivenServices) -> list[RollingSummary]:
        """How rolling dispatch stands outside of all zones, and in those that are dispatched by themselves."""
        return [_summary(one) for one in await _reports(work, services).of_all()]

    @get("/outside/rolling/")
    async def rolling_outside(self, work: GivenWork, services: GivenServices) -> RollingAnswer:
        """The same of what lies in no zone, with the deliveries that wait there. `DISPATCH_ROLLING` turns it on."""
        return _answer(await _reports(work, services).of_outside())

    @get("/{zone_id:int}/rolling/")
    async def rolling_zone(self, zone_id: PathId, work: GivenWork, services: GivenServices) -> RollingAnswer:
        """The same of a zone. `PATCH /api/zones/{zone_id}/` `{"rolling": true}` turns it on."""
        return _answer(await _reports(work, services).of_zone(zone_id))


def _reports(work: GivenWork, services: GivenServices) -> RollingReports:
    return RollingReports(work, services.clock, services.rolling_rules)


def _answer(one: PlaceReport) -> RollingAnswer:
    summary = _summary(one)
    known = {name: getattr(summary, name) for name in summary.__struct_fields__}
    left_out = [] if one.place is None else one.place.left_out
    return RollingAnswer(
        **known,
        held=[
            HeldAnswer(
                delivery_id=held.delivery_id,
                tracking_number=held.tracking_number,
                until=held.until,
                reason=held.reason,
            )
            for held in one.held
        ],
        left_out=[LeftOutAnswer(delivery_id=number, reason=reason) for number, reason in left_out],
    )


def _summary(one: PlaceReport) -> RollingSummary:
    zone, place = one.zone, one.place
    return RollingSummary(
        zone_id=None if zone is None else zone.id,
        name=None if zone is None else zone.name,
        is_on=one.is_on,
        mode=one.mode,
        tick_s=one.tick_s,
        leader=None if place is None else place.leader,
        leader_until=None if place is None else place.lease_until,
        next_tick_at=None if place is None else place.next_at,
        last_tick=None if place is None else _tick(place),
        error="" if place is None else place.error,
        last_hour=_churn(one.last_hour),
        last_day=_churn(one.last_day),
    )


def _tick(place: RollingPlace) -> TickAnswer | None:
    if place.ticked_at is None or place.duration_s is None:
        return None
    gap = None
    if place.total is not None and place.upper_bound is not None:
        gap = max(0.0, 1 - place.total / place.upper_bound) if place.upper_bound > 0 else 0.0
    return TickAnswer(
        at=place.ticked_at,
        duration_s=round(place.duration_s, 3),
        waiting=place.waiting,
        held=place.held_count,
        given=place.given,
        offered=place.offered,
        moved=place.moved,
        left_out=place.left_out_count,
        total=place.total,
        upper_bound=place.upper_bound,
        gap=gap,
        certified=place.certified,
    )


def _churn(churn: Churn) -> ChurnAnswer:
    return ChurnAnswer(
        ticks=churn.ticks,
        given=churn.given,
        offered=churn.offered,
        moved_free=churn.moved_free,
        moved_accepted=churn.moved_accepted,
        per_hundred=churn.per_hundred,
    )

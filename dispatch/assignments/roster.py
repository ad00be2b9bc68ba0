"""All transporters as dispatchers look for them: who is there, who may carry, and what each has to do."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.database.search import contains, folded_text
from dispatch.deliveries.loads import NOTHING, Load, loads_of
from dispatch.geo import Circle
from dispatch.ports import LivePosition, LivePositions, Presence
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import is_in_order
from dispatch.zones.inside import circle_around, points_inside

# Of all who are in an area, this many are looked at: a bound on what one question costs.
MOST_IN_AREA = 20_000


@dataclass(frozen=True, slots=True)
class TransporterFilter:
    """Which transporters; what is None or empty does not matter.

    ``is_verified``: the profile and every document is verified and valid today. ``around``: those online in a circle.
    ``made_from`` and ``made_to``: when the profile was made, both included. ``search``: a text that is in the name,
    the business, the e-mail address, the phone or the vehicle's number.
    """

    presences: Collection[Presence] = ()
    is_available: bool | None = None
    is_verified: bool | None = None
    vehicle_type: str | None = None
    around: Circle | None = None
    area: dict[str, Any] | None = None
    made_from: datetime | None = None
    made_to: datetime | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class ListedTransporter:
    """A transporter, what it carries, and where it was last, if anything was ever heard of it."""

    transporter: Transporter
    load: Load
    presence: Presence
    position: LivePosition | None


async def transporters_query(live: LivePositions, wanted: TransporterFilter, today: date) -> Select[Transporter]:
    """Transporters, newest first, for a page."""
    query = (
        select(Transporter)
        .options(selectinload(Transporter.user), selectinload(Transporter.documents))
        .order_by(Transporter.id.desc())
    )
    return query.where(*[condition async for condition in _conditions(live, wanted, today)])


async def _conditions(
    live: LivePositions, wanted: TransporterFilter, today: date
) -> AsyncIterator[ColumnElement[bool]]:
    if wanted.presences:
        yield _is_present(await live.presences(), wanted.presences)
    if wanted.around is not None:
        circle = wanted.around
        near = await live.nearby(circle.lat, circle.lon, circle.radius_m, MOST_IN_AREA)
        yield among(Transporter.id, [transporter_id for transporter_id, _ in near])
    if wanted.area is not None:
        yield among(Transporter.id, await _online_in(live, wanted.area))
    if wanted.is_available is not None:
        yield Transporter.is_available.is_(wanted.is_available)
    if wanted.is_verified is not None:
        yield is_in_order(today) if wanted.is_verified else ~is_in_order(today)
    if wanted.vehicle_type is not None:
        yield Transporter.vehicle_type == wanted.vehicle_type
    if wanted.made_from is not None:
        yield Transporter.created_at >= wanted.made_from
    if wanted.made_to is not None:
        yield Transporter.created_at <= wanted.made_to
    if wanted.search and folded_text(wanted.search):
        user = select(User.id).where(or_(contains(User.name, wanted.search), contains(User.email, wanted.search)))
        own = (Transporter.business_name, Transporter.phone, Transporter.vehicle_number)
        yield or_(Transporter.user_id.in_(user), *(contains(text, wanted.search) for text in own))


async def _online_in(live: LivePositions, area: dict[str, Any]) -> list[int]:
    """Who is online in a zone's area."""
    circle = circle_around(area)
    near = await live.nearby(circle.lat, circle.lon, circle.radius_m, MOST_IN_AREA)
    places = await live.positions_of([transporter_id for transporter_id, _ in near])
    inside = points_inside(area, [(place.lat, place.lon) for place in places.values()])
    return [transporter_id for transporter_id, is_in in zip(places, inside, strict=True) if is_in]


def _is_present(known: dict[int, Presence], wanted: Collection[Presence]) -> ColumnElement[bool]:
    """Whoever is not known is offline."""
    if Presence.OFFLINE in wanted:
        return ~among(Transporter.id, [who for who, presence in known.items() if presence not in wanted])
    return among(Transporter.id, [who for who, presence in known.items() if presence in wanted])


async def listed(
    session: AsyncSession, live: LivePositions, transporters: Sequence[Transporter]
) -> list[ListedTransporter]:
    """The transporters of a page, in their order, with what they have to do and where they were last."""
    ids = [transporter.id for transporter in transporters]
    loads, last_known = await loads_of(session, ids), await live.last_known(ids)
    present = await live.positions_of(ids)
    return [
        ListedTransporter(
            transporter,
            loads.get(transporter.id, NOTHING),
            present[transporter.id].presence if transporter.id in present else Presence.OFFLINE,
            present.get(transporter.id) or last_known.get(transporter.id),
        )
        for transporter in transporters
    ]

"""Lists of deliveries: what waits, as those see it who may take it, and everything, for dispatchers."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, literal_column, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.database.circles import in_circle
from dispatch.database.search import folded_text, stored_contains, stored_phones_like
from dispatch.deliveries.models import UNDER_WAY, Delivery, DeliveryStatus, DeliveryStep, Priority, waits_for_anybody
from dispatch.deliveries.sought import SoughtDelivery
from dispatch.geo import Circle
from dispatch.numbers import tracking_signs
from dispatch.orders.models import DeliveryInfo, Order
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry
from dispatch.zones.inside import in_area


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; what is None or empty does not matter.

    ``in_service``: under way with a transporter that may (or no longer may) carry: available, its account open, all
    its papers in order. ``flagged``: with a step whose place or time is implausible; ``flagged_since``: with one of
    which we were told since then. ``around``: with the pickup or the drop-off in a circle. ``area``: with the pickup in
    a zone's. ``seller_id``: whose goods it carries. ``made_from`` and ``made_to``: when it was made, both included.
    ``search``: a text that is in its tracking number, addresses, contacts, their phones or instructions.
    """

    statuses: Collection[DeliveryStatus] = ()
    priorities: Collection[Priority] = ()
    transporter_id: int | None = None
    seller_id: int | None = None
    in_service: bool | None = None
    flagged: bool | None = None
    flagged_since: datetime | None = None
    around: Circle | None = None
    area: dict[str, Any] | None = None
    made_from: datetime | None = None
    made_to: datetime | None = None
    search: str | None = None


def deliveries_query(wanted: DeliveryFilter, today: date) -> Select[Delivery]:
    """Deliveries, newest first, for a page, with the names of who sells and who carries."""
    query = (
        select(Delivery)
        .options(
            selectinload(Delivery.tracking_history),
            joinedload(Delivery.sale).joinedload(Sale.seller).load_only(User.name),
            joinedload(Delivery.transporter).joinedload(Transporter.user).load_only(User.name),
        )
        .order_by(Delivery.id.desc())
    )
    if wanted.statuses:
        query = query.where(among(Delivery.status, wanted.statuses))
    if wanted.priorities:
        query = query.where(among(Delivery.priority, wanted.priorities))
    if wanted.transporter_id is not None:
        query = query.where(Delivery.transporter_id == wanted.transporter_id)
    if wanted.seller_id is not None:
        query = query.where(exists().where(Sale.id == Delivery.sale_id, Sale.seller_id == wanted.seller_id))
    if wanted.in_service is not None:
        serving = exists().where(Transporter.id == Delivery.transporter_id, *may_carry(today))
        query = query.where(Delivery.status.in_(UNDER_WAY), serving if wanted.in_service else ~serving)
    flagged = DeliveryStep.flags != literal_column("'{}'")  # as its index has it
    doubtful = exists().where(DeliveryStep.delivery_id == Delivery.id, flagged)
    if wanted.flagged is not None:
        query = query.where(doubtful if wanted.flagged else ~doubtful)
    if wanted.flagged_since is not None:
        query = query.where(doubtful.where(DeliveryStep.noticed_at >= wanted.flagged_since))
    return query.where(*_where_and_when(wanted))


def _where_and_when(wanted: DeliveryFilter) -> Iterator[ColumnElement[bool]]:
    sought = SoughtDelivery
    if wanted.around is not None:
        pickup = in_circle(sought.pickup_lat, sought.pickup_lon, wanted.around)
        yield is_sought(pickup | in_circle(sought.delivery_lat, sought.delivery_lon, wanted.around))
    if wanted.area is not None:
        yield is_sought(in_area(sought.pickup_lat, sought.pickup_lon, wanted.area))
    if wanted.made_from is not None:
        yield Delivery.created_at >= wanted.made_from
    if wanted.made_to is not None:
        yield Delivery.created_at <= wanted.made_to
    if wanted.search and folded_text(wanted.search):
        words, phones = stored_contains(sought.words, wanted.search), stored_phones_like(wanted.search, sought.phones)
        yield is_sought(or_(number_like(wanted.search), words, *phones))


def is_sought(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of the conditions on what a delivery is looked for by holds. Each is looked up for itself."""
    looks = [select(SoughtDelivery.delivery_id).where(one) for one in conditions]
    return Delivery.id.in_(union_all(*looks) if len(looks) > 1 else looks[0])


def number_like(search: str) -> ColumnElement[bool]:
    """Whether a delivery's tracking number has what somebody typed in it, whatever stands between its signs."""
    signs = tracking_signs(search)
    may_be = bool(signs) and signs.isascii()  # no number has other signs, and no index might know them
    return SoughtDelivery.tracking_number.contains(signs, autoescape=True) if may_be else false()


def order_has_number_like(search: str) -> ColumnElement[bool]:
    """The same for any parcel of an order."""
    parcels = select(Sale.order_id).join(Delivery, Delivery.sale_id == Sale.id)
    sought = parcels.join(SoughtDelivery, SoughtDelivery.delivery_id == Delivery.id).where(number_like(search))
    return Order.id.in_(sought)


def waiting_query(now: datetime) -> Select[Delivery]:
    """Deliveries that wait for a transporter and are not on hold, oldest first, for a page."""
    return select(Delivery).where(waits_for_anybody(now)).order_by(Delivery.created_at, Delivery.id)


async def cities_of(session: AsyncSession, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """The city that each delivery goes to, where its order names one and it goes there: it may go elsewhere."""
    rows = await session.execute(
        select(Sale.id, DeliveryInfo.city, DeliveryInfo.lat, DeliveryInfo.lon)
        .join(Order, Order.id == Sale.order_id)
        .join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
        .where(among(Sale.id, [delivery.sale_id for delivery in deliveries]))
    )
    by_sale = {sale_id: (city, (lat, lon)) for sale_id, city, lat, lon in rows if city}
    found: dict[int, str] = {}
    for one in deliveries:
        city, point = by_sale.get(one.sale_id, ("", (None, None)))
        is_there = one.delivery_lat is not None and point == (one.delivery_lat, one.delivery_lon)
        if city and (is_there or city.casefold() in one.delivery_address.casefold()):
            found[one.id] = city
    return found

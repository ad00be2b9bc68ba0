"""What did not go well with what was sold: parcels that come back, that were lost or damaged, that were handed over in
part, and those that somebody lets wait. For the seller as a list, for the buyer with the order; each with its money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.among import among
from dispatch.database.search import contains, folded_text
from dispatch.deliveries.models import (
    Delivery,
    DeliveryStatus,
    DeliveryStep,
    Ending,
    PartialReason,
    holds,
)
from dispatch.deliveries.parts import pieces_in
from dispatch.payments.refunds.models import Refund
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter


class SetbackKind(StrEnum):
    """What did not go well with a parcel; a delivery is at most one of them."""

    COMING_BACK = "coming_back"
    """A return on its way to the seller, or waiting to be fetched."""
    BACK = "back"
    LOST = "lost"
    DAMAGED = "damaged"
    IN_PART = "in_part"
    """Handed over in part; the rest was damaged or missing. A rest that was refused is a return of its own."""
    ON_HOLD = "on_hold"


@dataclass(frozen=True, slots=True)
class Setback:
    """A parcel that did not go well, with its sale loaded.

    ``origin``: of a return, the delivery whose parcel comes back. ``quantity``: so many goods it is about. ``refund``:
    what of the money goes back for it. ``reason``: what was said of it by whoever decided.
    """

    kind: SetbackKind
    delivery: Delivery
    origin: Delivery | None
    quantity: int
    reason: str
    refund: Refund | None


COMES_BACK = Delivery.return_of.is_not(None)
NOT_WELL = or_(
    COMES_BACK, Delivery.ending.is_not(None), Delivery.partial_reason.is_not(None), Delivery.on_hold_since.is_not(None)
)
"""Few of all deliveries, by an index of their own (``ix_deliveries_not_well``)."""
GONE = frozenset({PartialReason.DAMAGED, PartialReason.MISSING})


def setbacks_query(
    user: User, now: datetime, *, kind: SetbackKind | None = None, search: str | None = None
) -> Select[Delivery]:
    """The deliveries of a seller's sales that are one, or all for an admin, newest first, for a page.

    ``search``: a text in the sale's number, the product, the buyer or a number of the parcel.
    """
    query = (
        select(Delivery)
        .join(Sale, Sale.id == Delivery.sale_id)
        .where(NOT_WELL, or_(*_conditions(now).values()) if kind is None else _conditions(now)[kind])
        .order_by(Delivery.id.desc())
        .options(
            selectinload(Delivery.sale),
            selectinload(Delivery.transporter).selectinload(Transporter.user),
        )
    )
    if not user.has(Role.ADMIN):
        query = query.where(Sale.seller_id == user.id)
    if search and folded_text(search):
        there = aliased(Delivery)
        texts = (Sale.order_number, Sale.buyer_name, Sale.product_name, Delivery.tracking_number, there.tracking_number)
        query = query.outerjoin(there, there.id == Delivery.return_of)
        query = query.where(or_(*(contains(one, search) for one in texts)))
    return query


async def setbacks_of(session: AsyncSession, deliveries: Sequence[Delivery], now: datetime) -> list[Setback]:
    """Each as it stands, in their order; deliveries that are none are left out. Their sales are loaded."""
    found = [(kind, one) for one in deliveries if (kind := kind_of(one, now)) is not None]
    there = [one.return_of for _, one in found if one.return_of is not None]
    origins = {one.id: one for one in await session.scalars(select(Delivery).where(among(Delivery.id, there)))}
    refunds = await session.scalars(select(Refund).where(among(Refund.sale_id, [one.sale_id for _, one in found])))
    by_key = {(one.sale_id, one.request_key): one for one in refunds}
    told_on = [told for kind, one in found if (told := _told_on(kind, one)) is not None]
    reasons = await _reasons(session, told_on)
    return [
        Setback(
            kind,
            one,
            origins.get(one.return_of or 0),
            _pieces(kind, one),
            _reason(kind, one, reasons),
            by_key.get((one.sale_id, _refund_key(kind, one))),
        )
        for kind, one in found
    ]


async def setbacks_of_sales(session: AsyncSession, sold: Sequence[Delivery], now: datetime) -> list[Setback]:
    """Of deliveries to their buyers, with their sales: what became of those that did not go well."""
    returned = [one.id for one in sold if one.ending is Ending.RETURNED or one.partial_reason is not None]
    back: Sequence[Delivery] = ()
    if returned:
        query = select(Delivery).where(among(Delivery.return_of, returned)).options(selectinload(Delivery.sale))
        back = (await session.scalars(query.order_by(Delivery.id))).all()
    troubled = [one for one in sold if one.ending is not None or one.partial_reason is not None]
    return await setbacks_of(session, [*troubled, *back], now) if troubled else []


def kind_of(delivery: Delivery, now: datetime) -> SetbackKind | None:
    """What a delivery is, None where it is none: the same as the conditions of the list."""
    if delivery.ending in {Ending.LOST, Ending.DAMAGED}:
        return SetbackKind(delivery.ending.value)
    if delivery.return_of is not None:
        if delivery.status is DeliveryStatus.CANCELLED:
            return None
        return SetbackKind.BACK if delivery.status is DeliveryStatus.DELIVERED else SetbackKind.COMING_BACK
    if delivery.partial_reason in GONE and delivery.ending is None:
        return SetbackKind.IN_PART
    waits = delivery.status is DeliveryStatus.AVAILABLE and holds(delivery.on_hold_since, delivery.on_hold_until, now)
    return SetbackKind.ON_HOLD if waits else None


def _conditions(now: datetime) -> dict[SetbackKind, ColumnElement[bool]]:
    whole = or_(Delivery.ending.is_(None), Delivery.ending == Ending.RETURNED)
    ended = (DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED)
    return {
        SetbackKind.COMING_BACK: and_(COMES_BACK, whole, Delivery.status.not_in(ended)),
        SetbackKind.BACK: and_(COMES_BACK, whole, Delivery.status == DeliveryStatus.DELIVERED),
        SetbackKind.LOST: Delivery.ending == Ending.LOST,
        SetbackKind.DAMAGED: Delivery.ending == Ending.DAMAGED,
        SetbackKind.IN_PART: and_(~COMES_BACK, Delivery.partial_reason.in_(GONE), Delivery.ending.is_(None)),
        SetbackKind.ON_HOLD: and_(
            ~COMES_BACK,
            Delivery.status == DeliveryStatus.AVAILABLE,
            Delivery.on_hold_since.is_not(None),
            or_(Delivery.on_hold_until.is_(None), Delivery.on_hold_until > now),
        ),
    }


def _pieces(kind: SetbackKind, delivery: Delivery) -> int:
    if kind is SetbackKind.IN_PART:
        return delivery.sale.quantity - (delivery.quantity_accepted or 0)
    return pieces_in(delivery)


def _reason(kind: SetbackKind, delivery: Delivery, noted: Mapping[int, str]) -> str:
    if kind is SetbackKind.ON_HOLD:
        return delivery.on_hold_reason or ""
    told_on = _told_on(kind, delivery)
    return "" if told_on is None else noted.get(told_on, "").removeprefix(f"{kind.value.capitalize()}: ")


def _told_on(kind: SetbackKind, delivery: Delivery) -> int | None:
    """On whose step it was noted why. Of what was handed over in part `partial_reason` says it, and no note."""
    if kind in {SetbackKind.LOST, SetbackKind.DAMAGED}:
        return delivery.id
    if kind in {SetbackKind.COMING_BACK, SetbackKind.BACK} and delivery.rest_quantity is None:
        return delivery.return_of
    return None


def _refund_key(kind: SetbackKind, delivery: Delivery) -> str:
    """Under which the money of it was asked for."""
    named = {SetbackKind.LOST: "loss", SetbackKind.DAMAGED: "loss", SetbackKind.IN_PART: "rest"}
    return f"{named.get(kind, 'return')}:{delivery.id}"


async def _reasons(session: AsyncSession, delivery_ids: Sequence[int]) -> dict[int, str]:
    """What was noted last of each: the act that ended it says why."""
    noted = (
        select(DeliveryStep.delivery_id, DeliveryStep.notes)
        .where(among(DeliveryStep.delivery_id, delivery_ids), DeliveryStep.notes != "")
        .order_by(DeliveryStep.id)
    )
    return dict((await session.execute(noted)).tuples().all())

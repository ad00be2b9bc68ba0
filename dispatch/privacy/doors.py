"""The door of a deleted account: everything that its parcels tell of it, but for what is proof.

A parcel that was brought to its buyer tells of the door at its steps, attempts and arrivals; one that went back tells
of it where it was taken. The seller's end of either stays. Records of proofs and refused handovers are not touched
here: the former are chained, and admins alone see where the latter were.
"""

from typing import Final

from sqlalchemy import Select, and_, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.arrivals.events import DeliveryEvent, DeliveryJourney, EventKind
from dispatch.arrivals.movement import lock_journeys
from dispatch.deliveries.attempts.models import TOLD, DeliveryAttempt
from dispatch.deliveries.attempts.rescheduling import RESCHEDULED
from dispatch.deliveries.handing_over import PICKED_UP_MESSAGE
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep

NOWHERE: Final = {"lat": 0.0, "lon": 0.0, "changed_at": None}
"""What a journey remembers of a stop where nothing is about to change."""


async def forget_doors(session: AsyncSession, bought: Select[int]) -> None:
    """Take the buyer's door out of the parcels of these sales, and what was noted there.

    Late fixes are read with the journey held, and after this without the door. Lock order: journeys, then the rest.
    """
    of_sales = select(Delivery.id).where(Delivery.sale_id.in_(bought))
    await lock_journeys(session, sorted(await session.scalars(of_sales)))
    await _forget_where_it_was_brought(session, of_sales.where(Delivery.return_of.is_(None)))
    await _forget_where_it_was_taken(session, of_sales.where(Delivery.return_of.is_not(None)))


async def _forget_where_it_was_brought(session: AsyncSession, parcels: Select[int]) -> None:
    await _forget_places(session, parcels, DeliveryStatus.PICKED_UP)
    delivered_at = select(Delivery.delivered_at).where(Delivery.id == DeliveryStep.delivery_id).scalar_subquery()
    # Why it went back or was lost is noted on steps of the same statuses, and is the seller's to know.
    handed_over = and_(DeliveryStep.status == DeliveryStatus.DELIVERED, DeliveryStep.timestamp == delivered_at)
    at_the_door = or_(handed_over, DeliveryStep.message.in_([RESCHEDULED, *TOLD.values()]))
    await session.execute(
        update(DeliveryStep).where(DeliveryStep.delivery_id.in_(parcels), at_the_door).values(notes="")
    )
    await session.execute(
        update(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(parcels)).values(note="", lat=None, lon=None)
    )
    kinds = (EventKind.ARRIVED_AT_DROPOFF, EventKind.LEFT_DROPOFF)
    await _forget_arrivals(session, parcels, kinds, "dropoff")


async def _forget_where_it_was_taken(session: AsyncSession, parcels: Select[int]) -> None:
    await _forget_places(session, parcels, DeliveryStatus.DELIVERED)
    taken = DeliveryStep.message == PICKED_UP_MESSAGE
    await session.execute(update(DeliveryStep).where(DeliveryStep.delivery_id.in_(parcels), taken).values(notes=""))
    await _forget_arrivals(session, parcels, (EventKind.ARRIVED_AT_PICKUP, EventKind.LEFT_PICKUP), "pickup")


async def _forget_places(session: AsyncSession, parcels: Select[int], at_seller: DeliveryStatus) -> None:
    """Of all steps but the one at the seller's; where it was on its way tells whose street that led to."""
    await session.execute(
        update(DeliveryStep)
        .where(DeliveryStep.delivery_id.in_(parcels), DeliveryStep.status != at_seller)
        .values(lat=None, lon=None, address=None)
    )


async def _forget_arrivals(
    session: AsyncSession, parcels: Select[int], kinds: tuple[EventKind, ...], stop: str
) -> None:
    """That somebody came and went stays, with when."""
    await session.execute(
        update(DeliveryEvent)
        .where(DeliveryEvent.delivery_id.in_(parcels), DeliveryEvent.kind.in_(kinds))
        .values(lat=None, lon=None)
    )
    state = DeliveryJourney.state
    forgotten = func.jsonb_set(state, text(f"'{{{stop}}}'"), state[stop].concat(literal(NOWHERE, JSONB)))
    await session.execute(
        update(DeliveryJourney)
        .where(DeliveryJourney.delivery_id.in_(parcels), state.has_key(stop))
        .values(state=forgotten)
    )

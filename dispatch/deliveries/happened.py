"""Which events a delivery's steps are, for those who follow them from outside."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.events.models import Event
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import (
    DeliveryAccepted,
    DeliveryAssigned,
    DeliveryCancelled,
    DeliveryDelivered,
    DeliveryInTransit,
    DeliveryPickedUp,
)


class Identity(TypedDict):
    """What every event of a delivery names."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str


CARRIED = {
    DeliveryStatus.PICKED_UP: DeliveryPickedUp,
    DeliveryStatus.IN_TRANSIT: DeliveryInTransit,
}


def identity(delivery: Delivery) -> Identity:
    """Of a delivery whose row has its number: ``DeliveryCreated(**identity(delivery), …)``."""
    return {
        "delivery_id": delivery.id,
        "delivery_uuid": delivery.delivery_id,
        "tracking_number": delivery.tracking_number,
    }


def happened_with(delivery: Delivery, status: DeliveryStatus, message: str) -> list[EventData]:
    """What a step to a status is; to wait again is said by whoever knows who lost it and why."""
    if status is DeliveryStatus.CANCELLED:
        return [DeliveryCancelled(**identity(delivery), reason=message)]
    if delivery.transporter_id is None:
        return []
    if status is DeliveryStatus.ASSIGNED:
        assigned = DeliveryAssigned(
            **identity(delivery),
            transporter_id=delivery.transporter_id,
            estimated_delivery_at=delivery.estimated_delivery_time,
        )
        return [assigned]
    if status is DeliveryStatus.DELIVERED:
        return [_delivered(delivery, delivery.transporter_id)]
    carried = CARRIED.get(status)
    return [] if carried is None else [carried(**identity(delivery), transporter_id=delivery.transporter_id)]


def _delivered(delivery: Delivery, transporter_id: int) -> DeliveryDelivered:
    reason = None if delivery.partial_reason is None else delivery.partial_reason.value
    return DeliveryDelivered(
        **identity(delivery),
        transporter_id=transporter_id,
        quantity_accepted=delivery.quantity_accepted,
        partial_reason=reason,
    )


HAS_ACCEPTED = exists().where(
    Event.subject == func.concat("delivery:", Delivery.id),
    Event.type == DeliveryAccepted.type,
    Event.at >= Delivery.assigned_at,
)
"""Whether a delivery's transporter said so since it was assigned; a phone repeats what it got no answer to."""


async def was_accepted(session: AsyncSession, delivery: Delivery) -> bool:
    """The same of one delivery, as its row is in the database."""
    await session.flush()
    return bool(await session.scalar(select(HAS_ACCEPTED).where(Delivery.id == delivery.id)))

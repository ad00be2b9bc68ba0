"""What happened to a delivery, step by step, and the answers to who reports one.

Coordinates in degrees (WGS 84), amounts in NPR as numbers.
"""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from dispatch.cancellations.rests import Rest
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep, PartialReason
from dispatch.money import from_paisa


class Point(Struct, frozen=True):
    """A place in degrees."""

    latitude: float
    longitude: float


class StepPlace(Struct, frozen=True):
    """Where a step happened, with the address where it is known."""

    latitude: float
    longitude: float
    address: str | None


class StepAnswer(Struct, frozen=True, kw_only=True):
    """A step of a delivery: ``timestamp`` when it happened, ``noticed_at`` when we were told."""

    status: DeliveryStatus
    status_display: str
    message: str
    timestamp: datetime
    noticed_at: datetime
    location: StepPlace | None


class NotedStep(StepAnswer, frozen=True, kw_only=True):
    """A step with its transporter's notes; ``flags``, what makes it implausible, for admins alone.

    ``happened_at`` is when it was by the word of the transporter's phone, believed or not.
    """

    notes: str
    happened_at: datetime | None
    flags: list[str] | UnsetType = UNSET


class PickedUp(Struct, frozen=True):
    """The parcel is with its transporter: ``timestamp`` when it was picked up, ``noticed_at`` when we were told."""

    status: DeliveryStatus
    message: str
    timestamp: datetime
    location: Point | None
    noticed_at: datetime


class HandedPart(Struct, frozen=True, kw_only=True):
    """So many of a parcel's goods were handed over, and why not all; what becomes of the rest.

    ``return_delivery``: the delivery that brings it back; ``refunded``: what goes back for it at once, NPR.
    """

    quantity: int
    quantity_accepted: int
    partial_reason: PartialReason
    return_delivery: int | None
    refunded: float | None


class DroppedOff(Struct, frozen=True):
    """The parcel is with the customer; ``earnings`` in NPR are the transporter's. ``noticed_at``: when we were told.

    ``part``: where not all of its goods were handed over.
    """

    status: DeliveryStatus
    message: str
    delivered_at: datetime
    location: Point | None
    earnings: float | None
    noticed_at: datetime
    part: HandedPart | None


def handed_part(delivery: Delivery, rest: Rest | None) -> HandedPart | None:
    """What of a delivery was handed over; None where all was, or nothing yet."""
    if rest is None or delivery.quantity_accepted is None or delivery.partial_reason is None:
        return None
    return HandedPart(
        quantity=delivery.sale.quantity,
        quantity_accepted=delivery.quantity_accepted,
        partial_reason=delivery.partial_reason,
        return_delivery=None if rest.brought_by is None else rest.brought_by.id,
        refunded=None if rest.refund is None else float(from_paisa(rest.refund.amount_paisa)),
    )


def point_of(step: DeliveryStep) -> Point | None:
    """Where a step happened; None where that is not known."""
    return None if step.lat is None or step.lon is None else Point(step.lat, step.lon)


def step_answer(step: DeliveryStep) -> StepAnswer:
    """A step as anybody sees it who may see the delivery."""
    place = None if step.lat is None or step.lon is None else StepPlace(step.lat, step.lon, step.address)
    return StepAnswer(
        status=step.status,
        status_display=step.status.display,
        message=step.message,
        timestamp=step.timestamp,
        noticed_at=step.noticed_at,
        location=place,
    )

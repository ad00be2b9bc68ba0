"""What happened to a delivery, step by step, and the answers to who reports one.

Coordinates in degrees (WGS 84), amounts in NPR as numbers.
"""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from dispatch.deliveries.models import DeliveryStatus, DeliveryStep


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


class DroppedOff(Struct, frozen=True):
    """The parcel is with the customer; ``earnings`` in NPR are the transporter's. ``noticed_at``: when we were told."""

    status: DeliveryStatus
    message: str
    delivered_at: datetime
    location: Point | None
    earnings: float | None
    noticed_at: datetime


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

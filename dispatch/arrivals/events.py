"""What a transporter's track says about a delivery: arrivals and departures, apart from its statuses."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Double, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityBase,
    reference,
    text_enum,
)


class EventKind(StrEnum):
    """Where the transporter came or went."""

    ARRIVED_AT_PICKUP = "arrived_at_pickup"
    LEFT_PICKUP = "left_pickup"
    ARRIVED_AT_DROPOFF = "arrived_at_dropoff"
    LEFT_DROPOFF = "left_dropoff"

    @property
    def message(self) -> str:
        """The event as people read it."""
        return MESSAGES[self]


MESSAGES = {
    EventKind.ARRIVED_AT_PICKUP: "Transporter has arrived at the pickup",
    EventKind.LEFT_PICKUP: "Transporter has left the pickup",
    EventKind.ARRIVED_AT_DROPOFF: "Transporter has arrived at the delivery address",
    EventKind.LEFT_DROPOFF: "Transporter has left the delivery address",
}


class DeliveryEvent(IdentityBase):
    """An arrival or a departure. ``at`` is the device's clock, so it may lie well before ``noticed_at``, ours.

    ``visit`` counts the events of a kind: a transporter may come twice. Where it was is None once whoever lived there
    deleted their account.
    """

    __tablename__ = "delivery_events"
    __table_args__ = (UniqueConstraint("delivery_id", "kind", "visit"),)

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    visit: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    noticed_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)


class DeliveryJourney(CommonTableAttributes, AdvancedDeclarativeBase):
    """How far a delivery's track has been read; its row lock lets one process at a time read on."""

    __tablename__ = "delivery_journeys"

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), primary_key=True, autoincrement=False)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)

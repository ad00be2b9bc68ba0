"""Who does not want a delivery: it is not given to them again by what decides by itself."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum


class GiveBackReason(StrEnum):
    """Why a transporter gives a delivery back."""

    VEHICLE_TROUBLE = "vehicle_trouble"
    TOO_FAR = "too_far"
    TOO_MUCH = "too_much"
    """More parcels, or heavier ones, than it can carry now."""
    PICKUP_CLOSED = "pickup_closed"
    NOT_READY = "not_ready"
    UNSAFE = "unsafe"
    OFF_DUTY = "off_duty"
    OTHER = "other"


class Refusal(IdentityBase):
    """A transporter gave a delivery back, the last time at ``refused_at``."""

    __tablename__ = "delivery_refusals"
    __table_args__ = (UniqueConstraint("delivery_id", "transporter_id"),)

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), index=True)
    reason: Mapped[GiveBackReason] = mapped_column(text_enum(GiveBackReason))
    note: Mapped[str] = mapped_column(Text, default="")
    refused_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))

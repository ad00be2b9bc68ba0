"""Zones as rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Double, Integer, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import Amount, DateTimeUTC, IdentityAuditBase, reference, text_enum


class ZoneMode(StrEnum):
    """How deliveries of a zone come to transporters when nobody names one."""

    DIRECT = "direct"
    """Assigned to the best."""
    ONE = "one"
    """Offered to one after the other."""
    WAVES = "waves"
    """Offered to a few, then to more."""
    ALL = "all"
    """Offered to all at once."""


class Zone(IdentityAuditBase):
    """A polygon with its own ways; what is None follows the settings.

    ``area``: a GeoJSON polygon, degrees, longitude first. ``weights``: of distance, rating, capacity and workload.
    ``fee_base``, ``fee_per_km``: what a delivery costs here that names no fee, NPR. ``capacity``: with so many
    deliveries under way in it, nothing more is given by itself; None for any number.
    ``version`` grows with each change.
    """

    __tablename__ = "zones"
    __table_args__ = (
        CheckConstraint("radius_km > 0", name="radius_positive"),
        CheckConstraint("tick_s > 0", name="tick_positive"),
        CheckConstraint("area_km2 > 0", name="area_positive"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("fee_base >= 0 AND fee_per_km >= 0", name="fees_not_negative"),
        CheckConstraint("(fee_base IS NULL) = (fee_per_km IS NULL)", name="fees_together"),
        CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused_by_somebody"),
    )

    name: Mapped[str] = mapped_column(String(80), unique=True)
    area: Mapped[dict[str, Any]] = mapped_column(JSONB)
    area_km2: Mapped[float] = mapped_column(Double)
    mode: Mapped[ZoneMode | None] = mapped_column(text_enum(ZoneMode))
    rolling: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """It is dispatched by itself, every ``tick_s`` seconds."""
    tick_s: Mapped[int | None] = mapped_column(SmallInteger)
    radius_km: Mapped[float | None] = mapped_column(Double)
    weights: Mapped[list[float] | None] = mapped_column(JSONB(none_as_null=True))
    fee_base: Mapped[Amount | None]
    fee_per_km: Mapped[Amount | None]
    capacity: Mapped[int | None] = mapped_column(Integer)
    paused_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    paused_by: Mapped[int | None] = mapped_column(reference("users.id"))
    pause_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

"""Zones as rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Double, Integer, SmallInteger, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, reference, text_enum


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
    ``version`` grows with each change.
    """

    __tablename__ = "zones"
    __table_args__ = (
        CheckConstraint("radius_km > 0", name="radius_positive"),
        CheckConstraint("tick_s > 0", name="tick_positive"),
        CheckConstraint("area_km2 > 0", name="area_positive"),
        CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused_by_somebody"),
    )

    name: Mapped[str] = mapped_column(String(80), unique=True)
    area: Mapped[dict[str, Any]] = mapped_column(JSONB)
    area_km2: Mapped[float] = mapped_column(Double)
    mode: Mapped[ZoneMode | None] = mapped_column(text_enum(ZoneMode))
    tick_s: Mapped[int | None] = mapped_column(SmallInteger)
    radius_km: Mapped[float | None] = mapped_column(Double)
    weights: Mapped[list[float] | None] = mapped_column(JSONB(none_as_null=True))
    paused_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    paused_by: Mapped[int | None] = mapped_column(reference("users.id"))
    pause_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

"""Kept decisions: who got a delivery, by which scores, and who else could have."""

from datetime import datetime
from typing import Any

from sqlalchemy import Double, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference


class Assignment(IdentityBase):
    """One decision. Scores 0–100 unrounded; ``assigned_by`` is the user, or None for an operator's command."""

    __tablename__ = "assignments"

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), index=True)
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), index=True)
    assigned_by: Mapped[int | None] = mapped_column(reference("users.id"))
    strategy: Mapped[str] = mapped_column(String(32))
    distance_score: Mapped[float | None] = mapped_column(Double)
    rating_score: Mapped[float | None] = mapped_column(Double)
    capacity_score: Mapped[float | None] = mapped_column(Double)
    workload_score: Mapped[float | None] = mapped_column(Double)
    total_score: Mapped[float | None] = mapped_column(Double)
    alternatives: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))

"""Plans that wait to be committed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, Boolean, Double, Integer, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum


class PlanStatus(StrEnum):
    """How a plan stands; an open one that is too old is told to be expired."""

    OPEN = "open"
    COMMITTING = "committing"
    """Some of its sets are written; committing it again goes on."""
    COMMITTED = "committed"
    EXPIRED = "expired"


class AssignmentPlan(IdentityBase):
    """A plan for many, packed as a ``Snapshot``, and how far it was committed.

    ``total``, ``upper_bound`` and ``greedy_total`` are sums of scores, ``distance_m`` and ``greedy_distance_m`` sums of
    the ways to the pickups. ``done``: so many of its ``pairs`` were written or refused, in order. ``failures``:
    delivery, transporter and words for each refused; ``left_out``: delivery and words for each that nobody gets.
    """

    __tablename__ = "assignment_plans"

    made_by: Mapped[int | None] = mapped_column(reference("users.id"))
    made_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    status: Mapped[PlanStatus] = mapped_column(text_enum(PlanStatus), default=PlanStatus.OPEN)
    engine: Mapped[int] = mapped_column(Integer)
    weights: Mapped[list[float]] = mapped_column(ARRAY(Double))
    radius_m: Mapped[float] = mapped_column(Double)
    vehicle_type: Mapped[str | None] = mapped_column(String(32))
    online: Mapped[int] = mapped_column(Integer)
    total: Mapped[float] = mapped_column(Double)
    upper_bound: Mapped[float] = mapped_column(Double)
    certified: Mapped[bool] = mapped_column(Boolean)
    distance_m: Mapped[float] = mapped_column(Double)
    greedy_total: Mapped[float] = mapped_column(Double)
    greedy_distance_m: Mapped[float] = mapped_column(Double)
    greedy_pairs: Mapped[int] = mapped_column(Integer)
    pairs: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    assigned: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list)
    failures: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list)
    committed_by: Mapped[int | None] = mapped_column(reference("users.id"))
    committed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    packed: Mapped[bytes] = mapped_column(LargeBinary)

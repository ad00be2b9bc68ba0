"""Kept decisions: everything that one was made from, and which deliveries it was about."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, Boolean, Double, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityBase,
    reference,
    text_enum,
)


class DecisionKind(StrEnum):
    """How it was decided."""

    SINGLE = "single"
    """One delivery, for the best transporter."""
    BULK = "bulk"
    """Many deliveries, for the highest total."""
    BY_HAND = "by_hand"
    """A dispatcher named the transporter."""
    ROLLING = "rolling"
    """Rolling dispatch, in one of its ticks: those that it gave."""
    ROLLING_ASKED = "rolling_asked"
    """The same where transporters are asked: whom the plan called for is the first who was; another may have it."""


class Decision(IdentityBase):
    """One decision, about one delivery or many; ``packed`` is a ``Snapshot``.

    ``engine``: the version of the scoring. ``weights``: of distance, rating, capacity and workload. ``total`` and
    ``upper_bound`` are sums of scores, None for what was not planned. ``run_id``: the run that it belonged to, which
    may have been dropped before.
    """

    __tablename__ = "decisions"

    made_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
    kind: Mapped[DecisionKind] = mapped_column(text_enum(DecisionKind))
    asked_by: Mapped[int | None] = mapped_column(reference("users.id"))
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    engine: Mapped[int] = mapped_column(Integer)
    weights: Mapped[list[float]] = mapped_column(ARRAY(Double))
    radius_m: Mapped[float] = mapped_column(Double)
    vehicle_type: Mapped[str | None] = mapped_column(String(32))
    seed: Mapped[int] = mapped_column(Integer)
    online: Mapped[int] = mapped_column(Integer)
    deliveries: Mapped[int] = mapped_column(Integer)
    total: Mapped[float | None] = mapped_column(Double)
    upper_bound: Mapped[float | None] = mapped_column(Double)
    certified: Mapped[bool | None] = mapped_column(Boolean)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class DecidedDelivery(CommonTableAttributes, AdvancedDeclarativeBase):
    """Which deliveries a decision was about; ``place``: the row in its parcels.

    No foreign key: it would be checked by locking every delivery of a plan before the first is given, and one that
    somebody holds would keep all others waiting.
    """

    __tablename__ = "decided_deliveries"
    __table_args__ = (Index("ix_decided_deliveries_decision_id", "decision_id"),)

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)

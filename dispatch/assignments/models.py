"""Kept decisions: who got a delivery, by which scores, and who else could have; and runs that decided on many."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum


class Assignment(IdentityBase):
    """One decision. Scores 0–100 unrounded; ``assigned_by`` is the user, or None for an operator's command.

    ``run_id``: the run that made it, where one is followed.
    """

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_run_id", "run_id", postgresql_where=text("run_id IS NOT NULL")),)

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
    run_id: Mapped[int | None] = mapped_column(reference("assignment_runs.id"))


class RunStatus(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """An error ended it; what it had committed stays."""
    INTERRUPTED = "interrupted"
    """Its server ended; what it had committed stays."""


class RunKind(StrEnum):
    """What a run is for."""

    ASSIGN = "assign"
    """Deliveries are given out."""
    PLAN = "plan"
    """A plan is made that may be committed."""


class AssignmentRun(IdentityBase):
    """A bulk run that nobody waits for. Its counts change in the transactions that they count.

    ``deliveries``: how many it is about, ``planned``: how many of them the plan gives to somebody; both None until
    there is a plan. ``failures``: number of the delivery, what is said of it, and why nobody can take it.
    ``heartbeat_at``: when its server was last known to work on it. ``plan_id``: the plan that it made, which is dropped
    sooner than the run.
    """

    __tablename__ = "assignment_runs"

    asked_by: Mapped[int | None] = mapped_column(reference("users.id"))
    kind: Mapped[RunKind] = mapped_column(text_enum(RunKind), default=RunKind.ASSIGN, server_default="assign")
    plan_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[RunStatus] = mapped_column(text_enum(RunStatus), default=RunStatus.RUNNING)
    deliveries: Mapped[int | None] = mapped_column(Integer)
    planned: Mapped[int | None] = mapped_column(Integer)
    assigned: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list)
    certified: Mapped[bool | None] = mapped_column(Boolean)
    planned_total: Mapped[float | None] = mapped_column(Double)
    upper_bound: Mapped[float | None] = mapped_column(Double)
    error: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    heartbeat_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    @property
    def left(self) -> int | None:
        """How many of its deliveries it has yet to decide; None until there is a plan."""
        return None if self.deliveries is None else self.deliveries - self.assigned - self.failed

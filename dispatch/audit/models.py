"""What was done, by whom, to what: rows that are added and never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, text_enum


class ActorKind(StrEnum):
    """Who acts."""

    USER = "user"
    OPERATOR = "operator"
    """Somebody at the command line of the server."""
    SYSTEM = "system"
    STRANGER = "stranger"
    """Nobody is known to be acting."""


class AuditEvent(IdentityBase):
    """One thing that was done. The database refuses changes of it, except that ``occurrences`` grows.

    ``subject_kind`` and ``subject_id`` name what it was done to. ``window_at`` is set on what strangers can cause:
    within one minute, the same event is one row that counts.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_actor", "actor_id", "id", postgresql_where=text("actor_id IS NOT NULL")),
        Index("ix_audit_events_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_events_action", "action", "id"),
        Index("ix_audit_events_actor_kind", "actor_kind", "id"),
        Index("ix_audit_events_subject_id", "subject_id", "id"),
        Index("ix_audit_events_at", "at"),
        Index(
            "uq_audit_events_window",
            "action",
            "subject_kind",
            "subject_id",
            "address",
            "window_at",
            unique=True,
            postgresql_where=text("window_at IS NOT NULL"),
        ),
    )

    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), server_default=func.now())
    actor_kind: Mapped[ActorKind] = mapped_column(text_enum(ActorKind))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(128))
    occurrences: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    window_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)

"""What happened, as rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase


class Event(IdentityBase):
    """Something that happened to a subject (``delivery:12``).

    ``at`` is when it happened, which may lie before ``recorded_at``: a phone may tell late. ``sequence`` is its place
    among all events, given once its transaction is committed; None until then, which is about a second.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_not_numbered", "id", postgresql_where=text("sequence IS NULL")),
        Index("ix_events_subject", "subject", "id"),
        Index("ix_events_recorded_at", "recorded_at"),
    )

    event_id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    type: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), server_default=func.now())
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)

"""The outbox: messages written in the transaction of what they tell about."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, text_enum


class Channel(StrEnum):
    """How a message reaches people."""

    MAIL = "mail"
    SMS = "sms"


class MessageStatus(StrEnum):
    """``pending → sent``; ``dead`` after the last try; ``skipped`` where its channel is not configured."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    SKIPPED = "skipped"


class OutboxMessage(IdentityAuditBase):
    """A message to one person. ``key`` says what it is about: the same thing is told once."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index("ix_outbox_messages_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_outbox_messages_dead", "id", postgresql_where=text("status = 'dead'")),
        Index("ix_outbox_messages_created_at", "created_at"),
    )

    key: Mapped[str] = mapped_column(String(200), unique=True)
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    template: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(254))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[MessageStatus] = mapped_column(text_enum(MessageStatus), default=MessageStatus.PENDING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    last_error: Mapped[str | None] = mapped_column(String(300))

"""Where events are sent, and each event on its way there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, IdentityBase, reference, text_enum
from dispatch.events.models import Event


class EndpointState(StrEnum):
    """``enabled``; ``paused`` by a person; ``failing``: given up after days of failures; ``gone``: it answered 410.

    Only an enabled one gets events. A person may enable any again; what happened meanwhile is had by a replay.
    """

    ENABLED = "enabled"
    PAUSED = "paused"
    FAILING = "failing"
    GONE = "gone"


class MessageState(StrEnum):
    """``pending → delivered``; ``dead`` after the last try."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookEndpoint(IdentityAuditBase):
    """An address that wants events.

    ``types`` as they were asked for (``delivery.*``). ``old_secret`` signs beside ``secret`` until
    ``old_secret_until``. ``failing_since``: since when nothing was taken; None while something is.
    """

    __tablename__ = "webhook_endpoints"

    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(200), default="")
    types: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    state: Mapped[EndpointState] = mapped_column(text_enum(EndpointState), default=EndpointState.ENABLED)
    state_reason: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(String(254))
    """Whom the notice goes to when it is given up."""
    created_by: Mapped[int | None] = mapped_column(reference("users.id"))
    secret: Mapped[str] = mapped_column(String(100))
    old_secret: Mapped[str | None] = mapped_column(String(100))
    old_secret_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    failing_since: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    succeeded_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When something was taken, to the minute."""


class WebhookMessage(IdentityBase):
    """One event for one endpoint. ``attempts`` counts tries; ``next_attempt_at`` is when it is due.

    ``leased_until``: while it is being sent, whoever sends it has until then. ``subject`` and ``sequence`` are its
    event's: none is sent while an earlier one of the subject waits.
    """

    __tablename__ = "webhook_messages"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_messages_due",
            "endpoint_id",
            "next_attempt_at",
            "sequence",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_webhook_messages_order",
            "endpoint_id",
            "subject",
            "sequence",
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_webhook_messages_leased", "endpoint_id", postgresql_where=text("leased_until IS NOT NULL")),
        Index("ix_webhook_messages_dead", "id", postgresql_where=text("status = 'dead'")),
        Index("ix_webhook_messages_event_id", "event_id"),
    )

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(64))
    status: Mapped[MessageState] = mapped_column(text_enum(MessageState), default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    leased_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    last_attempt_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    last_error: Mapped[str | None] = mapped_column(String(300))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    event: Mapped[Event] = relationship(lazy="raise")

"""Objections: a buyer, or whoever knows the code, says that what a courier told as delivered did not come so."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum
from dispatch.sales.models import Sale


class ObjectionReason(StrEnum):
    """What was not as it was told."""

    NOT_RECEIVED = "not_received"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    OTHER_GOODS = "other_goods"
    OTHER = "other"


class ObjectionStatus(StrEnum):
    """``open`` until an admin has looked into it: then money goes back, or it is rejected with a reason."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Objector(StrEnum):
    """Who objects."""

    BUYER = "buyer"
    RECEIVER = "receiver"
    """Whoever knows the last digits of the receiver's phone."""


class DeliveryObjection(IdentityBase):
    """The objection to a delivery, of which there is at most one. While it is open its order is not completed."""

    __tablename__ = "delivery_objections"
    __table_args__ = (
        CheckConstraint("num_nulls(decided_at, decided_by) IN (0, 2)", name="decision_whole"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_or_open"),
        Index("ix_delivery_objections_open", "id", postgresql_where=text("status = 'open'")),
    )

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), unique=True)
    sale_id: Mapped[int] = mapped_column(reference("sales.id"), index=True)
    made_by: Mapped[Objector] = mapped_column(text_enum(Objector))
    reason: Mapped[ObjectionReason] = mapped_column(text_enum(ObjectionReason))
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    status: Mapped[ObjectionStatus] = mapped_column(text_enum(ObjectionStatus), default=ObjectionStatus.OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(reference("users.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    """What was said of the decision; the buyer and the seller read it."""

    sale: Mapped[Sale] = relationship(lazy="raise")

    def decide(self, status: ObjectionStatus, user_id: int, answer: str, now: datetime) -> None:
        """Somebody has looked into it."""
        self.status, self.decided_by, self.decided_at, self.answer = status, user_id, now, answer

"""Transporters, their vehicles and their papers."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts.models import User
from dispatch.database.base import Amount, DateTimeUTC, IdentityAuditBase, IdentityBase, reference


class Transporter(IdentityAuditBase):
    """Somebody who carries parcels. Weights in kg, rating 0–5."""

    __tablename__ = "transporters"
    __table_args__ = (
        CheckConstraint("capacity_kg > 0", name="capacity_positive"),
        CheckConstraint("rating >= 0 AND rating <= 5", name="rating_in_range"),
        CheckConstraint("max_active > 0", name="max_active_positive"),
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"), unique=True)
    business_name: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(32))
    vehicle_type: Mapped[str] = mapped_column(String(32), index=True)
    vehicle_number: Mapped[str] = mapped_column(String(32), default="")
    capacity_kg: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    max_active: Mapped[int] = mapped_column(Integer)
    rating: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=Decimal(5))
    rating_count: Mapped[int] = mapped_column(Integer, default=0)
    earned: Mapped[Amount] = mapped_column(default=Decimal(0))
    is_available: Mapped[bool] = mapped_column(Boolean, default=True)
    verified_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    user: Mapped[User] = relationship(lazy="raise")
    documents: Mapped[list["TransporterDocument"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="TransporterDocument.kind"
    )

    def papers_in_order(self, today: date) -> bool:
        """Whether the transporter and every document is verified and no document is expired."""
        return self.verified_at is not None and all(
            document.verified_at is not None and (document.expires_on is None or document.expires_on >= today)
            for document in self.documents
        )


class TransporterDocument(IdentityBase):
    """A licence, a registration, an insurance: one of each kind."""

    __tablename__ = "transporter_documents"
    __table_args__ = (UniqueConstraint("transporter_id", "kind"),)

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(64))
    expires_on: Mapped[date | None] = mapped_column(Date)
    verified_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

"""Transporters, their vehicles and their papers."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts.models import Role, User
from dispatch.database.base import DateTimeUTC, IdentityAuditBase, IdentityBase, reference

UNRATED = Decimal(5)
"""The rating of a transporter whom nobody has rated."""


class Duty(StrEnum):
    """Whether a transporter works: ``off → on → break → on | off``."""

    ON = "on"
    BREAK = "break"
    """It keeps what it was given, and is given and asked nothing more."""
    OFF = "off"


class Transporter(IdentityAuditBase):
    """Somebody who carries parcels. Weights in kg, rating 0–5.

    ``papers_version`` grows with every change of what an admin verifies: the account's name, business name, phone,
    vehicle and documents.
    ``verified_version`` is the one that was verified last; ``verified_at`` is None where that is not the present one.

    What it carries and the number of the last change are written by triggers of the database, in the transaction that
    changes a delivery, a document or this row; nothing else writes them, and an object that was loaded before such a
    change has the older ones.
    """

    __tablename__ = "transporters"
    __table_args__ = (
        CheckConstraint("capacity_kg > 0", name="capacity_positive"),
        CheckConstraint("rating >= 0 AND rating <= 5", name="rating_in_range"),
        CheckConstraint("max_active > 0", name="max_active_positive"),
        CheckConstraint(
            "verified_at IS NULL OR verified_version IS NOT DISTINCT FROM papers_version", name="verified_as_it_is"
        ),
        CheckConstraint(
            "active_count >= 0 AND carried_kg >= 0 AND (active_count > 0 OR carried_kg = 0)", name="load_possible"
        ),
        CheckConstraint("break_until IS NULL OR NOT is_available", name="break_is_no_duty"),
        Index("ix_transporters_changed_in", "changed_in", "id"),
        Index("ix_transporters_break_until", "break_until", postgresql_where=text("break_until IS NOT NULL")),
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"), unique=True)
    business_name: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(32))
    vehicle_type: Mapped[str] = mapped_column(String(32), index=True)
    vehicle_number: Mapped[str] = mapped_column(String(32), default="")
    capacity_kg: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    max_active: Mapped[int] = mapped_column(Integer)
    max_active_granted: Mapped[int | None] = mapped_column(Integer)
    """As far as this transporter may raise ``max_active``, where an admin allowed more than the setting."""
    rating: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=UNRATED)
    rating_count: Mapped[int] = mapped_column(Integer, default=0)
    rating_sum: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    earned: Mapped[Decimal] = mapped_column(Numeric(18, 2), default=Decimal(0))
    is_available: Mapped[bool] = mapped_column(Boolean, default=True)
    """On duty: may be asked and given deliveries."""
    break_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When a break is over that it takes; then it is off duty."""
    unanswered: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    """So many offers in a row ran out without an answer."""
    papers_version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    verified_version: Mapped[int | None] = mapped_column(Integer)
    verified_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    active_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Deliveries under way."""
    carried_kg: Mapped[Decimal] = mapped_column(Numeric(12, 3), server_default=text("0"))
    """What they weigh together."""
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The number of the transaction that changed the row or its documents last."""

    user: Mapped[User] = relationship(lazy="raise")
    documents: Mapped[list["TransporterDocument"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="TransporterDocument.kind"
    )

    @property
    def duty(self) -> Duty:
        """Whether it works at present."""
        if self.is_available:
            return Duty.ON
        return Duty.OFF if self.break_until is None else Duty.BREAK

    def go(self, duty: Duty, break_until: datetime | None = None) -> None:
        """On duty, off duty, or on a break until then; what was not answered before is forgotten."""
        self.is_available = duty is Duty.ON
        self.break_until = break_until if duty is Duty.BREAK else None
        self.unanswered = 0

    def papers_in_order(self, today: date) -> bool:
        """Whether the transporter and every document is verified and no document is expired."""
        return self.verified_at is not None and all(document.is_good(today) for document in self.documents)

    @property
    def account_in_order(self) -> bool:
        """Whether the account is open and still a transporter's; the user is loaded."""
        return self.user.is_active and self.user.has(Role.TRANSPORTER)

    def withdraw_verification(self) -> None:
        """What an admin saw is no longer what is there."""
        self.papers_version += 1
        self.verified_at = None

    def change_ratings(self, taken_out: int | None, put_in: int | None) -> None:
        """Replace one rating (1–5) by another; None is no rating."""
        for rating, sign in ((taken_out, -1), (put_in, 1)):
            if rating is not None:
                self.rating_sum += sign * rating
                self.rating_count += sign
        if self.rating_count > 0:
            self.rating = (Decimal(self.rating_sum) / self.rating_count).quantize(Decimal("0.001"))
        else:
            self.rating = UNRATED


class TransporterDocument(IdentityBase):
    """A licence, a registration, an insurance: one of each kind."""

    __tablename__ = "transporter_documents"
    __table_args__ = (
        UniqueConstraint("transporter_id", "kind"),
        Index("ix_transporter_documents_expires_on", "expires_on"),
        CheckConstraint("verified_at IS NULL OR outdated_at IS NULL", name="outdated_unverified"),
    )

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(64))
    expires_on: Mapped[date | None] = mapped_column(Date)
    verified_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    outdated_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """Since when its transporter has another vehicle than the one that it is of."""

    def is_good(self, today: date) -> bool:
        """Whether it is verified and not over."""
        return self.verified_at is not None and (self.expires_on is None or self.expires_on >= today)


class TransporterShift(IdentityBase):
    """A weekly time in which a transporter has planned to work, by Nepal's clock; whoever has none is asked any time.

    ``weekday``: 0 is Monday. ``begins`` and ``ends``: minutes of the day, the end not included.
    """

    __tablename__ = "transporter_shifts"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_a_week"),
        CheckConstraint("begins >= 0 AND begins < ends AND ends <= 1440", name="minutes_of_a_day"),
        Index("ix_transporter_shifts_transporter_id", "transporter_id", "weekday", "begins", unique=True),
    )

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    begins: Mapped[int] = mapped_column(SmallInteger)
    ends: Mapped[int] = mapped_column(SmallInteger)

"""Attempts: the transporter was at the door and could not hand the parcel over."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ARRAY, CheckConstraint, Double, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum


class AttemptReason(StrEnum):
    """Why a parcel could not be handed over."""

    NOBODY_THERE = "nobody_there"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    CANNOT_PAY = "cannot_pay"
    CLOSED = "closed"
    UNSAFE = "unsafe"
    DAMAGED = "damaged"
    LOST = "lost"
    OTHER = "other"

    @property
    def told(self) -> str:
        """The sentence for whoever waits for the parcel."""
        return TOLD[self]


TOLD = {
    AttemptReason.NOBODY_THERE: "Delivery attempted: nobody was there",
    AttemptReason.WRONG_ADDRESS: "Delivery attempted: the address was not found",
    AttemptReason.REFUSED: "Delivery attempted: the parcel was refused",
    AttemptReason.CANNOT_PAY: "Delivery attempted: it could not be paid at the door",
    AttemptReason.CLOSED: "Delivery attempted: the place was closed",
    AttemptReason.UNSAFE: "Delivery attempted: the place could not be reached safely",
    AttemptReason.DAMAGED: "Package damaged",
    AttemptReason.LOST: "Package missing",
    AttemptReason.OTHER: "Delivery attempted: the parcel could not be handed over",
}


TROUBLES = frozenset({AttemptReason.DAMAGED, AttemptReason.LOST})
"""No matter of another try: a dispatcher looks at it. It may be told however often it was tried, and from anywhere."""

UNREACHED = frozenset({AttemptReason.WRONG_ADDRESS, AttemptReason.UNSAFE})
"""Where it happens is where the way ends or the pin was wrong, which may be far from the door: told from there too."""

FROM_AFAR: Final = "from_afar"
"""Flag of an attempt that was told from farther than the shop lets a try be: it counts as none."""


class DeliveryAttempt(IdentityBase):
    """One attempt, counted from 1 for each delivery. Degrees."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place_whole"),
    )

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), index=True)
    reason: Mapped[AttemptReason] = mapped_column(text_enum(AttemptReason))
    note: Mapped[str] = mapped_column(Text, default="")
    photo: Mapped[str | None] = mapped_column(String(200))
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    next_try_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When the transporter means to come again, if it said so."""
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    """When it was, as far as that is believed."""
    noticed_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    """When we were told."""
    happened_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When it was by the word of the transporter's phone; the same again is the same attempt."""
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default=text("'{}'"))
    """What makes place or time implausible, for admins."""

    @property
    def is_try(self) -> bool:
        """Whether it counts: what is told from anywhere unlocks no way back."""
        return self.reason not in TROUBLES and FROM_AFAR not in self.flags

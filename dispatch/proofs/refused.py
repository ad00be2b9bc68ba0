"""What was sent as proof of a step that came too late: the step is not taken, and what proved it is kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Double, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum
from dispatch.proofs.kinds import Relation


class RefusedStep(StrEnum):
    """Which step was refused."""

    PICKUP = "pickup"
    DELIVER = "deliver"
    ATTEMPT = "attempt"
    GIVE_BACK = "give_back"
    RETURN = "return"


class RefusedHandover(IdentityBase):
    """One of them, counted from 1 for each delivery. No part of the chain of proofs: nothing changed hands by it.

    ``photo`` and ``signature`` are keys of the photo store; the hashes are of the files' content.
    """

    __tablename__ = "refused_handovers"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        UniqueConstraint("delivery_id", "transporter_id", "fingerprint", name="uq_refused_handovers_sent"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(photo IS NULL) = (photo_hash IS NULL)", name="photo_whole"),
        CheckConstraint("(signature IS NULL) = (signature_hash IS NULL)", name="signature_whole"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place_whole"),
    )

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    number: Mapped[int] = mapped_column(Integer)
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), index=True)
    step: Mapped[RefusedStep] = mapped_column(text_enum(RefusedStep))
    refusal: Mapped[str] = mapped_column(String(32))
    """Why, as the code of the answer says it."""
    delivery_status: Mapped[str] = mapped_column(String(32))
    """How the delivery stood then."""
    photo: Mapped[str | None] = mapped_column(String(200))
    photo_hash: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(String(200))
    signature_hash: Mapped[str | None] = mapped_column(String(64))
    signed_by: Mapped[str] = mapped_column(String(120), default="")
    relation: Mapped[Relation | None] = mapped_column(text_enum(Relation))
    scanned: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(32), default="")
    """Of an attempt, or of what was given back: a word, such as ``nobody_there``."""
    notes: Mapped[str] = mapped_column(Text, default="")
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    distance_m: Mapped[float | None] = mapped_column(Double)
    """From there to the address."""
    fix_age_s: Mapped[float | None] = mapped_column(Double)
    """How old the transporter's last position was then."""
    happened_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When it was by the word of the transporter's phone."""
    noticed_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of all that was sent: the same again is the same."""

"""What sellers require, the codes that customers are told, and what proved each handover."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, IdentityBase, reference, text_enum
from dispatch.proofs.kinds import ProofKind, Proved, Relation

Kinds = list[str]


class SellerProofs(IdentityAuditBase):
    """What a seller's new deliveries require where they do not say so themselves."""

    __tablename__ = "seller_proofs"
    __table_args__ = (CheckConstraint("age_minimum BETWEEN 1 AND 120", name="age_in_range"),)

    seller_id: Mapped[int] = mapped_column(reference("users.id"), unique=True)
    pickup: Mapped[Kinds] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    drop_off: Mapped[Kinds] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    returns: Mapped[Kinds] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    age_minimum: Mapped[int | None] = mapped_column(SmallInteger)


class DeliveryCode(IdentityBase):
    """A delivery's code: it is made of the server's key and ``salt``, so that the database alone does not tell it."""

    __tablename__ = "delivery_codes"
    __table_args__ = (CheckConstraint("wrong_tries >= 0", name="tries_not_negative"),)

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), unique=True)
    salt: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    wrong_tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    locked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """The wrong code was said too often."""
    waived_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """A dispatcher let the parcel be handed over without it."""


def kinds_of(names: Kinds) -> frozenset[ProofKind]:
    """A column's kinds; a name that another version of the server knows is left out."""
    known = {kind.value for kind in ProofKind}
    return frozenset(ProofKind(name) for name in names if name in known)


class ProofRecord(IdentityBase):
    """What proved one handover or attempt, for good: chained to the one before of its delivery and of all.

    ``photo`` and ``signature`` are keys of the photo store; the hashes are of the files' content.
    """

    __tablename__ = "proof_records"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index("ix_proof_records_of_transporter", "transporter_id", "id"),
        CheckConstraint("number > 0 AND place_in_all > 0", name="numbers_positive"),
        CheckConstraint(
            "num_nulls(attempt, reason) = CASE WHEN \"end\" = 'attempt' THEN 0 ELSE 2 END", name="attempt_whole"
        ),
        CheckConstraint("(photo IS NULL) = (photo_hash IS NULL)", name="photo_whole"),
        CheckConstraint("(signature IS NULL) = (signature_hash IS NULL)", name="signature_whole"),
    )

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    number: Mapped[int] = mapped_column(Integer)
    """Of its delivery, from 1."""
    place_in_all: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Of all of them, from 1 and without gaps."""
    end: Mapped[Proved] = mapped_column(text_enum(Proved))
    step_id: Mapped[int] = mapped_column(reference("delivery_trackings.id"), index=True)
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    photo: Mapped[str | None] = mapped_column(String(200))
    photo_hash: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(String(200))
    signature_hash: Mapped[str | None] = mapped_column(String(64))
    signed_by: Mapped[str] = mapped_column(String(120), default="")
    relation: Mapped[Relation | None] = mapped_column(text_enum(Relation))
    checked: Mapped[Kinds] = mapped_column(ARRAY(String(16)))
    """What else was looked at and found right: code, barcode, age."""
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    distance_m: Mapped[float | None] = mapped_column(Double)
    """From there to the address."""
    fix_age_s: Mapped[float | None] = mapped_column(Double)
    """How old the transporter's last position was then."""
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    attempt: Mapped[int | None] = mapped_column(SmallInteger)
    """Of an attempt: its number."""
    reason: Mapped[str | None] = mapped_column(String(32))
    """Of an attempt: why the parcel could not be handed over, a value of ``AttemptReason``."""
    happened_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    """When it was, as far as that is believed."""
    noticed_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    previous_of_delivery: Mapped[str] = mapped_column(String(64))
    """The hash of the delivery's record before; empty for its first."""
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
    """The hash under the server's key: who writes into the database alone cannot make one."""


class ProofChainHead(IdentityBase):
    """The newest of all records, in the one row that whoever adds one holds."""

    __tablename__ = "proof_chain_heads"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    records: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))

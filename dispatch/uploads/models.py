"""What arrives in parts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityBase,
    reference,
)


class Upload(IdentityBase):
    """A file of somebody's that arrives in parts; ``received`` of its ``length`` bytes are there."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name="received_of_length"),
        Index("ix_uploads_user_id", "user_id", "created_at"),
        Index("ix_uploads_expires_at", "expires_at"),
    )

    upload_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(reference("users.id"))
    length: Mapped[int] = mapped_column(Integer)
    received: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When a step that was taken named it first."""


class UploadPart(CommonTableAttributes, AdvancedDeclarativeBase):
    """The bytes of one part, from ``start`` on."""

    __tablename__ = "upload_parts"

    upload: Mapped[int] = mapped_column(reference("uploads.id"), primary_key=True, autoincrement=False)
    start: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)

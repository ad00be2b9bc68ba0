"""What was handed in, what was decided about it, and what was reminded of."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityBase,
    reference,
    text_enum,
)
from dispatch.transporters.documents.kinds import DocumentKind, UploadState


class DocumentUpload(IdentityBase):
    """A picture of a document that somebody handed in. ``file``: its key in the store of documents, until it is gone.

    The document itself (``TransporterDocument``) becomes as it says once it is approved; until then the one before
    stands, as long as it is good.
    """

    __tablename__ = "document_uploads"
    __table_args__ = (
        Index("ix_document_uploads_transporter_id", "transporter_id", "id"),
        Index(
            "uq_document_uploads_waiting", "transporter_id", "kind", unique=True, postgresql_where="state = 'waiting'"
        ),
        Index("ix_document_uploads_queue", "id", postgresql_where="state = 'waiting'"),
        Index("ix_document_uploads_ended", "ended_at", postgresql_where="file IS NOT NULL"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_once"),
        CheckConstraint("(file IS NULL) = (removed_at IS NOT NULL)", name="file_or_removed"),
    )

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    kind: Mapped[DocumentKind] = mapped_column(text_enum(DocumentKind))
    number: Mapped[str] = mapped_column(String(64))
    expires_on: Mapped[date | None] = mapped_column(Date)
    """Its last day."""
    file: Mapped[str | None] = mapped_column(String(200), unique=True)
    file_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[UploadState] = mapped_column(text_enum(UploadState), default=UploadState.WAITING)
    handed_in_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    """The admin's user; None where its holder, or the end of their account, ended it."""
    reason: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """Since when nothing stands on it any more."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When its picture was let go of."""


class DocumentReminder(CommonTableAttributes, AdvancedDeclarativeBase):
    """That a transporter was reminded of a document's last day so many days before it, and when."""

    __tablename__ = "document_reminders"

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_on: Mapped[date] = mapped_column(Date, primary_key=True)
    days_before: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))

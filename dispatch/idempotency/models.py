"""Requests that carry an ``Idempotency-Key``, and what was answered to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, String, false
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC, reference


class AnsweredRequest(CommonTableAttributes, AdvancedDeclarativeBase):
    """An ``Idempotency-Key`` of a user and the answer it got; without a status it is still being answered.

    ``lease`` names the run that answers it: only that one may write down or forget the answer. ``committed`` is written
    in the run's first transaction that changes something: where no answer is known, it tells whether anything was done.
    """

    __tablename__ = "answered_requests"

    user_id: Mapped[int] = mapped_column(reference("users.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    lease: Mapped[UUID | None]
    committed: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[int | None] = mapped_column(SmallInteger)
    media_type: Mapped[str | None] = mapped_column(String(100))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)

"""Items of jobs whose own rows say nothing of tries: taken just now, or failed before."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC


class JobItem(CommonTableAttributes, AdvancedDeclarativeBase):
    """``next_attempt_at`` is the end of a lease, or of the pause after a failure; what was done has no row.

    ``failed_at`` is when it failed first, None where it did not. A dead one is not tried by itself any more.
    """

    __tablename__ = "job_items"
    __table_args__ = (
        Index("ix_job_items_next_attempt_at", "next_attempt_at"),
        Index("ix_job_items_dead", "job", postgresql_where=text("is_dead")),
    )

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    item: Mapped[str] = mapped_column(String(300), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    failed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    last_error: Mapped[str | None] = mapped_column(String(300))
    is_dead: Mapped[bool] = mapped_column(Boolean)

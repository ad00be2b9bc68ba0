"""Invoices and the counters that number them without gaps."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC, IdentityBase, reference


class InvoiceCounter(CommonTableAttributes, AdvancedDeclarativeBase):
    """The last number given out in a series and fiscal year.

    A row and not a sequence: a transaction that rolls back gives its number back, so there are no gaps.
    """

    __tablename__ = "invoice_counters"

    series: Mapped[str] = mapped_column(String(8), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(Integer)


class Invoice(IdentityBase):
    """What was invoiced, as it was; never edited. A refund is corrected by a credit note."""

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("fiscal_year", "number"),)

    payment_id: Mapped[int] = mapped_column(reference("payment_transactions.id"), unique=True)
    invoice_number: Mapped[str] = mapped_column(String(40), unique=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

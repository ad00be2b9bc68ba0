"""The ledger's rows: where every paisa of a payment is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum


class LedgerAccount(StrEnum):
    """Where money stands. Entries of one event add up to zero.

    ``gateway`` is what the gateway holds for us (positive); ``sales``, ``vat`` and ``shipping`` are what it was
    taken for, ``owed`` what belongs back to the buyer (negative).
    """

    GATEWAY = "gateway"
    SALES = "sales"
    VAT = "vat"
    SHIPPING = "shipping"
    OWED = "owed"


class LedgerEntry(IdentityBase):
    """One movement, never changed: a correction is another entry."""

    __tablename__ = "ledger_entries"

    payment_id: Mapped[int] = mapped_column(reference("payment_transactions.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(reference("refunds.id"), index=True)
    sale_id: Mapped[int | None] = mapped_column(reference("sales.id"), index=True)
    account: Mapped[LedgerAccount] = mapped_column(text_enum(LedgerAccount))
    amount_paisa: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))

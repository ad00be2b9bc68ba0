"""The history of positions."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Double, Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC


class StoredFix(CommonTableAttributes, AdvancedDeclarativeBase):
    """One accepted fix, exactly once: its key is what the phone calls it.

    ``recorded_at`` is the device's clock, ``received_at`` ours. No foreign key: a hot, append-only table is not
    the place to check what the ingest checked.
    """

    __tablename__ = "stored_fixes"
    __table_args__ = (Index("ix_stored_fixes_transporter_time", "transporter_id", "recorded_at"),)

    transporter_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    device: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    speed_mps: Mapped[float | None] = mapped_column(Float)
    heading_deg: Mapped[float | None] = mapped_column(Float)
    battery: Mapped[float | None] = mapped_column(Float)
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list)

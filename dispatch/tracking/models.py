"""The history of positions, and what keeps it free of doubles."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Double, Float, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC


class StoredFix(CommonTableAttributes, AdvancedDeclarativeBase):
    """One accepted fix. ``recorded_at`` is the device's clock, ``received_at`` ours.

    Partitioned by the day of ``recorded_at`` (UTC), so that old days are dropped whole; the key begins with what
    every question begins with, a transporter and a time, so that one index serves all. That a fix stands here once,
    even when it comes again with another ``recorded_at``, is ``StoredSeqs``' work. No foreign key: a hot,
    append-only table is not the place to check what the ingest checked.
    """

    __tablename__ = "stored_fixes"
    __table_args__ = ({"postgresql_partition_by": "RANGE (recorded_at)"},)

    transporter_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), primary_key=True)
    device: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    received_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    speed_mps: Mapped[float | None] = mapped_column(Float)
    heading_deg: Mapped[float | None] = mapped_column(Float)
    battery: Mapped[float | None] = mapped_column(Float)
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list)


class StoredSeqs(CommonTableAttributes, AdvancedDeclarativeBase):
    """Which of 4,096 consecutive seqs of one device's numbering are stored: a bitmap, lowest bit first.

    Its row lock is where two writers that hold the same fix meet.
    """

    __tablename__ = "stored_seqs"
    __table_args__ = ({"postgresql_with": {"fillfactor": "70"}},)

    transporter_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    device: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    chunk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seen: Mapped[bytes] = mapped_column(LargeBinary)
    newest_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)

"""Where rolling dispatch stands, place by place, and what it has done."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityBase,
)

OUTSIDE = 0
"""Stands for what lies in no zone, wherever a zone has its number."""


class RollingPlace(CommonTableAttributes, AdvancedDeclarativeBase):
    """A place that is dispatched by itself: who leads there, and what its last tick came to.

    ``zone_id`` is ``OUTSIDE`` for what lies in no zone; no foreign key, so that a zone may go while a tick runs.
    ``leader`` has it until ``lease_until``; ``term`` grows with each change of leaders, and whoever writes for a place
    holds this row and looks whether its term still stands. Seconds, points. ``left_out``: the first of those that
    wait and that the last plan gives to nobody, as numbers with words. ``calls``: whom it calls for and at which
    prices, packed.
    """

    __tablename__ = "rolling_places"

    zone_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leader: Mapped[str] = mapped_column(String(120))
    term: Mapped[int] = mapped_column(BigInteger)
    lease_until: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    next_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    ticked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    duration_s: Mapped[float | None] = mapped_column(Double)
    waiting: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    given: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    offered: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    moved: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    total: Mapped[float | None] = mapped_column(Double)
    upper_bound: Mapped[float | None] = mapped_column(Double)
    certified: Mapped[bool | None] = mapped_column(Boolean)
    held_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    left_out_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    left_out: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    error: Mapped[str] = mapped_column(Text, server_default=text("''"))
    calls: Mapped[bytes | None] = mapped_column(LargeBinary)


class RollingTick(IdentityBase):
    """A tick that did something. Seconds, points.

    ``moved_free`` were given and not accepted, ``moved_accepted`` were accepted by whom they were taken from.
    """

    __tablename__ = "rolling_ticks"
    __table_args__ = (Index("ix_rolling_ticks_zone_id_at", "zone_id", "at"),)

    zone_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
    term: Mapped[int] = mapped_column(BigInteger)
    duration_s: Mapped[float] = mapped_column(Double)
    waiting: Mapped[int] = mapped_column(Integer)
    held: Mapped[int] = mapped_column(Integer)
    given: Mapped[int] = mapped_column(Integer)
    offered: Mapped[int] = mapped_column(Integer)
    moved_free: Mapped[int] = mapped_column(Integer)
    moved_accepted: Mapped[int] = mapped_column(Integer)
    total: Mapped[float | None] = mapped_column(Double)
    upper_bound: Mapped[float | None] = mapped_column(Double)
    certified: Mapped[bool | None] = mapped_column(Boolean)


class RollingMove(IdentityBase):
    """A delivery that rolling dispatch took from one transporter for another. Seconds.

    ``accepted``: its transporter had said that it would carry it, so it is moved no other time. ``gain_s``: so much
    sooner it was expected at its door.
    """

    __tablename__ = "rolling_moves"
    __table_args__ = (Index("ix_rolling_moves_once", "delivery_id", unique=True, postgresql_where=text("accepted")),)

    delivery_id: Mapped[int] = mapped_column(BigInteger)
    zone_id: Mapped[int] = mapped_column(BigInteger)
    taken_from: Mapped[int] = mapped_column(BigInteger)
    given_to: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[bool] = mapped_column(Boolean)
    gain_s: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)

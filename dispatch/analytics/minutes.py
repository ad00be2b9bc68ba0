"""How the server did, minute after minute, for as long as it is looked back: written by upkeep, read by operators.

Each process that does upkeep writes a row a minute. What it counted itself (pings, solving) differs between hosts and
is added up; what it read from the database is the same whoever read it, and stands once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from advanced_alchemy.base import AdvancedDeclarativeBase, CommonTableAttributes
from sqlalchemy import BigInteger, Double, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC
from dispatch.database.engine import Database

KEPT: Final = timedelta(days=7)
MINUTE: Final = timedelta(minutes=1)
MOST_POINTS: Final = 400
STEPS_S: Final = (60, 300, 900, 1800)


class MinuteFigures(CommonTableAttributes, AdvancedDeclarativeBase):
    """A minute as one process saw it. ``seconds``: over so many the counters are; null where none were known before.

    ``ack_half_s`` and ``ack_most_s``: within these, half and 99 of a hundred batches of pings were acknowledged.
    ``eta_error_s`` and ``eta_late_s`` are sums over the ``eta_known`` deliveries of the minute of which it had been
    said when they come: how far that was off, and how far too late they were.
    """

    __tablename__ = "minute_figures"

    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), primary_key=True)
    source: Mapped[str] = mapped_column(String(36), primary_key=True)
    seconds: Mapped[float | None] = mapped_column(Double)
    pings: Mapped[int | None] = mapped_column(BigInteger)
    pings_lost: Mapped[int | None] = mapped_column(BigInteger)
    ack_half_s: Mapped[float | None] = mapped_column(Double)
    ack_most_s: Mapped[float | None] = mapped_column(Double)
    solver_runs: Mapped[int | None] = mapped_column(Integer)
    solver_s: Mapped[float | None] = mapped_column(Double)
    backlog: Mapped[int | None] = mapped_column(BigInteger)
    online: Mapped[int | None] = mapped_column(BigInteger)
    waiting: Mapped[int | None] = mapped_column(BigInteger)
    messages: Mapped[int | None] = mapped_column(BigInteger)
    offers_accepted: Mapped[int | None] = mapped_column(BigInteger)
    offers_declined: Mapped[int | None] = mapped_column(BigInteger)
    offers_expired: Mapped[int | None] = mapped_column(BigInteger)
    eta_known: Mapped[int | None] = mapped_column(BigInteger)
    eta_error_s: Mapped[float | None] = mapped_column(Double)
    eta_late_s: Mapped[float | None] = mapped_column(Double)


_COLUMNS: Final = tuple(MinuteFigures.__table__.columns.keys())
_PLACES: Final = ", ".join(f"${place + 1}" for place in range(len(_COLUMNS)))
KEEP: Final = f"INSERT INTO minute_figures ({', '.join(_COLUMNS)}) VALUES ({_PLACES}) ON CONFLICT DO NOTHING"  # noqa: S608

# What waits now, and what ended in a minute that is over.
BUSINESS: Final = """
SELECT
  (SELECT count(*) FROM deliveries WHERE status = 'available'
     AND (on_hold_since IS NULL OR on_hold_until <= now())) AS waiting,
  (SELECT count(*) FROM outbox_messages WHERE status = 'pending') AS messages,
  o.*, e.*
FROM (
  SELECT count(*) FILTER (WHERE status = 'accepted') AS offers_accepted,
         count(*) FILTER (WHERE status = 'declined') AS offers_declined,
         count(*) FILTER (WHERE status = 'expired') AS offers_expired
  FROM offers WHERE ended_at >= $1 AND ended_at < $2
) AS o, (
  SELECT count(*) AS eta_known, coalesce(sum(abs(off_s)), 0)::float AS eta_error_s,
         coalesce(sum(off_s), 0)::float AS eta_late_s
  FROM (
    SELECT extract(epoch FROM delivered_at - estimated_delivery_time) AS off_s FROM deliveries
    WHERE delivered_at >= $1 AND delivered_at < $2 AND estimated_delivery_time IS NOT NULL
  ) AS delivered
) AS e
"""
_READ: Final = """
WITH minutes AS (
  SELECT at, sum(pings / nullif(seconds, 0)) AS pings_per_s, sum(pings_lost / nullif(seconds, 0)) AS pings_lost_per_s,
    max(ack_half_s) AS ack_half_s, max(ack_most_s) AS ack_most_s, sum(solver_runs) AS solver_runs,
    sum(solver_s) AS solver_s, max(backlog) AS backlog, max(online) AS online, max(waiting) AS waiting,
    max(messages) AS messages, max(offers_accepted) AS accepted, max(offers_declined) AS declined,
    max(offers_expired) AS expired, max(eta_known) AS eta_known, max(eta_error_s) AS eta_error_s,
    max(eta_late_s) AS eta_late_s
  FROM minute_figures WHERE at >= $1 AND at < $2 GROUP BY at
), steps AS (
  SELECT date_bin($3, at, $1) AS step, avg(pings_per_s) AS pings_per_s, avg(pings_lost_per_s) AS pings_lost_per_s,
    max(ack_half_s) AS ack_half_s, max(ack_most_s) AS ack_most_s, sum(solver_runs) AS solver_runs,
    sum(solver_s) / nullif(sum(solver_runs), 0) AS solver_mean_s, max(backlog) AS backlog,
    max(online) AS online, max(waiting) AS waiting, max(messages) AS messages, sum(accepted) AS offers_accepted,
    sum(declined) AS offers_declined, sum(expired) AS offers_expired, sum(eta_known) AS eta_known,
    sum(eta_error_s) / nullif(sum(eta_known), 0) AS eta_error_s,
    sum(eta_late_s) / nullif(sum(eta_known), 0) AS eta_late_s
  FROM minutes GROUP BY step
)
SELECT at, steps.* FROM generate_series($1, $2 - $3, $3) AS at LEFT JOIN steps ON steps.step = at ORDER BY at
"""


@dataclass(frozen=True, slots=True)
class History:
    """Stretches of the same length, one after the other, and each figure's values in them; None where none is known."""

    starts_at: datetime
    step_s: int
    figures: Mapping[str, list[float | None]]


FIGURES: Final = (
    "pings_per_s",
    "pings_lost_per_s",
    "ack_half_s",
    "ack_most_s",
    "backlog",
    "online",
    "waiting",
    "messages",
    "offers_accepted",
    "offers_declined",
    "offers_expired",
    "eta_known",
    "eta_error_s",
    "eta_late_s",
    "solver_runs",
    "solver_mean_s",
)


def step_of(hours: int) -> int:
    """So many seconds that so many hours are not more points than a screen shows."""
    return next(step for step in STEPS_S if hours * 3600 / step <= MOST_POINTS)


async def read_history(database: Database, now: datetime, hours: int) -> History:
    """The last hours in equal stretches, the newest of which may not be over."""
    step = timedelta(seconds=step_of(hours))
    since_s = now.timestamp() % step.total_seconds()
    until = now - timedelta(seconds=since_s) + step
    starts_at = until - timedelta(hours=hours)
    async with database.connection() as driver:
        rows = await driver.fetch(_READ, starts_at, until, step)
    figures = {name: [None if row[name] is None else float(row[name]) for row in rows] for name in FIGURES}
    return History(starts_at, int(step.total_seconds()), figures)


async def keep_minute(database: Database, minute: datetime, source: str, counted: Mapping[str, Any]) -> None:
    """Write a minute that is over, beside what its process counted; let go of what is too old."""
    async with database.transaction() as connection:
        read = dict(await connection.fetchrow(BUSINESS, minute, minute + MINUTE))
        row = {"at": minute, "source": source, **read, **counted}
        await connection.execute(KEEP, *(row.get(name) for name in _COLUMNS))
        await connection.execute("DELETE FROM minute_figures WHERE at < $1", minute - KEPT)

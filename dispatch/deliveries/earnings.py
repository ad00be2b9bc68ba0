"""What a transporter earned, by the days of Nepal: the deliveries that it handed over, and nothing beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.bikram_sambat import NEPAL_TIME, fiscal_year_of, months_of_fiscal_year, nepal_date
from dispatch.deliveries.models import Delivery
from dispatch.errors import Invalid

MOST_DAYS: Final = 400
WEEK: Final = timedelta(days=7)


class Portion(StrEnum):
    """Into what a statement is divided."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    """A month of the Bikram calendar."""


@dataclass(frozen=True, slots=True)
class Earning:
    """One delivery that was handed over."""

    delivery_id: int
    tracking_number: str
    delivered_at: datetime
    fee: Decimal
    earned: Decimal

    @property
    def day(self) -> date:
        """In Nepal."""
        return nepal_date(self.delivered_at)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A portion of a statement, with the deliveries that make its sum."""

    name: str
    first: date
    last: date
    lines: Sequence[Earning]

    @property
    def total(self) -> Decimal:
        """Of its deliveries."""
        return sum((line.earned for line in self.lines), Decimal(0))


async def earnings_of(session: AsyncSession, transporter_id: int, first: date, last: date) -> list[Earning]:
    """Every delivery of the days, oldest first. Raises Invalid for days that are too many or none."""
    if last < first:
        raise Invalid("There are no such days.", fields={"date_to": "must not lie before date_from"})
    if (last - first).days >= MOST_DAYS:
        raise Invalid(
            "These are too many days.", fields={"date_to": f"must lie within {MOST_DAYS} days after date_from"}
        )
    start = datetime.combine(first, time.min, NEPAL_TIME)
    end = datetime.combine(last + timedelta(days=1), time.min, NEPAL_TIME)
    query = (
        select(Delivery.id, Delivery.tracking_number, Delivery.delivered_at, Delivery.delivery_fee, Delivery.earnings)
        .where(Delivery.transporter_id == transporter_id, Delivery.delivered_at >= start, Delivery.delivered_at < end)
        .order_by(Delivery.delivered_at, Delivery.id)
    )
    found = await session.execute(query)
    return [
        Earning(number, tracking, at, fee, earned or Decimal(0)) for number, tracking, at, fee, earned in found if at
    ]


def statement(lines: Sequence[Earning], first: date, last: date, by: Portion) -> list[Earnings]:
    """The deliveries by portion, oldest first; portions in which nothing was delivered are left out."""
    found: dict[tuple[str, date, date], list[Earning]] = {}
    for line in lines:
        found.setdefault(_portion_of(line.day, by), []).append(line)
    return [Earnings(name, max(start, first), min(end, last), within) for (name, start, end), within in found.items()]


def _portion_of(day: date, by: Portion) -> tuple[str, date, date]:
    if by is Portion.DAY:
        return day.isoformat(), day, day
    if by is Portion.WEEK:  # a week of Nepal begins on Sunday
        start = day - timedelta(days=(day.weekday() + 1) % 7)
        return (
            f"{start.isoformat()} – {(start + WEEK - timedelta(days=1)).isoformat()}",
            start,
            start + timedelta(days=6),
        )
    month = next(one for one in months_of_fiscal_year(fiscal_year_of(day)) if one.first <= day <= one.last)
    return month.name, month.first, month.last

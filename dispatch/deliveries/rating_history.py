"""How customers rated a transporter, month by month of the Bikram calendar; never who rated how."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.bikram_sambat import NEPAL_TIME, BikramMonth, fiscal_year_of, months_of_fiscal_year, nepal_date
from dispatch.deliveries.models import Delivery

MONTHS: Final = 12
RATINGS: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class RatedMonth:
    """A month: how many deliveries were handed over, and how often each rating was given for them."""

    name: str
    first: date
    last: date
    delivered: int
    ratings: dict[int, int]

    @property
    def rated(self) -> int:
        """How many of them were rated."""
        return sum(self.ratings.values())

    @property
    def average(self) -> float | None:
        """Of the ratings; None where there is none."""
        total = sum(rating * count for rating, count in self.ratings.items())
        return round(total / self.rated, 2) if self.rated else None


def _months_until(day: date) -> Iterator[BikramMonth]:
    """The month of a day, and those before it, newest first."""
    year = fiscal_year_of(day)
    while True:
        for month in reversed(months_of_fiscal_year(year)):
            if month.first <= day:
                yield month
        year = fiscal_year_of(date.fromordinal(months_of_fiscal_year(year)[0].first.toordinal() - 1))


async def rating_history(session: AsyncSession, transporter_id: int, now: datetime) -> list[RatedMonth]:
    """The last twelve months, newest first, by when the deliveries were handed over; from one statement."""
    newest_first = _months_until(nepal_date(now))
    months = [next(newest_first) for _ in range(MONTHS)]
    start = datetime.combine(months[-1].first, time.min, NEPAL_TIME)
    day = func.date(func.timezone("Asia/Kathmandu", Delivery.delivered_at)).label("day")
    query = (
        select(day, Delivery.counted_rating, func.count())
        .where(Delivery.transporter_id == transporter_id, Delivery.delivered_at >= start)
        .group_by(text("day"), Delivery.counted_rating)
    )
    delivered: Counter[date] = Counter()
    ratings: dict[date, Counter[int]] = {month.first: Counter() for month in months}
    for handed_over_on, rating, count in await session.execute(query):
        month = next((one for one in months if one.first <= handed_over_on <= one.last), months[0])
        delivered[month.first] += count
        if rating is not None:
            ratings[month.first][rating] += count
    return [
        RatedMonth(
            one.name,
            one.first,
            one.last,
            delivered[one.first],
            {rating: ratings[one.first][rating] for rating in RATINGS},
        )
        for one in months
    ]

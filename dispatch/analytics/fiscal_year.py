"""A seller's fiscal year, month by month in Nepal."""

from dataclasses import dataclass
from datetime import datetime, time

from dispatch.analytics.periods import Period
from dispatch.analytics.sales import SalesFigures, Takings, sum_of
from dispatch.bikram_sambat import BikramMonth, months_of_fiscal_year
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME


@dataclass(frozen=True, slots=True)
class MonthTakings:
    """The takings of a month."""

    month: BikramMonth
    takings: Takings


async def takings_by_month(figures: SalesFigures, year: int) -> list[MonthTakings]:
    """All twelve, also those in which nothing was sold. Raises Invalid for a year that nobody knows."""
    months = months_of_fiscal_year(year)
    start = datetime.combine(months[0].first, time.min, NEPAL_TIME)
    end = datetime.combine(months[-1].last, time.max, NEPAL_TIME)
    days = await figures.by_day(Period(start, end))
    return [
        MonthTakings(month, sum_of([one.takings for one in days if month.first <= one.day <= month.last]))
        for month in months
    ]

"""What a customer spent, by the months of Nepal's calendar, and when they began."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final

from sqlalchemy import text

from dispatch.accounts.models import User
from dispatch.bikram_sambat import BikramMonth, month_of
from dispatch.database.work import Work
from dispatch.money import from_paisa

# A payment counts on the day on which its sales were made, with what went back of it since, whenever that was.
_BY_DAY: Final = text("""
WITH bought AS (
    SELECT transaction_id, nepal_day(min(created_at)) AS day,
           sum(CASE status WHEN 'cancelled' THEN 0 ELSE coalesce(quantity_delivered, quantity) END) AS units
    FROM sales WHERE buyer_id = :buyer GROUP BY transaction_id
)
SELECT day, count(*), sum(units)::bigint, sum(paid.total_amount),
       coalesce(sum(back.paisa), 0)::bigint
FROM bought JOIN payment_transactions AS paid USING (transaction_id)
CROSS JOIN LATERAL (
    SELECT sum(amount_paisa) AS paisa FROM refunds WHERE payment_id = paid.id AND status = 'succeeded'
) AS back
GROUP BY day ORDER BY day DESC
""")


@dataclass(frozen=True, slots=True)
class Spent:
    """What was ordered and paid, with tax and shipping, and what of that went back, in NPR."""

    orders: int
    units: int
    paid: Decimal
    refunded: Decimal

    @property
    def spent(self) -> Decimal:
        """What was not given back."""
        return self.paid - self.refunded


@dataclass(frozen=True, slots=True)
class MonthSpent:
    """What was spent on what was bought in a month."""

    month: BikramMonth
    spent: Spent


async def spent_by_month(work: Work, user: User) -> list[MonthSpent]:
    """The months in which somebody bought something, newest first."""
    rows = await work.session.execute(_BY_DAY, {"buyer": user.id})
    days: list[tuple[date, Spent]] = [
        (day, Spent(orders, units, paid, from_paisa(back))) for day, orders, units, paid, back in rows
    ]
    months = groupby(days, key=lambda one: month_of(one[0]))
    return [MonthSpent(month, spent_together(spent for _, spent in found)) for month, found in months]


def spent_together(parts: Iterable[Spent]) -> Spent:
    """All of them."""
    known = list(parts)
    nothing = Decimal("0.00")
    return Spent(
        sum(one.orders for one in known),
        sum(one.units for one in known),
        sum((one.paid for one in known), nothing),
        sum((one.refunded for one in known), nothing),
    )

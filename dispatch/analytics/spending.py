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

MOST_SALES: Final = 200
"""So many of somebody's newest are added up, so that an answer costs the same however long they have bought here."""

# A payment counts on the day on which its sales were made, with what went back of it since, whenever that was. Where
# there are more sales than are read the payment that was read last may have others, and does not count.
_BY_DAY: Final = text("""
WITH newest AS (
    SELECT id, transaction_id, created_at,
           CASE status WHEN 'cancelled' THEN 0 ELSE coalesce(quantity_delivered, quantity) END AS units
    FROM sales WHERE buyer_id = :buyer ORDER BY id DESC LIMIT :most + 1
), cut AS (
    SELECT count(*) > :most AS is_cut, CASE WHEN count(*) > :most THEN min(id) ELSE 0 END AS after_id FROM newest
), bought AS (
    SELECT transaction_id, nepal_day(min(created_at)) AS day, sum(units) AS units
    FROM newest GROUP BY transaction_id HAVING min(id) > (SELECT after_id FROM cut)
)
SELECT day, count(*), sum(units)::bigint, sum(paid.total_amount),
       coalesce(sum(back.paisa), 0)::bigint, (SELECT is_cut FROM cut)
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


@dataclass(frozen=True, slots=True)
class Spending:
    """The months in which somebody bought something, newest first.

    ``counted_from``: the day on which what is added up begins, where more was bought before; None where it is all.
    """

    months: list[MonthSpent]
    counted_from: date | None


async def spent_by_month(work: Work, user: User, most: int = MOST_SALES) -> Spending:
    """What somebody spent, as far as their newest ``most`` sales say it."""
    rows = (await work.session.execute(_BY_DAY, {"buyer": user.id, "most": most})).all()
    days: list[tuple[date, Spent]] = [
        (day, Spent(orders, units, paid, from_paisa(back))) for day, orders, units, paid, back, _ in rows
    ]
    months = groupby(days, key=lambda one: month_of(one[0]))
    found = [MonthSpent(month, spent_together(spent for _, spent in those)) for month, those in months]
    return Spending(found, days[-1][0] if rows and rows[-1].is_cut else None)


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

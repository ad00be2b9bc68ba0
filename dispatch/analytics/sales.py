"""Figures about sales, from sums that are kept with them (``sums.py``) and, of parts of days, from the sales."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select, text

from dispatch.accounts.models import Role, User
from dispatch.analytics.models import Scope
from dispatch.analytics.periods import Parts, Period
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.money import from_paisa
from dispatch.sales.models import Sale


@dataclass(frozen=True, slots=True)
class Takings:
    """What was sold, in NPR. ``revenue`` is what is left of ``gross`` after refunds."""

    sales: int
    units: int
    gross: Decimal
    refunded: Decimal

    @property
    def revenue(self) -> Decimal:
        """What is left."""
        return self.gross - self.refunded


NOTHING = Takings(0, 0, Decimal("0.00"), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class DayTakings:
    """The takings of a day in Nepal."""

    day: date
    takings: Takings


@dataclass(frozen=True, slots=True)
class Revenue:
    """The takings of a period, its newest ``days`` on which something was sold, and how many earlier ones it has."""

    total: Takings
    days: list[DayTakings]
    earlier_days: int


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """A product with its takings; one without sales has zeros."""

    product: Product
    takings: Takings


def sum_of(takings: Sequence[Takings]) -> Takings:
    """All together."""
    return Takings(
        sum(one.sales for one in takings),
        sum(one.units for one in takings),
        sum((one.gross for one in takings), Decimal("0.00")),
        sum((one.refunded for one in takings), Decimal("0.00")),
    )


_SUMS_AS = (
    "sum(sales)::bigint AS sales, sum(units)::bigint AS units, sum(gross) AS gross, "
    "sum(refunded_paisa)::bigint AS refunded_paisa"
)
_FOUND = "sales, units, gross, refunded_paisa"
# A sale with what went back of it, as far as its moment lies in one of the parts of days.
_IN_PARTS = """
SELECT product_id, nepal_day(created_at) AS day, 1,
       CASE status WHEN 'cancelled' THEN 0 ELSE coalesce(quantity_delivered, quantity) END,
       total_amount, refunded_of(id)
FROM sales WHERE created_at BETWEEN :begins{n} AND :ends{n} AND (:everybody OR seller_id = :seller)
"""


class SalesFigures:
    """Figures for a seller about their own sales, for an admin about all."""

    def __init__(self, work: Work, user: User, *, seller_id: int | None = None) -> None:
        """``seller_id`` narrows an admin's view to one seller."""
        self._session = work.session
        self._seller_id = seller_id if user.has(Role.ADMIN) else user.id

    async def by_day(self, period: Period) -> list[DayTakings]:
        """Day by day in Nepal, oldest first; days without sales are left out."""
        parts = period.parts()
        rows = await self._summed("day", self._kept_days(), parts)
        return [DayTakings(day, takings) for day, takings in sorted(rows) if takings.sales]

    async def revenue(self, period: Period, max_days: int) -> Revenue:
        """The sum of a whole period with its newest ``max_days`` days, oldest first.

        The database adds up: of ten years only the days that are told are read, so an answer costs what it shows.
        """
        union, values = self._found(self._kept_days(), period.parts())
        statement = text(f"""
            WITH by_day AS (SELECT day, {_SUMS_AS} FROM ({union}) AS found GROUP BY day HAVING sum(sales) <> 0)
            SELECT day, {_FOUND}, sum(sales) OVER ()::bigint, sum(units) OVER ()::bigint, sum(gross) OVER (),
                   sum(refunded_paisa) OVER ()::bigint, count(*) OVER ()
            FROM by_day ORDER BY day DESC LIMIT :max_days
        """)  # noqa: S608  ours
        rows = (await self._session.execute(statement, values | {"max_days": max_days})).all()
        days = [DayTakings(row[0], _takings(*row[1:5])) for row in reversed(rows)]
        return Revenue(_takings(*rows[0][5:9]) if rows else NOTHING, days, rows[0][9] - len(rows) if rows else 0)

    async def by_product(self, period: Period) -> list[ProductFigures]:
        """Product by product, the best selling first, with those that sold nothing."""
        query = select(Product).order_by(Product.id)
        if self._seller_id is not None:
            query = query.where(Product.seller_id == self._seller_id)
        products = (await self._session.scalars(query)).all()
        parts = period.parts()
        values: dict[str, Any] = dict(zip(("month", "last_month"), parts.months(), strict=True))
        spans = [f"scope = {Scope.PRODUCT_MONTH.value} AND first_day BETWEEN :month AND :last_month"]
        for n, (first, last) in enumerate(parts.days_beside()):
            spans.append(f"scope = {Scope.PRODUCT_DAY.value} AND first_day BETWEEN :day{n} AND :last_day{n}")
            values |= {f"day{n}": first, f"last_day{n}": last}
        kept = " UNION ALL ".join(
            f"""
            SELECT owner_id AS product_id, first_day AS day, {_FOUND} FROM sales_sums WHERE {span} AND (
                :everybody OR owner_id IN (SELECT id FROM products WHERE seller_id = :seller)
            )
            """  # noqa: S608  ours
            for span in spans
        )
        found = dict(await self._summed("product_id", kept, parts, **values))
        figures = [ProductFigures(product, found.get(product.id, NOTHING)) for product in products]
        return sorted(figures, key=lambda one: -one.takings.gross)

    def _kept_days(self) -> str:
        scope = Scope.ALL_DAY if self._seller_id is None else Scope.SELLER_DAY
        return f"""
            SELECT 0 AS product_id, first_day AS day, {_FOUND} FROM sales_sums
            WHERE scope = {scope.value} AND owner_id = :seller AND first_day BETWEEN :first AND :last
        """  # noqa: S608  ours

    async def _summed(self, by: str, kept: str, parts: Parts, **values: Any) -> list[tuple[Any, Takings]]:  # noqa: ANN401
        """All that was found, added up by a column."""
        union, given = self._found(kept, parts)
        statement = text(f"SELECT {by}, {_SUMS_AS} FROM ({union}) AS found GROUP BY {by}")  # noqa: S608  ours
        return [(row[0], _takings(*row[1:])) for row in await self._session.execute(statement, given | values)]

    def _found(self, kept: str, parts: Parts) -> tuple[str, dict[str, Any]]:
        """What is kept, what was not added to it yet, and what lies in parts of days: one statement sees each once."""
        changes = f"""
            SELECT product_id, day, {_FOUND} FROM sales_changes
            WHERE day BETWEEN :first AND :last AND (:everybody OR seller_id = :seller)
        """  # noqa: S608  ours
        sources = [kept, changes, *(_IN_PARTS.replace("{n}", str(n)) for n in range(len(parts.ends)))]
        values: dict[str, Any] = {
            "everybody": self._seller_id is None,
            "seller": self._seller_id or 0,
            "first": parts.first,
            "last": parts.last,
        }
        for n, (begins, ends) in enumerate(parts.ends):
            values |= {f"begins{n}": begins, f"ends{n}": ends}
        return " UNION ALL ".join(sources), values


def _takings(sales: int, units: int, gross: Decimal, refunded_paisa: int) -> Takings:
    return Takings(sales, units, gross, from_paisa(refunded_paisa))


def purchases_query(user: User, period: Period) -> Select[Sale]:
    """What a customer bought, newest first, for a page."""
    return select(Sale).where(Sale.buyer_id == user.id, *period.covers(Sale.created_at)).order_by(Sale.id.desc())

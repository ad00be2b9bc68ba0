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


_SUMS = "sum(sales)::bigint, sum(units)::bigint, sum(gross), sum(refunded_paisa)::bigint"
_FOUND = "sales, units, gross, refunded_paisa"
# A sale with what went back of it, as far as its moment lies in one of the parts of days.
_IN_PARTS = """
SELECT product_id, nepal_day(created_at) AS day, 1, CASE status WHEN 'cancelled' THEN 0 ELSE quantity END,
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
        scope = Scope.ALL_DAY if self._seller_id is None else Scope.SELLER_DAY
        kept = f"""
            SELECT 0 AS product_id, first_day AS day, {_FOUND} FROM sales_sums
            WHERE scope = {scope.value} AND owner_id = :seller AND first_day BETWEEN :first AND :last
        """  # noqa: S608  ours
        rows = await self._summed("day", kept, parts)
        return [DayTakings(day, takings) for day, takings in sorted(rows) if takings.sales]

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

    async def _summed(self, by: str, kept: str, parts: Parts, **values: Any) -> list[tuple[Any, Takings]]:  # noqa: ANN401
        """What is kept, with what was not added to it yet and what lies in parts of days, as one statement sees it."""
        changes = f"""
            SELECT product_id, day, {_FOUND} FROM sales_changes
            WHERE day BETWEEN :first AND :last AND (:everybody OR seller_id = :seller)
        """  # noqa: S608  ours
        sources = [kept, changes, *(_IN_PARTS.replace("{n}", str(n)) for n in range(len(parts.ends)))]
        values |= {
            "everybody": self._seller_id is None,
            "seller": self._seller_id or 0,
            "first": parts.first,
            "last": parts.last,
        }
        for n, (begins, ends) in enumerate(parts.ends):
            values |= {f"begins{n}": begins, f"ends{n}": ends}
        union = " UNION ALL ".join(sources)
        statement = text(f"SELECT {by}, {_SUMS} FROM ({union}) AS found GROUP BY {by}")  # noqa: S608  ours
        return [
            (key, Takings(sales, units, gross, from_paisa(paisa)))
            for key, sales, units, gross, paisa in await self._session.execute(statement, values)
        ]


def purchases_query(user: User, period: Period) -> Select[Sale]:
    """What a customer bought, newest first, for a page."""
    return select(Sale).where(Sale.buyer_id == user.id, *period.covers(Sale.created_at)).order_by(Sale.id.desc())

"""Figures about sales: always computed from the sales and the ledger, so that they cannot drift from them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from dispatch.accounts.models import Role, User
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.money import from_paisa
from dispatch.payments.ledger.models import LedgerAccount, LedgerEntry
from dispatch.sales.models import Sale, SaleStatus

NEPAL_OFFSET = timedelta(hours=5, minutes=45)


@dataclass(frozen=True, slots=True)
class Period:
    """From and until when, both included; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, moment: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401  any column of moments
        """The conditions of a query."""
        found = [] if self.start is None else [moment >= self.start]
        return found if self.end is None else [*found, moment <= self.end]


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


# What went back of each sale, paisa: the first entry of a sale is its price, negative, and refunds are positive.
REFUNDED = (
    select(LedgerEntry.sale_id, func.sum(LedgerEntry.amount_paisa).label("paisa"))
    .where(LedgerEntry.account == LedgerAccount.SALES, LedgerEntry.refund_id.is_not(None))
    .group_by(LedgerEntry.sale_id)
    .subquery()
)
UNITS = func.coalesce(func.sum(case((Sale.status != SaleStatus.CANCELLED, Sale.quantity), else_=0)), 0)
FIGURES = (
    func.count(Sale.id),
    UNITS,
    func.coalesce(func.sum(Sale.total_amount), 0),
    func.coalesce(func.sum(REFUNDED.c.paisa), 0),
)


def _takings(sales: int, units: int, gross: Decimal, refunded_paisa: Decimal) -> Takings:
    return Takings(sales, int(units), Decimal(gross), from_paisa(int(refunded_paisa)))


class SalesFigures:
    """Figures for a seller about their own sales, for an admin about all."""

    def __init__(self, work: Work, user: User, *, seller_id: int | None = None) -> None:
        """``seller_id`` narrows an admin's view to one seller."""
        self._session = work.session
        self._seller_id = seller_id if user.has(Role.ADMIN) else user.id

    async def takings(self, period: Period) -> Takings:
        """Everything in a period."""
        row = (await self._session.execute(self._sold(select(*FIGURES).select_from(Sale), period))).one()
        return _takings(*row)

    async def by_day(self, period: Period) -> list[DayTakings]:
        """Day by day in Nepal, oldest first; days without sales are left out."""
        day = func.date(func.timezone("UTC", Sale.created_at) + NEPAL_OFFSET)
        query = self._sold(select(day, *FIGURES).select_from(Sale), period).group_by(day).order_by(day)
        return [DayTakings(found, _takings(*figures)) for found, *figures in await self._session.execute(query)]

    async def by_product(self, period: Period) -> list[ProductFigures]:
        """Product by product, the best selling first, with those that sold nothing."""
        join = (Sale.product_id == Product.id, *period.covers(Sale.created_at))
        query = (
            select(Product, *FIGURES)
            .outerjoin(Sale, onclause=_all(join))
            .outerjoin(REFUNDED, REFUNDED.c.sale_id == Sale.id)
            .group_by(Product.id)
            .order_by(FIGURES[2].desc(), Product.id)
        )
        if self._seller_id is not None:
            query = query.where(Product.seller_id == self._seller_id)
        return [ProductFigures(product, _takings(*rest)) for product, *rest in await self._session.execute(query)]

    def _sold(self, query: Select[Any], period: Period) -> Select[Any]:
        query = query.outerjoin(REFUNDED, REFUNDED.c.sale_id == Sale.id).where(*period.covers(Sale.created_at))
        return query if self._seller_id is None else query.where(Sale.seller_id == self._seller_id)


def _all(conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    first, *rest = conditions
    for condition in rest:
        first = first & condition
    return first


def purchases_query(user: User, period: Period) -> Select[Sale]:
    """What a customer bought, newest first, for a page."""
    return select(Sale).where(Sale.buyer_id == user.id, *period.covers(Sale.created_at)).order_by(Sale.id.desc())

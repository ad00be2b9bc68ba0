"""The seller's side of what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.search import folded_text, indexed_contains
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.orders.models import DeliveryInfo, Order, OrderEvent, PaymentStatus
from dispatch.sales.models import SEARCHED_WORDS, Sale, SaleStatus


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale, what happened to it, oldest first, and where its order goes."""

    sale: Sale
    events: Sequence[OrderEvent]
    address: DeliveryInfo | None


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """Which sales: those that fit all that is not None; ``search`` is a text that is somewhere in them."""

    status: SaleStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str | None = None
    payment_status: PaymentStatus | None = None
    product_id: int | None = None


class Sales:
    """The sales of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    def list_query(self, user: User, wanted: SaleFilter) -> Select[Sale]:
        """A seller's sales, or all for an admin, newest first, for a page."""
        query = select(Sale).options(selectinload(Sale.product)).order_by(Sale.id.desc())
        if not user.has(Role.ADMIN):
            query = query.where(Sale.seller_id == user.id)
        if wanted.status is not None:
            query = query.where(Sale.status == wanted.status)
        if wanted.payment_status is not None:
            query = query.where(Sale.payment_status == wanted.payment_status)
        if wanted.product_id is not None:
            query = query.where(Sale.product_id == wanted.product_id)
        if wanted.since is not None:
            query = query.where(Sale.created_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(Sale.created_at < wanted.until)
        if wanted.search and folded_text(wanted.search):
            query = query.where(indexed_contains([getattr(Sale, name) for name in SEARCHED_WORDS], wanted.search))
        return query

    async def get(self, sale_id: int, user: User) -> SaleView:
        """One's own sale: as its seller, its buyer or an admin. Raises NotFound for others' as for none."""
        sale = await self._session.scalar(select(Sale).where(Sale.id == sale_id).options(selectinload(Sale.product)))
        if sale is None or not (user.has(Role.ADMIN) or user.id in {sale.seller_id, sale.buyer_id}):
            raise NotFound("There is no such sale.")
        events = await self._session.scalars(
            select(OrderEvent).where(OrderEvent.sale_id == sale.id).order_by(OrderEvent.id)
        )
        address = await self._session.scalar(
            select(DeliveryInfo)
            .join(Order, Order.delivery_info_id == DeliveryInfo.id)
            .where(Order.id == sale.order_id)
            .execution_options(populate_existing=True)
        )
        return SaleView(sale, events.all(), address)

    async def get_to_sell(self, sale_id: int, user: User) -> SaleView:
        """The same for its seller and admins alone, as whoever buys does not send it off. Raises NotFound."""
        view = await self.get(sale_id, user)
        if view.sale.seller_id != user.id and not user.has(Role.ADMIN):
            raise NotFound("There is no such sale.")
        return view

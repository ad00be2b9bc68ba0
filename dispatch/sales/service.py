"""The seller's side of what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.orders.models import OrderEvent
from dispatch.sales.models import Sale


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale and what happened to it, oldest first."""

    sale: Sale
    events: Sequence[OrderEvent]


class Sales:
    """The sales of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    def list_query(self, user: User) -> Select[Sale]:
        """A seller's sales, or all for an admin, newest first, for a page."""
        query = select(Sale).options(selectinload(Sale.product)).order_by(Sale.id.desc())
        return query if user.has(Role.ADMIN) else query.where(Sale.seller_id == user.id)

    async def get(self, sale_id: int, user: User) -> SaleView:
        """One's own sale: as its seller, its buyer or an admin. Raises NotFound for others' as for none."""
        sale = await self._session.scalar(select(Sale).where(Sale.id == sale_id).options(selectinload(Sale.product)))
        if sale is None or not (user.has(Role.ADMIN) or user.id in {sale.seller_id, sale.buyer_id}):
            raise NotFound("There is no such sale.")
        events = await self._session.scalars(
            select(OrderEvent).where(OrderEvent.sale_id == sale.id).order_by(OrderEvent.id)
        )
        return SaleView(sale, events.all())

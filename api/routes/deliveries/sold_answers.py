"""Whose a delivery is, as admins are told."""

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery


class SoldAnswer(Struct, frozen=True, kw_only=True):
    """Whose a delivery is: who sold what it carries to whom, and in which order, null where there is none."""

    seller: int
    seller_name: str
    buyer: int
    buyer_name: str
    order: int | None


async def sold_answer(session: AsyncSession, delivery: Delivery, reader: User) -> SoldAnswer | UnsetType:
    """Of its sale; left out for all but admins."""
    if not reader.has(Role.ADMIN):
        return UNSET
    sale = delivery.sale
    name = await session.scalar(select(User.name).where(User.id == sale.seller_id))
    return SoldAnswer(
        seller=sale.seller_id,
        seller_name=name or "",
        buyer=sale.buyer_id,
        buyer_name=sale.buyer_name,
        order=sale.order_id,
    )

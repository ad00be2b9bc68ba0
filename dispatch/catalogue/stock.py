"""Changes of stocks, each with its reason. They are counted on the held row, so two at once both count."""

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import User
from dispatch.catalogue.models import Product, StockChange, StockReason
from dispatch.errors import Invalid

MOST_STOCK: Final = 1_000_000_000
# What was counted, or has another reason, may be more or fewer; what comes is never fewer, what is broken never more.
MORE: Final = (StockReason.RECEIVED, StockReason.RETURNED, StockReason.COUNTED, StockReason.OTHER)
FEWER: Final = (
    StockReason.COUNTED,
    StockReason.DAMAGED,
    StockReason.EXPIRED,
    StockReason.LOST,
    StockReason.OTHER,
)


def fitting_reasons(change: int) -> tuple[StockReason, ...]:
    """Why a stock may become so many more, or (below 0) fewer."""
    return MORE if change > 0 else FEWER


async def change_stock(
    session: AsyncSession, product: Product, user: User, change: int, reason: StockReason, note: str = ""
) -> StockChange:
    """Add to the stock of a product whose row is held, or take away. Raises Invalid for what cannot be."""
    after = product.stock + change
    if not product.reserved <= after <= MOST_STOCK:
        least, most = product.reserved - product.stock, MOST_STOCK - product.stock
        words = f"must lie between {least} and {most}: there are {product.stock}, {product.reserved} of them held"
        raise Invalid("There is no such stock.", fields={"change": words}, stock=product.stock)
    product.stock = after
    return await note_change(session, product, user, change, reason, note)


async def note_change(
    session: AsyncSession, product: Product, user: User, change: int, reason: StockReason, note: str = ""
) -> StockChange:
    """Write down a change that the product has already."""
    noted = StockChange(
        product_id=product.id, user_id=user.id, change=change, stock_after=product.stock, reason=reason, note=note
    )
    session.add(noted)
    await session.flush()
    await session.refresh(noted, ["at"])
    return noted


def changes_query(product_id: int, *, before: int | None = None) -> Select[StockChange]:
    """The changes of a product's stock, newest first, for a page. ``before``: those older than the one of this id."""
    query = select(StockChange).where(StockChange.product_id == product_id).order_by(StockChange.id.desc())
    return query if before is None else query.where(StockChange.id < before)

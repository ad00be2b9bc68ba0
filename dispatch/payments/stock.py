"""Stock that payments hold, in fixed statements. Callers hold the cart's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dispatch.database.engine import DriverConnection
from dispatch.errors import Conflict
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.statements import LOCK_PRODUCTS, RELEASE, RESERVE, TAKE


@dataclass(frozen=True, slots=True)
class LockedProduct:
    """A product whose row is held. ``price`` in NPR is of this moment, ``available`` what nobody else holds."""

    id: int
    name: str
    seller_id: int
    seller_name: str
    seller_email: str
    is_active: bool
    is_taxed: bool
    price: Decimal
    stock: int
    available: int


async def lock_products(
    connection: DriverConnection, product_ids: Sequence[int], purpose: str
) -> dict[int, LockedProduct]:
    """Hold products until the end of the transaction, and with them those of open attempts at ``purpose``."""
    rows = await connection.fetch(LOCK_PRODUCTS, product_ids, purpose)
    return {row["id"]: LockedProduct(**row) for row in rows}


async def let_go_of_attempts(connection: DriverConnection, purpose: str, now: datetime) -> bool:
    """Give back what open attempts to pay for the same thing hold: a buyer must not be short of their own goods.

    Their sessions stay open at the gateway; whichever is paid first wins. True where that changed what is available.
    """
    done: str = await connection.execute(RELEASE, purpose, None, now)
    return done != "UPDATE 0"


async def release_stock(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Give back what a payment holds; nothing where it holds none."""
    if payment.holds_stock:
        await connection.execute(RELEASE, payment.purpose, payment.id, now)
        payment.holds_stock = False


async def reserve_stock(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Hold the lines of a payment that was written with ``holds_stock``, after ``check_available``; else nothing."""
    if payment.holds_stock:
        await connection.execute(RESERVE, payment.id, now)


async def take_stock(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Turn what a payment holds, or what is free, into sold goods."""
    await connection.execute(TAKE, payment.id, now, payment.holds_stock)
    payment.holds_stock = False


def check_available(items: Sequence[PaymentTransactionItem], products: dict[int, LockedProduct]) -> None:
    """Every line or none. Raises Conflict naming what is short."""
    short = [
        {
            "product_id": item.product_id,
            "product_name": item.product_name,
            "requested": item.quantity,
            "available": products[item.product_id].available,
        }
        for item in items
        if item.quantity > products[item.product_id].available or not products[item.product_id].is_active
    ]
    if short:
        raise Conflict("Some products are no longer available in this quantity.", code="OUT_OF_STOCK", data=short)

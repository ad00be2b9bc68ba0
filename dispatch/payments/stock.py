"""Stock that payments hold, in fixed statements. Callers hold the cart's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dispatch.database.engine import DriverConnection
from dispatch.errors import Conflict
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem

# In the order of their ids, so that two payments over the same ones never deadlock; with those that open attempts at
# the same purpose hold, because these may have to be let go.
LOCK_PRODUCTS = """
SELECT p.id, p.name, p.seller_id, s.name AS seller_name, s.email AS seller_email, p.is_active,
       p.tax_class = 'standard' AS is_taxed,
       COALESCE(p.discounted_price, p.listed_price) AS price, p.stock, p.stock - p.reserved AS available
FROM products p JOIN users s ON s.id = p.seller_id
WHERE p.id IN (
    SELECT unnest($1::bigint[])
    UNION
    SELECT i.product_id FROM payment_transactions t JOIN payment_transaction_items i ON i.payment_id = t.id
    WHERE t.purpose = $2 AND t.status = 'processing' AND t.holds_stock
)
ORDER BY p.id FOR UPDATE OF p
"""
# One payment, or without its id every open attempt at the purpose.
RELEASE = """
WITH released AS (
    UPDATE payment_transactions SET holds_stock = false, updated_at = $3
    WHERE purpose = $1 AND holds_stock AND (id = $2 OR ($2::bigint IS NULL AND status = 'processing'))
    RETURNING id
)
UPDATE products p SET reserved = p.reserved - held.quantity, updated_at = $3
FROM (
    SELECT product_id, sum(quantity) AS quantity FROM payment_transaction_items
    WHERE payment_id IN (SELECT id FROM released) GROUP BY product_id
) held
WHERE p.id = held.product_id
"""
RESERVE = """
UPDATE products p SET reserved = p.reserved + wanted.quantity, updated_at = $2
FROM (
    SELECT product_id, sum(quantity) AS quantity FROM payment_transaction_items
    WHERE payment_id = $1 GROUP BY product_id
) wanted
WHERE p.id = wanted.product_id
"""
TAKE = """
UPDATE products p SET stock = p.stock - wanted.quantity, sold = p.sold + wanted.quantity,
                      reserved = p.reserved - CASE WHEN $3 THEN wanted.quantity ELSE 0 END, updated_at = $2
FROM (
    SELECT product_id, sum(quantity) AS quantity FROM payment_transaction_items
    WHERE payment_id = $1 GROUP BY product_id
) wanted
WHERE p.id = wanted.product_id
"""


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

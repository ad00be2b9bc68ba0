"""Payments and their lines as rows: written, read and locked by fixed statements.

What is read comes as instances outside any session: to change a payment is to change its attributes and then
``save_outcome`` in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from dispatch.database.engine import Database, DriverConnection
from dispatch.database.records import columns_of, detached, to_json
from dispatch.errors import NotFound
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem

COLUMNS = len(PaymentTransaction.__table__.columns)
READ = f"""
SELECT {columns_of(PaymentTransaction, "p")}, {columns_of(PaymentTransactionItem, "i")}
FROM payment_transactions p JOIN payment_transaction_items i ON i.payment_id = p.id
"""  # noqa: S608  the columns are the models'
BY_PIDX = READ + "WHERE p.pidx = $1 ORDER BY i.id"
BY_TRANSACTION_ID = READ + "WHERE p.transaction_id = $1 ORDER BY i.id"
LOCK = READ + "WHERE p.id = $1 ORDER BY i.id FOR UPDATE OF p"

# The order in which everything that opens, settles or refunds takes its locks: cart, order, products, payment.
LOCK_CART = "SELECT generation FROM carts WHERE id = $1 FOR UPDATE"
LOCK_ORDER = "SELECT order_number, order_status FROM orders WHERE id = $1 FOR UPDATE"

# What is known before the gateway is asked; the parameters stand in this order.
OPENED = (
    "transaction_id", "order_number", "user_id", "cart_id", "order_id", "purpose", "gateway", "bank", "return_url",
    "customer_name", "customer_email", "customer_phone", "subtotal", "tax_amount", "shipping_cost", "total_amount",
    "vat_rate", "status", "holds_stock", "hold_ends_at", "expires_at", "created_at", "updated_at",
)  # fmt: skip
OPEN = f"""
WITH opened AS (
    INSERT INTO payment_transactions ({", ".join(OPENED)})
    VALUES ({", ".join(f"${place + 1}" for place in range(len(OPENED)))})
    RETURNING id
), lines AS (
    INSERT INTO payment_transaction_items (payment_id, product_id, seller_id, seller_name, product_name, quantity,
                                           unit_price, total_amount, is_taxed)
    SELECT opened.id, line.product_id, line.seller_id, line.seller_name, line.product_name, line.quantity,
           line.unit_price, line.total_amount, line.is_taxed
    FROM opened, unnest($24::bigint[], $25::bigint[], $26::text[], $27::text[], $28::int[], $29::numeric[],
                        $30::numeric[], $31::boolean[]) WITH ORDINALITY
         AS line (product_id, seller_id, seller_name, product_name, quantity, unit_price, total_amount, is_taxed, place)
    ORDER BY line.place
)
SELECT id FROM opened
"""  # noqa: S608  the columns are those above
LINE = ("product_id", "seller_id", "seller_name", "product_name", "quantity", "unit_price", "total_amount", "is_taxed")

REFUNDED = """
SELECT COALESCE(sum(amount_paisa), 0) FROM refunds WHERE payment_id = $1 AND status = 'succeeded'
"""
NAME_SESSION = """
UPDATE payment_transactions SET pidx = $2, payment_url = $3, expires_at = $4, updated_at = $5 WHERE id = $1
"""
SAVE_OUTCOME = """
UPDATE payment_transactions
SET status = $2, failure_reason = $3, holds_stock = $4, completed_at = $5, gateway_transaction_id = $6,
    gateway_amount_paisa = $7, inquiry_data = $8, checked_at = $9, ended_at = $10, updated_at = $11,
    check_failures = 0, check_error = NULL, next_check_at = NULL
WHERE id = $1
"""
# The order waits for money again, or no attempt to pay it is open any more; its row is held.
ORDER_PENDING = "UPDATE orders SET payment_status = 'pending' WHERE id = $1 AND payment_status = 'failed'"
ORDER_FAILED = """
UPDATE orders SET payment_status = 'failed', updated_at = $3
WHERE id = $1 AND payment_status = 'pending' AND NOT EXISTS (
    SELECT FROM payment_transactions WHERE order_id = $1 AND id <> $2 AND status IN ('processing', 'held')
)
"""


async def get_by_pidx(database: Database, pidx: str) -> PaymentTransaction:
    """Raises NotFound. Only a pidx that we stored ourselves is believed in."""
    async with database.connection() as connection:
        return _payment(await connection.fetch(BY_PIDX, pidx))


async def get_by_transaction_id(database: Database, transaction_id: UUID) -> PaymentTransaction:
    """Raises NotFound."""
    async with database.connection() as connection:
        return _payment(await connection.fetch(BY_TRANSACTION_ID, transaction_id))


async def sum_refunded(database: Database, payment_id: int) -> int:
    """What of a payment went back, paisa."""
    async with database.connection() as connection:
        return int(await connection.fetchval(REFUNDED, payment_id))


async def lock_payment_row(connection: DriverConnection, payment_id: int) -> PaymentTransaction:
    """The payment as it is now, held until the end of the transaction. Raises NotFound."""
    return _payment(await connection.fetch(LOCK, payment_id))


async def open_payment(connection: DriverConnection, payment: PaymentTransaction) -> None:
    """Write a new payment and its lines; its ``id`` is set."""
    lines = [[getattr(item, name) for item in payment.items] for name in LINE]
    payment.id = await connection.fetchval(OPEN, *(getattr(payment, name) for name in OPENED), *lines)
    if payment.order_id is not None:
        await connection.execute(ORDER_PENDING, payment.order_id)


async def name_session(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Write down where the buyer pays, once the gateway said it."""
    await connection.execute(NAME_SESSION, payment.id, payment.pidx, payment.payment_url, payment.expires_at, now)


async def save_outcome(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Write down what became of a payment whose row is held."""
    inquiry = None if payment.inquiry_data is None else to_json(payment.inquiry_data)
    payment.updated_at = now
    await connection.execute(
        SAVE_OUTCOME,
        payment.id,
        payment.status,
        payment.failure_reason,
        payment.holds_stock,
        payment.completed_at,
        payment.gateway_transaction_id,
        payment.gateway_amount_paisa,
        inquiry,
        payment.checked_at,
        payment.ended_at,
        now,
    )


async def mark_order_failed(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """An attempt to pay ended without money: so has the order's payment, unless another attempt is open."""
    if payment.order_id is not None:
        await connection.execute(ORDER_FAILED, payment.order_id, payment.id, now)


def _payment(rows: Sequence[Sequence[object]]) -> PaymentTransaction:
    """A payment and its lines from a row for each line."""
    if not rows:
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    payment = detached(PaymentTransaction, rows[0][:COLUMNS])
    items = [detached(PaymentTransactionItem, row[COLUMNS:]) for row in rows]
    set_committed_value(payment, "items", items)
    return payment

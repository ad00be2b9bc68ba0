"""The fixed statements that opening, settling and refunding share: payments, their locks and their stock."""

from dispatch.database.records import columns_of
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem

READ = f"""
SELECT {columns_of(PaymentTransaction, "p")}, {columns_of(PaymentTransactionItem, "i")}
FROM payment_transactions p JOIN payment_transaction_items i ON i.payment_id = p.id
"""  # noqa: S608  the columns are the models'

BY_ID = READ + "WHERE p.id = $1 ORDER BY i.id"
BY_PIDX = READ + "WHERE p.pidx = $1 ORDER BY i.id"
BY_TRANSACTION_ID = READ + "WHERE p.transaction_id = $1 ORDER BY i.id"
LOCK_PAYMENT = BY_ID + " FOR UPDATE OF p"

# The order in which everything that opens, settles or refunds takes its locks: cart, order, products, payment.
LOCK_CART = "SELECT generation FROM carts WHERE id = $1 FOR UPDATE"

LOCK_ORDER = "SELECT order_number, order_status FROM orders WHERE id = $1 FOR UPDATE"

SAVE_OUTCOME = """
UPDATE payment_transactions
SET status = $2, failure_reason = $3, holds_stock = $4, completed_at = $5, gateway_transaction_id = $6,
    gateway_amount_paisa = $7, inquiry_data = $8, checked_at = $9, ended_at = $10, updated_at = $11,
    check_failures = 0, check_error = NULL, next_check_at = NULL
WHERE id = $1
"""

# No attempt to pay the order, whose row is held, is open any more.
ORDER_FAILED = """
UPDATE orders SET payment_status = 'failed', updated_at = $3
WHERE id = $1 AND payment_status = 'pending' AND NOT EXISTS (
    SELECT FROM payment_transactions WHERE order_id = $1 AND id <> $2 AND status IN ('processing', 'held')
)
"""

# In the order of their ids, so that two payments over the same ones never deadlock; with those that open attempts at
# the same purpose hold, because these may have to be let go. Carts and orders that name them wait for nobody: they name
# them in an order of their own, and both would wait in a circle.
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
ORDER BY p.id FOR NO KEY UPDATE OF p
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

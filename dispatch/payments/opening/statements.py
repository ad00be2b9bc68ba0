"""Every fixed statement of opening a payment."""

# Two payments of one user at the same moment would each not see the other: one after the other, per user.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('payments of user ' || $1::bigint::text, 0))"

# What the user holds unpaid beside this purchase.
HELD = """
SELECT
    (SELECT count(*) FROM payment_transactions
     WHERE user_id = $1 AND status = 'processing' AND holds_stock AND purpose <> $2) AS open_payments,
    (SELECT min(p.hold_ends_at) FROM payment_transactions p
     WHERE p.user_id = $1 AND p.status NOT IN ('completed', 'refunded') AND p.hold_ends_at > $4
       AND EXISTS (SELECT FROM payment_transaction_items i WHERE i.payment_id = p.id AND i.product_id = ANY($3))
       AND NOT EXISTS (
           SELECT FROM payment_transactions paid JOIN payment_transaction_items i ON i.payment_id = paid.id
           WHERE paid.user_id = $1 AND paid.status IN ('completed', 'refunded') AND i.product_id = ANY($3)
             AND paid.completed_at > p.created_at)
    ) AS first_end
"""

HELD_PIECES = """
SELECT i.product_id, sum(i.quantity)::bigint AS pieces
FROM payment_transactions p JOIN payment_transaction_items i ON i.payment_id = p.id
WHERE p.user_id = $1 AND p.status = 'processing' AND p.holds_stock AND p.purpose <> $2 AND i.product_id = ANY($3)
GROUP BY i.product_id
"""

REPRICE = """
WITH lines AS (
    UPDATE order_items i SET unit_price = given.price, total_price = given.price * i.quantity
    FROM unnest($2::bigint[], $3::numeric[]) AS given (product_id, price)
    WHERE i.order_id = $1 AND i.product_id = given.product_id
), told AS (
    INSERT INTO order_tracking_events (order_id, status, message, created_at) VALUES ($1, 'pending', $6, $7)
)
UPDATE orders SET total_amount = $4, tax_amount = $5, updated_at = $7 WHERE id = $1
"""

# The tax that a client names and the shipping that it chose are the order's too, from the first payment on.
TAKE_OVER = "UPDATE orders SET tax_amount = $2, shipping_cost = $3, updated_at = $4 WHERE id = $1"

LOCK_OWN_CART = "SELECT generation FROM carts WHERE id = $1 AND user_id = $2 FOR UPDATE"

# The cart's newest order that waits, if it waits for money: held, since a cancellation may come between.
LOCK_UNPAID_ORDER = """
SELECT o.id AS order_id, o.created_at, o.total_amount, o.tax_amount, o.shipping_cost,
       i.product_id, i.quantity, i.unit_price
FROM orders o JOIN order_items i ON i.order_id = o.id
WHERE o.id = (SELECT max(id) FROM orders WHERE cart_id = $1 AND order_status = 'pending')
  AND o.order_status = 'pending' AND o.payment_status <> 'paid'
ORDER BY i.id FOR UPDATE OF o
"""

CART_ITEMS = "SELECT product_id, quantity FROM cart_items WHERE cart_id = $1 ORDER BY id"

# What was decided about the purchase last, and what its buyer did lately, in one row. Failures are those that the
# gateway knows of, whichever way was chosen there, of purchases that no other attempt paid. What is summed up is each
# purchase once, paid or open, unless an admin looked at it already.
HISTORY = """
SELECT review.id, review.status, review.amount, review.reasons, review.lines,
    (SELECT count(*) FROM payment_transactions
     WHERE user_id = $2 AND created_at > $3 AND status NOT IN ('completed', 'refunded')) AS attempts,
    (SELECT count(*) FROM payment_transactions p
     WHERE p.user_id = $2 AND p.created_at > $4 AND p.pidx IS NOT NULL
       AND p.status IN ('failed', 'expired', 'canceled')
       AND NOT EXISTS (SELECT FROM payment_transactions paid WHERE paid.purpose = p.purpose
                       AND paid.status IN ('completed', 'refunded'))) AS failures,
    beside.in_an_hour, beside.in_a_day
FROM (
    SELECT COALESCE(sum(amount) FILTER (WHERE last_at > $3), 0) AS in_an_hour, COALESCE(sum(amount), 0) AS in_a_day
    FROM (
        SELECT max(p.total_amount) AS amount, max(p.created_at) AS last_at FROM payment_transactions p
        WHERE p.user_id = $2 AND p.created_at > $4 AND p.purpose <> $1 AND p.status IN ('completed', 'processing')
          AND NOT EXISTS (SELECT FROM payment_reviews r WHERE r.purpose = p.purpose AND r.status = 'approved')
        GROUP BY p.purpose
    ) AS purchases
) AS beside
LEFT JOIN (SELECT * FROM payment_reviews WHERE purpose = $1 ORDER BY id DESC LIMIT 1) AS review ON true
"""

# The median of what the user paid.
USUAL = """
SELECT count(*) AS paid, percentile_disc(0.5) WITHIN GROUP (ORDER BY total_amount) AS usual
FROM payment_transactions WHERE user_id = $1 AND status IN ('completed', 'refunded')
"""

# Of two that are held at the same moment the first asks; the row is given back either way. A question about other
# lines or a smaller sum is withdrawn: whoever answers it would not know what they answer.
WITHDRAW = """
DELETE FROM payment_reviews WHERE purpose = $1 AND status = 'pending' AND (lines <> $2::jsonb OR amount < $3)
"""

HOLD = """
INSERT INTO payment_reviews
    (user_id, cart_id, purpose, gateway, amount, reasons, lines, status, note, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $8, 'pending', '', $7, $7)
ON CONFLICT (purpose) WHERE status = 'pending' DO UPDATE SET updated_at = payment_reviews.updated_at
RETURNING id, reasons
"""

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
    ON CONFLICT (order_number) DO NOTHING
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

NAME_SESSION = """
UPDATE payment_transactions SET pidx = $2, payment_url = $3, expires_at = $4, updated_at = $5 WHERE id = $1
"""

# The order, whose row is held, waits for money again.
ORDER_PENDING = "UPDATE orders SET payment_status = 'pending' WHERE id = $1 AND payment_status = 'failed'"

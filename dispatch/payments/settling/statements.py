"""Every fixed statement of settling a payment."""

REQUEST_LATE_REFUND = """
INSERT INTO refunds (refund_id, payment_id, amount_paisa, reason, mobile, status, is_late, attempts, next_attempt_at,
                     created_at, updated_at)
VALUES ($1, $2, $3, $4, '', 'requested', true, 0, $5, $5, $5)
"""

# A sale and its first event for each line; each line knows its sale from then on. A number that another sale has makes
# none, and its line is sold by the next one.
SELL = """
WITH numbered AS (
    SELECT i.*, given.order_number
    FROM payment_transaction_items i
    JOIN unnest($2::bigint[], $3::text[]) AS given (item_id, order_number) ON given.item_id = i.id
), sold AS (
    INSERT INTO sales (order_number, order_id, buyer_id, buyer_name, seller_id, product_id, product_name, quantity,
                       unit_price, total_amount, payment_method, transaction_id, payment_status, status, created_at,
                       updated_at)
    SELECT n.order_number, p.order_id, p.user_id, COALESCE(NULLIF(p.customer_name, ''), buyer.name), n.seller_id,
           n.product_id, n.product_name, n.quantity, n.unit_price, n.total_amount, p.gateway, p.transaction_id,
           'paid', 'processing', $4, $4
    FROM numbered n JOIN payment_transactions p ON p.id = n.payment_id JOIN users buyer ON buyer.id = p.user_id
    WHERE p.id = $1
    ORDER BY n.id
    ON CONFLICT (order_number) DO NOTHING
    RETURNING id, order_number
), linked AS (
    UPDATE payment_transaction_items i SET sale_id = sold.id
    FROM sold JOIN numbered n ON n.order_number = sold.order_number
    WHERE i.id = n.id
), told AS (
    INSERT INTO order_tracking_events (sale_id, status, message, created_at)
    SELECT id, 'confirmed', 'Payment confirmed', $4 FROM sold ORDER BY id
)
SELECT id, order_number FROM sold
"""

# The order shows from then on what was paid for it, whichever of its payments that was.
CONFIRM_ORDER = """
WITH confirmed AS (
    UPDATE orders o SET payment_status = 'paid', order_status = 'confirmed', updated_at = $2,
                        total_amount = p.subtotal, tax_amount = p.tax_amount, shipping_cost = p.shipping_cost
    FROM payment_transactions p WHERE o.id = $1 AND p.id = $3 RETURNING o.id
), lines AS (
    UPDATE order_items o SET unit_price = i.unit_price, total_price = i.total_amount
    FROM payment_transaction_items i
    WHERE o.order_id = $1 AND i.payment_id = $3 AND i.product_id = o.product_id AND i.unit_price <> o.unit_price
)
INSERT INTO order_tracking_events (order_id, status, message, created_at)
SELECT id, 'confirmed', 'Payment confirmed', $2 FROM confirmed
"""

# What is bought without an order becomes one with its payment, so that its buyer finds it among the others. Where it
# goes nobody said: seller and buyer agree on it when the delivery is made. Where another order has the number, nothing
# is written: the place gets its number before the order and its row after it, or it would stay behind without one.
MAKE_ORDER = """
WITH place AS (
    SELECT nextval(pg_get_serial_sequence('delivery_infos', 'id')) AS id
), made AS (
    INSERT INTO orders (order_number, customer_id, cart_id, delivery_info_id, payment_method, total_amount, tax_amount,
                        shipping_cost, order_status, payment_status, created_at, updated_at)
    SELECT $2, p.user_id, p.cart_id, place.id, p.gateway, p.subtotal, p.tax_amount, p.shipping_cost, 'confirmed',
           'paid', $3, $3
    FROM payment_transactions p, place WHERE p.id = $1
    ON CONFLICT (order_number) DO NOTHING
    RETURNING id, order_number, delivery_info_id
), destination AS (
    INSERT INTO delivery_infos (id, customer_name, phone_number, address, city, state, zip_code, delivery_instructions)
    SELECT made.delivery_info_id, p.customer_name, p.customer_phone, '', '', '', '', ''
    FROM made, payment_transactions p WHERE p.id = $1
), lines AS (
    INSERT INTO order_items (order_id, product_id, product_name, quantity, unit_price, total_price)
    SELECT made.id, i.product_id, i.product_name, i.quantity, i.unit_price, i.total_amount
    FROM made, payment_transaction_items i WHERE i.payment_id = $1 ORDER BY i.id
), told AS (
    INSERT INTO order_tracking_events (order_id, status, message, created_at)
    SELECT id, 'confirmed', 'Payment confirmed', $3 FROM made
)
UPDATE payment_transactions p SET order_id = made.id FROM made WHERE p.id = $1 RETURNING made.id, made.order_number
"""

# What the buyer put in meanwhile stays.
EMPTY_PAID_CART = """
WITH counted AS (
    UPDATE carts SET generation = generation + 1, updated_at = $3 WHERE id = $1
), paid AS (
    SELECT product_id, sum(quantity) AS quantity FROM payment_transaction_items
    WHERE payment_id = $2 GROUP BY product_id
), lessened AS (
    UPDATE cart_items c SET quantity = c.quantity - paid.quantity
    FROM paid WHERE c.cart_id = $1 AND c.product_id = paid.product_id AND c.quantity > paid.quantity
)
DELETE FROM cart_items c USING paid
WHERE c.cart_id = $1 AND c.product_id = paid.product_id AND c.quantity <= paid.quantity
"""

# Sales and not the status of the other payment tell it: what was sold may have been refunded since.
SOLD_BEFORE = """
SELECT EXISTS (
    SELECT FROM payment_transactions p JOIN payment_transaction_items i ON i.payment_id = p.id
    WHERE p.purpose = $1 AND p.id <> $2 AND i.sale_id IS NOT NULL
)
"""

SALES_OF = """
SELECT s.id, s.order_number, s.product_name, s.quantity, s.total_amount, seller.name AS seller_name
FROM payment_transaction_items i JOIN sales s ON s.id = i.sale_id JOIN users seller ON seller.id = s.seller_id
WHERE i.payment_id = $1 ORDER BY s.id
"""

# A look at a payment, whose row is held, came to nothing.
NOTE_CHECK_FAILURE = """
UPDATE payment_transactions SET check_failures = $2, check_error = $3, next_check_at = $4, updated_at = $5
WHERE id = $1
"""

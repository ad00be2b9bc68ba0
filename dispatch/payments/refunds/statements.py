"""Every fixed statement of refunds."""

REFUNDED = """
SELECT COALESCE(sum(amount_paisa), 0) FROM refunds WHERE payment_id = $1 AND status = 'succeeded'
"""

# Goods that were sold are on sale again. Callers hold the products.
RETURN_STOCK = """
UPDATE products p SET stock = p.stock + given.quantity, sold = p.sold - given.quantity, updated_at = $3
FROM (
    SELECT product_id, sum(quantity) AS quantity FROM unnest($1::bigint[], $2::int[]) AS sold (product_id, quantity)
    GROUP BY product_id
) given
WHERE p.id = given.product_id
"""

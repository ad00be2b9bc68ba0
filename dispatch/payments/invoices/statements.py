"""Every fixed statement of invoices."""

# The counter's row is held until the commit: do this last, what follows is short.
NEXT_NUMBER = """
INSERT INTO invoice_counters AS counter (series, fiscal_year, last_number) VALUES ($1, $2, 1)
ON CONFLICT (series, fiscal_year) DO UPDATE SET last_number = counter.last_number + 1
RETURNING last_number
"""

# Where the order goes: the buyer's address as far as it is known.
PLACE = """
SELECT d.address, d.city, d.state, d.zip_code
FROM orders o JOIN delivery_infos d ON d.id = o.delivery_info_id WHERE o.id = $1
"""

ISSUE = """
INSERT INTO invoices (payment_id, invoice_number, fiscal_year, number, issued_at, content)
VALUES ($1, $2, $3, $4, $5, $6)
"""

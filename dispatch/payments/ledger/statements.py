"""Every fixed statement of the ledger."""

# In the order given, so that an entry's id tells which came first.
ENTER = """
INSERT INTO ledger_entries (payment_id, refund_id, sale_id, account, amount_paisa, created_at)
SELECT $1, $2, entry.sale_id, entry.account, entry.amount_paisa, $3
FROM unnest($4::text[], $5::bigint[], $6::bigint[]) WITH ORDINALITY AS entry (account, sale_id, amount_paisa, place)
WHERE entry.amount_paisa <> 0
ORDER BY entry.place
"""

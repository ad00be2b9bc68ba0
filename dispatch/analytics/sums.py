"""Sums of sales are kept, so that a report of ten years costs what its lines cost, and not what was sold in them.

Each change of a sale, and each rupee that goes back of it, leaves its difference in ``sales_changes``, in the same
transaction (triggers of the database see to that, whoever writes). ``add_up`` takes the differences away and adds them
to ``sales_sums``, in one transaction. What is kept is the two together, and a statement that reads both sees each
difference once: so figures are as true as those of all sales, at any moment.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.engine import Database

AT_ONCE: Final = 5_000

_ADD: Final = """
INSERT INTO sales_sums AS s (scope, owner_id, first_day, sales, units, gross, refunded_paisa)
SELECT v.scope, v.owner_id, v.first_day, sum(sales), sum(units), sum(gross), sum(refunded_paisa)
FROM changed CROSS JOIN LATERAL (VALUES
    (1, product_id, date_trunc('month', day)::date), (2, product_id, day), (3, seller_id, day), (4, 0, day)
) AS v (scope, owner_id, first_day)
GROUP BY v.scope, v.owner_id, v.first_day
ORDER BY v.scope, v.owner_id, v.first_day
ON CONFLICT (scope, owner_id, first_day) DO UPDATE SET
    sales = s.sales + EXCLUDED.sales, units = s.units + EXCLUDED.units, gross = s.gross + EXCLUDED.gross,
    refunded_paisa = s.refunded_paisa + EXCLUDED.refunded_paisa
"""
# Several at once take different ones, and rows in one order.
TAKE: Final = f"""
WITH changed AS (
    DELETE FROM sales_changes WHERE id IN (
        SELECT id FROM sales_changes ORDER BY id LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
    ) RETURNING *
), added AS ({_ADD} RETURNING 1)
SELECT (SELECT count(*) FROM changed) AS taken, (SELECT count(*) FROM added) AS added
"""  # noqa: S608  ours
ANEW: Final = f"""
WITH changed AS (
    SELECT product_id, seller_id, nepal_day(created_at) AS day, 1 AS sales,
           CASE status WHEN 'cancelled' THEN 0 ELSE coalesce(quantity_delivered, quantity) END AS units,
           total_amount AS gross,
           refunded_of(id) AS refunded_paisa
    FROM sales
) {_ADD}
"""  # noqa: S608  ours


async def add_up(database: Database) -> None:
    """Add all differences that were committed, some thousands a transaction."""
    taken = AT_ONCE
    while taken >= AT_ONCE:
        async with database.transaction() as connection:
            taken = await connection.fetchval(TAKE)


async def add_up_anew(session: AsyncSession) -> None:
    """Read every sale again: for rows that came past the triggers, as by a copy. Nothing may be sold meanwhile."""
    await session.execute(text("DELETE FROM sales_changes"))
    await session.execute(text("DELETE FROM sales_sums"))
    await session.execute(text(ANEW))

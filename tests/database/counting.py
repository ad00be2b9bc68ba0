"""Rows that a statement leaves behind when it is committed."""

from sqlalchemy import select

from dispatch.database.engine import Database
from dispatch.payments.invoices.models import InvoiceCounter

SERIES = "TEST"
COUNT = "INSERT INTO invoice_counters (series, fiscal_year, last_number) VALUES ($1, $2, 7)"


async def years(database: Database) -> list[int]:
    """Those that were counted."""
    async with database.work() as work:
        rows = await work.session.scalars(
            select(InvoiceCounter.fiscal_year).where(InvoiceCounter.series == SERIES).order_by("fiscal_year")
        )
        return list(rows)


async def pid_of(database: Database) -> int:
    """The server's process behind the connection that comes next."""
    async with database.connection() as driver:
        return int(driver.get_server_pid())

"""Numbering as upkeep, until webhooks do it together with what follows from it."""

from dispatch.database.engine import Database
from dispatch.events.numbering import number_committed


async def number_events(database: Database) -> None:
    """Number all that was committed, a batch a transaction."""
    while True:
        async with database.transaction() as connection:
            if await number_committed(connection) is None:
                return

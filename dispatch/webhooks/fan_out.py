"""From events to messages: what was committed is numbered, and each endpoint that wants it gets a message."""

from dispatch.database.engine import Database
from dispatch.events.numbering import number_committed
from dispatch.ports import Clock
from dispatch.webhooks.statements import FAN_OUT


async def fan_out(database: Database, clock: Clock) -> None:
    """All that is new, a batch a transaction: no event has a number without its messages."""
    while True:
        async with database.transaction() as connection:
            numbers = await number_committed(connection)
            if numbers is None:
                return
            await connection.execute(FAN_OUT, *numbers, clock.now())

"""From events to messages: what was committed is numbered, and each endpoint that wants it gets a message."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from dispatch.database.engine import Database, DriverConnection
from dispatch.events.numbering import number_committed
from dispatch.ports import Clock
from dispatch.webhooks.statements import FAN_OUT

Told = Callable[[DriverConnection, int, int, datetime], Awaitable[None]]
"""Who else is told of new events: by their first and last number, in the transaction that numbers them."""


async def fan_out(database: Database, clock: Clock, *told: Told) -> None:
    """All that is new, a batch a transaction: no event has a number without its messages."""
    while True:
        async with database.transaction() as connection:
            numbers = await number_committed(connection)
            if numbers is None:
                return
            now = clock.now()
            await connection.execute(FAN_OUT, *numbers, now)
            for tell in told:
                await tell(connection, *numbers, now)

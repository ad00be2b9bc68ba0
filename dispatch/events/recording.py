"""Writing events down, in the transaction of what they tell: neither is there without the other."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.engine import DriverConnection
from dispatch.database.records import to_json
from dispatch.events.models import Event
from dispatch.events.payloads.base import EventData

WRITE = """
INSERT INTO events (type, subject, at, data)
SELECT event.type, event.subject, $1, event.data
FROM unnest($2::text[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS event (type, subject, data, place)
ORDER BY event.place
"""


def record(session: AsyncSession, *happened: EventData, at: datetime) -> None:
    """Add events to a session, which writes them with its next flush. ``at``: when it happened.

    Whoever records holds the row of the subject, so that its events have their order.
    """
    session.add_all(
        Event(type=data.type, subject=data.subject, at=at, data=msgspec.to_builtins(data)) for data in happened
    )


async def record_all(connection: DriverConnection, happened: Sequence[EventData], *, at: datetime) -> None:
    """The same by one statement, however many they are."""
    if happened:
        await connection.execute(
            WRITE,
            at,
            [data.type for data in happened],
            [data.subject for data in happened],
            [to_json(data) for data in happened],
        )

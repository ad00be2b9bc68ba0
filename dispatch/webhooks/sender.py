"""Sending what is due: of one subject in order, of one endpoint a few at once, of all endpoints beside each other."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.events.reading import EventMessage, public_id
from dispatch.jobs.items import NOBODY_COUNTS, ItemJob, JobObserver
from dispatch.jobs.rounds import in_a_line
from dispatch.ports import Clock, WebhookFailed, WebhookTransport
from dispatch.webhooks.outcomes import Outcomes, Sent
from dispatch.webhooks.signing import signed_headers
from dispatch.webhooks.statements import OLDEST_DUE, TAKE

AT_ONCE = 32
# One that answers slowly takes no more places than these.
AT_ONCE_TO_ONE = 4
# All that take nothing, together; one of these has a single place until it takes something again.
AT_ONCE_TO_FAILING = 16
# Longer than a try may take; after it, whoever took the message is believed dead.
LEASE = timedelta(seconds=60)
TAKEN = range(200, 300)
GONE = 410


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with all that it is sent with. Its secrets are in no repr."""

    sent: Sent
    url: str
    keys: list[str] = field(repr=False)
    content: EventMessage = field(repr=False)


class WebhookSender(ItemJob[Outgoing]):
    """Sends messages. Several processes may run one each; a message is taken by one of them."""

    name: ClassVar[str] = "webhooks"
    at_once: ClassVar[int] = AT_ONCE

    def __init__(self, database: Database, clock: Clock, transport: WebhookTransport) -> None:
        self._database = database
        self._clock = clock
        self._transport = transport
        self._outcomes = Outcomes(database, clock)

    async def take(self) -> list[Outgoing]:
        """As many as may be sent at once."""
        return await self._take(AT_ONCE)

    async def _take(self, most: int) -> list[Outgoing]:
        now = self._clock.now()
        async with self._database.connection() as connection:
            rows = await connection.fetch(TAKE, now, now + LEASE, AT_ONCE_TO_ONE, most, AT_ONCE_TO_FAILING)
        return [_outgoing(row, now + LEASE) for row in rows]

    async def run(self, counts: JobObserver = NOBODY_COUNTS) -> int:
        """A round that goes on while anything is due. Whoever hangs keeps its own places, and nobody waits for it."""
        tried, name = 0, _task_name()
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                batch = await self._take(AT_ONCE - len(under_way)) if len(under_way) < AT_ONCE else []
                tried += len(batch)
                under_way |= {asyncio.create_task(self.try_one(item, counts), name=name) for item in batch}
                if not under_way:
                    return tried
                done, under_way = await asyncio.wait(under_way, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def do(self, item: Outgoing) -> bool:
        """One try."""
        body = msgspec.json.encode(item.content)
        headers = signed_headers(item.content.id, self._clock.now(), body, item.keys)
        status = await self._transport.post(item.url, headers, body)
        if status in TAKEN:
            await self._outcomes.delivered(item.sent)
            return True
        await self._outcomes.failed(item.sent, f"It answered {status}.", is_gone=status == GONE)
        return False

    async def note_failure(self, item: Outgoing, error: Exception) -> None:
        """It was not reached, or not in time. A database that is away is no fault of the receiver's: raised on."""
        if isinstance(error, SQLAlchemyError):
            raise error
        reason = error.reason if isinstance(error, WebhookFailed) else f"A fault of ours: {in_a_line(error)}"
        await self._outcomes.failed(item.sent, reason)

    async def oldest_due(self) -> datetime | None:
        """When the message that waits for longest was to be sent."""
        async with self._database.connection() as connection:
            oldest: datetime | None = await connection.fetchval(OLDEST_DUE, self._clock.now())
        return oldest


def _outgoing(row: Any, leased_until: datetime) -> Outgoing:  # noqa: ANN401  the driver's own row
    content = EventMessage(
        id=public_id(row["event_id"]),
        type=row["type"],
        timestamp=row["at"],
        sequence=row["sequence"],
        subject=row["subject"],
        data=row["data"],
    )
    keys = [row["secret"], *([row["old_secret"]] if row["old_secret"] else [])]
    return Outgoing(Sent(row["id"], row["endpoint_id"], row["attempts"], leased_until), row["url"], keys, content)


def _task_name() -> str | None:
    task = asyncio.current_task()
    return task.get_name() if task else None

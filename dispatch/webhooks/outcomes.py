"""What came of a try: for the message, and for its endpoint."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from dispatch.database.engine import Database, DriverConnection
from dispatch.jobs.backoff import Backoff
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.ports import Clock
from dispatch.webhooks.models import EndpointState
from dispatch.webhooks.statements import DELIVERED, FAILED, FAILING, GIVE_UP, HOLD_ENDPOINT, NOW_DUE, SUCCEEDED

log = structlog.get_logger(__name__)

# As Svix has them: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
SCHEDULE = Backoff([timedelta(seconds=pause_s) for pause_s in (5, 300, 1800, 7200, 18_000, 36_000, 36_000)])
GIVEN_UP_AFTER = timedelta(days=5)
# Who took nothing for so long and takes something again is back: what waits for its next try need not.
BACK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was taken to be sent. ``attempts``: with this one."""

    id: int
    endpoint_id: int
    attempts: int
    leased_until: datetime


class Outcomes:
    """Writes them down. Lock order: endpoint, message."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def delivered(self, sent: Sent) -> None:
        """It was taken. An endpoint that is back after a while gets at once what waits for it."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await connection.execute(HOLD_ENDPOINT, sent.endpoint_id)
            await connection.execute(DELIVERED, sent.id, sent.leased_until, now)
            failing_since = await connection.fetchval(SUCCEEDED, sent.endpoint_id, now)
            if failing_since is not None and now - failing_since >= BACK_AFTER:
                await connection.execute(NOW_DUE, sent.endpoint_id, now)

    async def failed(self, sent: Sent, reason: str, *, is_gone: bool = False) -> None:
        """Another time, or never; an endpoint that says it is gone, or took nothing for days, is sent no more."""
        now, dead = self._clock.now(), SCHEDULE.is_last(sent.attempts)
        due = now + SCHEDULE.pause_after(sent.attempts)
        told = log.error if dead else log.warning
        told("webhook not delivered", message_id=sent.id, endpoint_id=sent.endpoint_id, tries=sent.attempts, why=reason)
        async with self._database.transaction() as connection:
            await connection.execute(HOLD_ENDPOINT, sent.endpoint_id)
            await connection.execute(FAILED, sent.id, sent.leased_until, due, dead and not is_gone, reason[:300])
            await connection.execute(FAILING, sent.endpoint_id, now)
            if is_gone:
                why = "It answered 410: it wants no more."
                await _give_up(connection, sent.endpoint_id, EndpointState.GONE, why, now)
            else:
                why = f"It took nothing for {GIVEN_UP_AFTER.days} days. {reason}"
                await _give_up(connection, sent.endpoint_id, EndpointState.FAILING, why, now, now - GIVEN_UP_AFTER)


async def _give_up(
    connection: DriverConnection,
    endpoint_id: int,
    state: EndpointState,
    why: str,
    now: datetime,
    failing_before: datetime | None = None,
) -> None:
    row = await connection.fetchrow(GIVE_UP, endpoint_id, state.value, why[:300], now, failing_before)
    if row is None:
        return
    log.error("webhook endpoint given up", endpoint_id=endpoint_id, state=state.value, why=why)
    notice = NewMessage(
        f"webhook-given-up:{endpoint_id}:{now.isoformat()}",
        Channel.MAIL,
        "webhook_given_up",
        row["contact"],
        {"url": row["url"], "why": why, "endpoint_id": endpoint_id},
    )
    await write_messages(connection, [notice], now)

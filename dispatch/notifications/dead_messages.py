"""Messages that were given up, among the dead letters."""

from typing import Any

from sqlalchemy import Select, String, cast, select, true

from dispatch.database.work import Work
from dispatch.jobs.dead_letters import DeadLetterSource, kind_column
from dispatch.notifications.models import MessageStatus, OutboxMessage
from dispatch.notifications.relay import Outbox, OutboxRelay
from dispatch.ports import Clock


def _query() -> Select[Any]:
    return select(
        kind_column(OutboxRelay.name),
        cast(OutboxMessage.id, String).label("id"),
        OutboxMessage.attempts.label("tries"),
        OutboxMessage.updated_at.label("failed_at"),
        OutboxMessage.last_error.label("last_error"),
        true().label("can_retry"),
    ).where(OutboxMessage.status == MessageStatus.DEAD)


async def _retry(work: Work, clock: Clock, _kind: str, letter_id: str) -> bool:
    known = select(OutboxMessage.id).where(
        cast(OutboxMessage.id, String) == letter_id, OutboxMessage.status == MessageStatus.DEAD
    )
    message_id = await work.session.scalar(known)
    if message_id is None:
        return False
    await Outbox(work, clock).send_again(message_id)
    return True


DEAD_MESSAGES = DeadLetterSource(frozenset({OutboxRelay.name}), "message", _query, _retry)

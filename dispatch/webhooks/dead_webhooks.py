"""Messages that were given up, among the dead letters."""

from typing import Any

from sqlalchemy import Select, String, cast, func, select, true, update

from dispatch.database.work import Work
from dispatch.jobs.dead_letters import DeadLetterSource, kind_column
from dispatch.ports import Clock
from dispatch.webhooks.models import MessageState, WebhookMessage
from dispatch.webhooks.sender import WebhookSender


def _query() -> Select[Any]:
    return select(
        kind_column(WebhookSender.name),
        cast(WebhookMessage.id, String).label("id"),
        WebhookMessage.attempts.label("tries"),
        func.coalesce(WebhookMessage.last_attempt_at, WebhookMessage.next_attempt_at).label("failed_at"),
        WebhookMessage.last_error.label("last_error"),
        true().label("can_retry"),
    ).where(WebhookMessage.status == MessageState.DEAD)


async def _retry(work: Work, clock: Clock, _kind: str, letter_id: str) -> bool:
    again = await work.session.scalar(
        update(WebhookMessage)
        .where(cast(WebhookMessage.id, String) == letter_id, WebhookMessage.status == MessageState.DEAD)
        .values(status=MessageState.PENDING, attempts=0, next_attempt_at=clock.now())
        .returning(WebhookMessage.id)
    )
    return again is not None


DEAD_WEBHOOKS = DeadLetterSource(frozenset({WebhookSender.name}), "webhook", _query, _retry)

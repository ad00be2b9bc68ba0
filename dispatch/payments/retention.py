"""Dropping what is only kept for a while: answered requests after a day, webhook ids after a week."""

from datetime import timedelta

from sqlalchemy import delete

from dispatch.database.engine import Database
from dispatch.idempotency.models import AnsweredRequest
from dispatch.payments.settling.models import WebhookReceipt
from dispatch.ports import Clock

ANSWERS_KEPT = timedelta(hours=48)
# A stale timestamp refuses a webhook after minutes, so its id could go much sooner.
WEBHOOK_IDS_KEPT = timedelta(days=7)


async def forget_old(database: Database, clock: Clock) -> None:
    """Delete what has been kept long enough."""
    now = clock.now()
    async with database.work() as work:
        await work.session.execute(delete(AnsweredRequest).where(AnsweredRequest.started_at < now - ANSWERS_KEPT))
        await work.session.execute(delete(WebhookReceipt).where(WebhookReceipt.received_at < now - WEBHOOK_IDS_KEPT))

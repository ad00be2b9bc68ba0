"""The ids of webhooks are kept for a week."""

from datetime import timedelta

from sqlalchemy import delete

from dispatch.database.engine import Database
from dispatch.payments.settling.models import WebhookReceipt
from dispatch.ports import Clock

# A stale timestamp refuses a webhook after minutes, so its id could go much sooner.
WEBHOOK_IDS_KEPT = timedelta(days=7)


async def forget_old_webhooks(database: Database, clock: Clock) -> None:
    """Delete what has been kept long enough."""
    async with database.work() as work:
        old = WebhookReceipt.received_at < clock.now() - WEBHOOK_IDS_KEPT
        await work.session.execute(delete(WebhookReceipt).where(old))

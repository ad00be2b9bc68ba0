"""Answers are kept for two days."""

from datetime import timedelta

from sqlalchemy import delete

from dispatch.database.engine import Database
from dispatch.idempotency.models import AnsweredRequest
from dispatch.ports import Clock

ANSWERS_KEPT = timedelta(hours=48)


async def forget_old_answers(database: Database, clock: Clock) -> None:
    """Delete what has been kept long enough."""
    async with database.work() as work:
        old = AnsweredRequest.started_at < clock.now() - ANSWERS_KEPT
        await work.session.execute(delete(AnsweredRequest).where(old))

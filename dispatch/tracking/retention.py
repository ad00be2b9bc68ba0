"""Old days go, new days are made ready."""

from datetime import UTC, datetime, time, timedelta

import structlog
from sqlalchemy import text

from dispatch.database.engine import Database
from dispatch.ports import Clock
from dispatch.tracking.partitions import Partitions, day_of

log = structlog.get_logger(__name__)


class Retention:
    """Keeps the positions of the last ``keep_days`` days; of ever, where that is 0."""

    def __init__(self, database: Database, clock: Clock, *, keep_days: int) -> None:
        self._database = database
        self._clock = clock
        self._keep_days = keep_days
        self._partitions = Partitions(database.engine)

    async def sweep(self) -> int:
        """Make the coming days' partitions and drop whole days that are over. Returns how many were dropped."""
        now = self._clock.now()
        await self._partitions.make_ahead(now)
        if self._keep_days == 0:
            return 0
        first_kept = day_of(now - timedelta(days=self._keep_days))
        dropped = await self._partitions.drop_before(first_kept)
        # What was stored before that day cannot come again: the ingest rejects it as too old.
        async with self._database.engine.begin() as connection:
            await connection.execute(
                text("DELETE FROM stored_seqs WHERE newest_at < :day"),
                {"day": datetime.combine(first_kept, time.min, UTC)},
            )
        if dropped:
            log.info("old positions dropped", days=len(dropped), before=str(first_kept))
        return len(dropped)

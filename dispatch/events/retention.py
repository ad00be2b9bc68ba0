"""How long events are kept."""

from datetime import timedelta

from sqlalchemy import delete, select

from dispatch.database.engine import Database
from dispatch.events.models import Event
from dispatch.ports import Clock

MOST_AT_ONCE = 10_000


class EventRetention:
    """Drops what was kept long enough, with what is left of sending it."""

    def __init__(self, database: Database, clock: Clock, *, keep_days: int) -> None:
        """``keep_days``: 0 keeps everything."""
        self._database = database
        self._clock = clock
        self._keep_days = keep_days

    async def sweep(self) -> None:
        """Delete old events, a portion at a time."""
        if not self._keep_days:
            return
        before = self._clock.now() - timedelta(days=self._keep_days)
        old = select(Event.id).where(Event.recorded_at < before, Event.sequence.is_not(None))
        portion = old.order_by(Event.recorded_at).limit(MOST_AT_ONCE)
        while True:
            async with self._database.work() as work:
                gone = await work.session.scalars(delete(Event).where(Event.id.in_(portion)).returning(Event.id))
                if len(gone.all()) < MOST_AT_ONCE:
                    return

"""All runs together: which there are, and how long they are kept."""

from datetime import timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import defer

from dispatch.assignments.models import Assignment, AssignmentRun, RunStatus
from dispatch.assignments.runs import end_silent_runs
from dispatch.database.engine import Database
from dispatch.ports import Clock

# A run may have made 20,000 assignments, each of which forgets it: more at once would hold their rows for long.
RUNS_AT_ONCE = 5


def runs_query(status: RunStatus | None) -> Select[AssignmentRun]:
    """Runs, newest first, without whom they could give nobody to."""
    query = select(AssignmentRun).options(defer(AssignmentRun.failures, raiseload=True))
    if status is not None:
        query = query.where(AssignmentRun.status == status)
    return query.order_by(AssignmentRun.id.desc())


class RunRetention:
    """Drops runs that ended long ago. The assignments that they made stay, and no longer say which run made them."""

    def __init__(self, database: Database, clock: Clock, *, keep_days: int) -> None:
        """``keep_days``: 0 keeps everything."""
        self._database = database
        self._clock = clock
        self._keep_days = keep_days

    async def sweep(self) -> None:
        """End those that nobody works on, and drop old ones, a portion at a time."""
        async with self._database.work() as work:
            await end_silent_runs(work.session, self._clock.now())
        if not self._keep_days:
            return
        before = self._clock.now() - timedelta(days=self._keep_days)
        old = select(AssignmentRun.id).where(AssignmentRun.ended_at < before)
        portion = old.order_by(AssignmentRun.id).limit(RUNS_AT_ONCE).with_for_update(skip_locked=True)
        while True:
            async with self._database.work() as work:
                gone = (await work.session.scalars(portion)).all()
                forget = update(Assignment).where(Assignment.run_id.in_(gone)).values(run_id=None)
                await work.session.execute(forget.execution_options(synchronize_session=False))
                await work.session.execute(
                    delete(AssignmentRun).where(AssignmentRun.id.in_(gone)).execution_options(synchronize_session=False)
                )
            if len(gone) < RUNS_AT_ONCE:
                return

"""Bulk runs as consoles are told of them: that one begins, how far it has come, and that it has ended.

They are read and not heard of: their counts change in the transactions that they count, so what is read is true also
where the server that worked on a run was killed, and no message can be lost.
"""

import time
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import defer

from dispatch.assignments.models import AssignmentRun, RunStatus
from dispatch.assignments.runs import end_silent_runs, is_silent
from dispatch.database.engine import Database
from dispatch.ports import Clock
from realtime.console.frames import RunFrame
from realtime.protocol import encode

# While none is running; one that runs is looked at in each round of the fleet.
LOOK_EVERY_S = 1.0
NEWEST = 20
# So long every console has had several turns to hear of an end, and one that reconnects hears of it too.
TOLD_AFTER_END = timedelta(seconds=60)


class RunWatch:
    """Keeps frames of the newest runs; another object where something has changed."""

    def __init__(self, database: Database, clock: Clock, told: dict[int, bytes]) -> None:
        """``told``: by number of the run; it is changed here alone."""
        self._database = database
        self._clock = clock
        self._told = told
        self._some_running = False
        self._looked_at = 0.0

    async def look(self) -> None:
        """Read what may have changed."""
        if not self._some_running and time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        runs = await self._read()
        self._some_running = any(run.status is RunStatus.RUNNING for run in runs)
        for run in runs:
            frame = encode(told_run(run))
            if self._told.get(run.id) != frame:
                self._told[run.id] = frame
        for forgotten in self._told.keys() - {run.id for run in runs}:
            del self._told[forgotten]

    async def _read(self) -> list[AssignmentRun]:
        """The newest that run or have just ended."""
        now = self._clock.now()
        newest = (
            select(AssignmentRun)
            .options(defer(AssignmentRun.failures, raiseload=True))
            .order_by(AssignmentRun.id.desc())
            .limit(NEWEST)
        )
        async with self._database.work() as work:
            found = (await work.session.scalars(newest)).all()
            if any(is_silent(run, now) for run in found):
                await end_silent_runs(work.session, now)
                found = (await work.session.scalars(newest, execution_options={"populate_existing": True})).all()
        return [run for run in found if run.ended_at is None or run.ended_at > now - TOLD_AFTER_END]


def told_run(run: AssignmentRun) -> RunFrame:
    """A run as it stands."""
    return RunFrame(
        id=run.id,
        kind=run.kind.value,
        plan_id=run.plan_id,
        status=run.status.value,
        asked_by=run.asked_by,
        deliveries=run.deliveries,
        planned=run.planned,
        assigned=run.assigned,
        failed=run.failed,
        left=run.left,
        started_at=run.started_at,
        ended_at=run.ended_at,
        error=run.error,
    )

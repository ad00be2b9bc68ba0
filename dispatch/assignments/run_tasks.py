"""The runs that one process works on beside its requests."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatch.assignments.bulk import BulkAssignments
from dispatch.assignments.models import RunStatus
from dispatch.assignments.plans import AssignmentPlans, Wanted
from dispatch.assignments.results import BulkFilter, BulkResult
from dispatch.assignments.runs import GONE, HEARTBEAT_EVERY_S, Run, RunEnded
from dispatch.audit.service import Actor, record
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import DispatchError
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

UNEXPECTED = "Something went wrong on our side. What was assigned until then stays; another run goes on with the rest."


CarryOut: TypeAlias = Callable[[Work, Run], Awaitable[None]]
"""What a run is to do in a unit of work; it commits what it likes and tells the run how far it has come."""


def assigning(wanted: BulkFilter, actor: Actor, bulk_in: Callable[[Work], BulkAssignments]) -> CarryOut:
    """Give deliveries out."""

    async def carry_out(work: Work, run: Run) -> None:
        result = await bulk_in(work).assign_many(wanted, actor.user_id, followed=run)
        await note_run(work, actor, result, run.id)

    return carry_out


def planning(wanted: Wanted, actor: Actor, plans_in: Callable[[Work], AssignmentPlans]) -> CarryOut:
    """Make a plan; it is kept with the end of its run, or not at all."""

    async def carry_out(work: Work, run: Run) -> None:
        await plans_in(work).make(wanted, actor.user_id, followed=run)

    return carry_out


class RunTasks:
    """Begins runs and ends them with the process."""

    def __init__(self, database: Database, clock: Clock, *, heartbeat_every_s: float = HEARTBEAT_EVERY_S) -> None:
        self._database = database
        self._clock = clock
        self._heartbeat_every_s = heartbeat_every_s
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, run_id: int, carry_out: CarryOut) -> None:
        """Work on a run whose row is committed."""
        task = asyncio.create_task(self._run(run_id, carry_out), name=f"assignment run {run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End them all; each is left as interrupted, with what it had committed."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, run_id: int, carry_out: CarryOut) -> None:
        living = asyncio.create_task(self._live_on(run_id), name=f"heartbeat of assignment run {run_id}")
        try:
            async with self._database.work() as work:
                run = Run(work, self._clock, run_id)
                await carry_out(work, run)
                await run.end(RunStatus.DONE)
        except asyncio.CancelledError:
            await self._end(run_id, RunStatus.INTERRUPTED, GONE)
            raise
        except RunEnded:
            log.warning("an assignment run went on after it was declared ended", run=run_id)
        except DispatchError as error:
            await self._end(run_id, RunStatus.FAILED, _words(error))
        except Exception:
            log.exception("an assignment run failed", run=run_id)
            await self._end(run_id, RunStatus.FAILED, UNEXPECTED)
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living

    async def _end(self, run_id: int, status: RunStatus, error: str) -> None:
        """Where not even that can be written down, whoever asks later finds the run without a sign of life."""
        try:
            async with self._database.work() as work:
                await Run(work, self._clock, run_id).end(status, error)
        except (SQLAlchemyError, OSError) as outage:
            log.warning("the end of an assignment run could not be written", run=run_id, error=type(outage).__name__)

    async def _live_on(self, run_id: int) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_every_s)
            try:
                async with self._database.work() as work:
                    await Run(work, self._clock, run_id).live_on()
            except RunEnded:
                return
            except (SQLAlchemyError, OSError) as error:  # there is time for some more tries
                log.warning("a run's sign of life could not be written", run=run_id, error=type(error).__name__)


def _words(error: DispatchError) -> str:
    """With all that is wrong, where several things are."""
    wrong = error.extra.get("wrong")
    if not isinstance(wrong, dict):
        return error.detail
    return " ".join([error.detail, *(f"{name}: {words}." for name, words in wrong.items())])


async def note_run(work: Work, actor: Actor, result: BulkResult, run_id: int | None = None) -> None:
    """One event a run; which deliveries went to whom stands with the assignments."""
    told = {"assigned": len(result.assigned), "failed": len(result.failures)}
    await record(work.session, actor, "deliveries.assigned", "run", "" if run_id is None else run_id, told)

"""Bulk runs that nobody waits for: rows that say how far a run has come, also where its server was killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import User
from dispatch.assignments.models import Assignment, AssignmentRun, RunKind, RunStatus
from dispatch.assignments.plans_models import AssignmentPlan
from dispatch.assignments.pool import whole_score
from dispatch.assignments.results import BulkAssigned, BulkResult, Failure
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock
from dispatch.transporters.models import Transporter

# A run says so often that it is worked on; silent for longer, its server is believed dead.
HEARTBEAT_EVERY_S = 5.0
GONE_AFTER = timedelta(seconds=30)
GONE = (
    "The server that worked on this run has ended. What was assigned until then stays; another run goes on with what "
    "still waits."
)
READ_AT_ONCE = 500
# So many of those whom nobody gets are kept by number and reason; beyond them they are counted. A row that each set
# writes again may not grow to megabytes.
FAILURES_KEPT = 1_000


class RunEnded(Conflict):
    """Somebody found this run without a sign of life and said that it has ended: nothing more is written."""

    def __init__(self) -> None:
        super().__init__("This run was declared ended.", code="run_ended")


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run stands; ``result`` once it has ended, however it did, where it gave deliveries out."""

    run: AssignmentRun
    result: BulkResult | None


class Run:
    """One run, written down in the unit of work that assigns (``bulk.FollowedRun``)."""

    def __init__(self, work: Work, clock: Clock, run_id: int) -> None:
        self._work = work
        self._clock = clock
        self._id = run_id

    @property
    def id(self) -> int:
        """Its number."""
        return self._id

    async def planned(self, plan: BulkResult, planned: int) -> None:
        """Keep and commit what the plan promises and whom it leaves out. Raises RunEnded."""
        await self._change(
            deliveries=planned + len(plan.failures),
            planned=planned,
            failed=len(plan.failures),
            failures=_kept(plan.failures[:FAILURES_KEPT]),
            certified=plan.certified,
            planned_total=plan.planned_total,
            upper_bound=plan.upper_bound,
        )
        await self._work.commit()

    async def made(self, plan: AssignmentPlan) -> None:
        """In the transaction that keeps the plan (``plans.PlanRun``): how much it promises. Raises RunEnded."""
        await self._change(
            plan_id=plan.id,
            deliveries=plan.pairs + len(plan.left_out),
            planned=plan.pairs,
            failed=len(plan.left_out),
            certified=plan.certified,
            planned_total=plan.total,
            upper_bound=plan.upper_bound,
        )

    async def wrote(self, assigned: int, refused: Sequence[Failure]) -> None:
        """Count in the transaction that is counted, so that a killed server leaves a true count. Raises RunEnded."""
        changes: dict[str, object] = {"assigned": AssignmentRun.assigned + assigned}
        if refused:
            changes["failed"] = AssignmentRun.failed + len(refused)
            known, more = AssignmentRun.failures, literal(_kept(refused), JSONB)
            room = func.jsonb_array_length(known) + len(refused) <= FAILURES_KEPT
            changes["failures"] = case((room, known.op("||")(more)), else_=known)
        await self._change(**changes)

    async def end(self, status: RunStatus, error: str = "") -> None:
        """It is over; what was ended already stays as it was ended."""
        try:
            await self._change(status=status, error=error, ended_at=self._clock.now())
        except RunEnded:
            return

    async def live_on(self) -> None:
        """A sign of life. Raises RunEnded."""
        await self._change()

    async def _change(self, **values: object) -> None:
        values["heartbeat_at"] = self._clock.now()
        changed = await self._work.session.scalar(
            update(AssignmentRun)
            .where(AssignmentRun.id == self._id, AssignmentRun.status == RunStatus.RUNNING)
            .values(values)
            .returning(AssignmentRun.id)
            .execution_options(synchronize_session=False)
        )
        if changed is None:
            raise RunEnded


async def begin_run(work: Work, clock: Clock, user_id: int | None, kind: RunKind = RunKind.ASSIGN) -> AssignmentRun:
    """A new run, which begins with the commit."""
    now = clock.now()
    run = AssignmentRun(
        asked_by=user_id,
        kind=kind,
        status=RunStatus.RUNNING,
        assigned=0,
        failed=0,
        failures=[],
        error="",
        started_at=now,
        heartbeat_at=now,
    )
    work.session.add(run)
    await work.session.flush()
    return run


async def report_of(work: Work, clock: Clock, run_id: int) -> RunReport:
    """How a run stands; one whose server was not heard of is found ended. Raises NotFound."""
    run = await work.session.get(AssignmentRun, run_id, populate_existing=True)
    if run is None:
        raise NotFound("There is no such run.")
    now = clock.now()
    if is_silent(run, now):
        await end_silent_runs(work.session, now, run_id)
        await work.session.refresh(run)
    if run.status is RunStatus.RUNNING or run.kind is RunKind.PLAN:
        return RunReport(run, None)
    return RunReport(run, await _result(work.session, run))


def is_silent(run: AssignmentRun, now: datetime) -> bool:
    """Whether it says that it runs, and its server is believed dead."""
    return run.status is RunStatus.RUNNING and run.heartbeat_at < now - GONE_AFTER


async def end_silent_runs(session: AsyncSession, now: datetime, run_id: int | None = None) -> None:
    """Runs, or one run, whose server was not heard of for ``GONE_AFTER`` are interrupted from now on."""
    silent = (
        update(AssignmentRun)
        .where(AssignmentRun.status == RunStatus.RUNNING, AssignmentRun.heartbeat_at < now - GONE_AFTER)
        .values(status=RunStatus.INTERRUPTED, error=GONE, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.execute(silent if run_id is None else silent.where(AssignmentRun.id == run_id))


async def _result(session: AsyncSession, run: AssignmentRun) -> BulkResult:
    """What a run has done, out of the rows that it left."""
    query = (
        select(
            Delivery.id,
            Delivery.delivery_id,
            Delivery.tracking_number,
            Assignment.transporter_id,
            User.name,
            Assignment.total_score,
        )
        .join(Delivery, Delivery.id == Assignment.delivery_id)
        .join(Transporter, Transporter.id == Assignment.transporter_id)
        .join(User, User.id == Transporter.user_id)
        .where(Assignment.run_id == run.id)
        .order_by(Assignment.id)
    )
    assigned: list[BulkAssigned] = []
    rows = await session.stream(query, execution_options={"yield_per": READ_AT_ONCE})
    async for part in rows.partitions():
        for number, uuid, tracking_number, transporter_id, name, score in part:
            total = score or 0.0
            assigned.append(
                BulkAssigned(number, uuid, tracking_number, transporter_id, name, total, whole_score(total))
            )
    return BulkResult(
        assigned,
        [Failure(*failure) for failure in run.failures],
        run.upper_bound or 0.0,
        bool(run.certified),
        run.planned_total or 0.0,
        unnamed_failures=run.failed - len(run.failures),
    )


def _kept(failures: Sequence[Failure]) -> list[list[object]]:
    return [[failure.delivery_id, failure.error, failure.reason] for failure in failures]

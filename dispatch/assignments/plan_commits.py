"""Committing a plan, set by set: what changed since it was made is looked at under locks and told pair by pair.

Lock order: plan, delivery, transporter. Each set is counted in the transaction that writes it, so a commit that was cut
off goes on where it stopped, and one that is repeated answers as the first did.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from dispatch.assignments.bulk import COMMIT_CHUNK
from dispatch.assignments.plan_pairs import pairs_of
from dispatch.assignments.plans_models import AssignmentPlan, PlanStatus
from dispatch.assignments.results import Failure, PlannedPair
from dispatch.assignments.sets import AssignmentSets, Wish
from dispatch.database.commits import is_outage
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.snapshot import Snapshot
from dispatch.decisions.store import Asked, Quality, Terms, keep_decision
from dispatch.errors import Conflict, NotFound, PartlyDone
from dispatch.events.payloads.plans import PlanCommitted, PlanExpired
from dispatch.events.recording import record
from dispatch.ports import Clock, LivePositions
from scoring import Params

KEPT_AFTER = timedelta(days=1)
CUT_OFF = (
    "The database stopped answering. What was assigned stays, the last step is not known; commit the plan again: it "
    "goes on."
)
OFFLINE = "The planned transporter is offline by now"


def params_of(plan: AssignmentPlan) -> Params:
    """Under which a plan was made."""
    distance, rating, capacity, workload = plan.weights
    return Params(weights=(distance, rating, capacity, workload), radius_m=plan.radius_m, load="sum")


def status_of(plan: AssignmentPlan, clock: Clock) -> PlanStatus:
    """How it stands now."""
    if plan.status is PlanStatus.OPEN and plan.expires_at <= clock.now():
        return PlanStatus.EXPIRED
    return plan.status


async def find_plan(work: Work, plan_id: int, *, lock: bool = False) -> AssignmentPlan:
    """Raises NotFound."""
    query = select(AssignmentPlan).where(AssignmentPlan.id == plan_id).execution_options(populate_existing=True)
    plan: AssignmentPlan | None = await work.session.scalar(query.with_for_update() if lock else query)
    if plan is None:
        raise NotFound("There is no such plan.", code="plan_not_found")
    return plan


class PlanCommits:
    """Commits plans in one unit of work, which it commits after each set."""

    def __init__(
        self, work: Work, clock: Clock, live: LivePositions, sets: AssignmentSets, *, chunk: int = COMMIT_CHUNK
    ) -> None:
        self._work = work
        self._clock = clock
        self._live = live
        self._sets = sets
        self._chunk = chunk

    async def commit(self, plan_id: int, user_id: int) -> AssignmentPlan:
        """Write what can still be written. Raises NotFound, Conflict (expired), PartlyDone (an outage)."""
        pairs: list[PlannedPair] | None = None
        while True:
            plan = await find_plan(self._work, plan_id, lock=True)
            if status_of(plan, self._clock) is PlanStatus.EXPIRED:
                raise Conflict(
                    "This plan is too old: people have moved. Make another one.",
                    code="plan_expired",
                    expired_at=plan.expires_at.isoformat(),
                )
            if plan.status is PlanStatus.COMMITTED:
                return plan
            pairs = pairs_of(Snapshot.unpack(plan.packed), params_of(plan)) if pairs is None else pairs
            before = plan.assigned, plan.pairs - plan.done
            try:
                await self.commit_set(plan, pairs, user_id)
                await self._work.commit()
            except (SQLAlchemyError, OSError) as error:
                if not is_outage(error):
                    raise
                raise PartlyDone(CUT_OFF, committed=before[0], left=before[1]) from error

    async def commit_set(self, plan: AssignmentPlan, pairs: Sequence[PlannedPair], user_id: int) -> None:
        """The next set of a locked plan, which the caller commits. ``pairs``: all of the plan."""
        if plan.status is PlanStatus.OPEN:
            await self._begin(plan, user_id)
        await self._write(plan, pairs[plan.done : plan.done + self._chunk], user_id)

    async def _begin(self, plan: AssignmentPlan, user_id: int) -> None:
        plan.status, plan.committed_by, plan.committed_at = PlanStatus.COMMITTING, user_id, self._clock.now()
        distance, rating, capacity, workload = plan.weights
        snapshot = Snapshot.unpack(plan.packed)
        await keep_decision(
            self._work,
            Asked(DecisionKind.BULK, user_id, plan.made_at),
            Terms(plan.engine, (distance, rating, capacity, workload), plan.radius_m, plan.vehicle_type),
            plan.packed,
            online=plan.online,
            delivery_ids=snapshot.parcels.ids.tolist(),
            quality=Quality(plan.total, plan.upper_bound, plan.certified),
        )

    async def _write(self, plan: AssignmentPlan, pairs: Sequence[PlannedPair], user_id: int) -> None:
        positions = await self._live.positions_of([pair.transporter_id for pair in pairs])
        wishes = [
            Wish(pair.delivery_id, pair.transporter_id, positions[pair.transporter_id], pair.scores)
            for pair in pairs
            if pair.transporter_id in positions
        ]
        offline = [Failure(pair.delivery_id, OFFLINE) for pair in pairs if pair.transporter_id not in positions]
        made, refused = await self._sets.write(wishes, user_id) if wishes else ([], [])
        plan.done += len(pairs)
        plan.assigned += len(made)
        who = {pair.delivery_id: pair.transporter_id for pair in pairs}
        told = [[one.delivery_id, who[one.delivery_id], one.error] for one in (*offline, *refused)]
        plan.failures = [*plan.failures, *told]
        if plan.done >= plan.pairs:
            plan.status = PlanStatus.COMMITTED
            committed = PlanCommitted(
                plan_id=plan.id, pairs=plan.pairs, assigned=plan.assigned, refused=len(plan.failures)
            )
            record(self._work.session, committed, at=self._clock.now())


class PlanRetention:
    """Writes down that plans expired, and drops them a while later; what was committed is kept with the decisions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def expire(self) -> None:
        """What nobody committed in its hour, each once, however many processes look."""
        async with self._database.work() as work:
            due = select(AssignmentPlan.id).where(
                AssignmentPlan.status == PlanStatus.OPEN, AssignmentPlan.expires_at <= self._clock.now()
            )
            expired = await work.session.execute(
                update(AssignmentPlan)
                .where(AssignmentPlan.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
                .values(status=PlanStatus.EXPIRED)
                .returning(AssignmentPlan.id, AssignmentPlan.pairs, AssignmentPlan.expires_at)
                .execution_options(synchronize_session=False)
            )
            for plan_id, pairs, at in sorted(expired.tuples()):
                record(work.session, PlanExpired(plan_id=plan_id, pairs=pairs), at=at)

    async def sweep(self) -> None:
        """Drops old ones. Deleting twice is once."""
        async with self._database.work() as work:
            gone = delete(AssignmentPlan).where(AssignmentPlan.expires_at < self._clock.now() - KEPT_AFTER)
            await work.session.execute(gone.execution_options(synchronize_session=False))

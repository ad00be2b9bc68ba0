"""What a tick came to: counted in the transactions that did it, and told of its place once it is over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.ports import Clock
from dispatch.rolling.leases import Claim, hold_place
from dispatch.rolling.models import RollingMove, RollingPlace, RollingTick
from scoring import Plan

LEFT_OUT_TOLD = 100
KEPT = timedelta(days=7)
DROPPED_AT_ONCE = 5_000


@dataclass(slots=True)
class Tick:
    """One of them. ``left_out``: deliveries that wait on, with why; ``got``: transporters that got one; seconds."""

    claim: Claim
    waiting: int = 0
    held: int = 0
    given: int = 0
    offered: int = 0
    moved_free: int = 0
    moved_accepted: int = 0
    plan: Plan | None = None
    plan_s: float = 0.0
    calls: bytes | None = None
    got: set[int] = field(default_factory=set)
    left_out: Sequence[tuple[int, str]] = ()
    _row: int | None = field(default=None, repr=False)

    async def note(
        self, work: Work, *, given: int = 0, offered: int = 0, moved_free: int = 0, moved_accepted: int = 0
    ) -> None:
        """Count what a transaction does, in that transaction."""
        counts = {"given": given, "offered": offered, "moved_free": moved_free, "moved_accepted": moved_accepted}
        if self._row is None:
            row = self._new(counts)
            work.session.add(row)
            await work.session.flush()
            self._row = row.id
        else:
            added = {name: getattr(RollingTick, name) + count for name, count in counts.items()}
            await work.session.execute(update(RollingTick).where(RollingTick.id == self._row).values(added))
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)

    def _new(self, counts: dict[str, int]) -> RollingTick:
        plan = self.plan
        return RollingTick(
            zone_id=self.claim.zone_id,
            at=self.claim.at,
            term=self.claim.term,
            duration_s=self.plan_s,
            waiting=self.waiting,
            held=self.held,
            total=None if plan is None else float(plan.total),
            upper_bound=None if plan is None else float(plan.upper_bound),
            certified=None if plan is None else bool(plan.certified),
            **counts,
        )

    async def end(self, database: Database, duration_s: float) -> None:
        """Tell of the place how it went; where it has another leader by now, Overtaken."""
        plan = self.plan
        async with database.work() as work:
            place = await hold_place(work.session, self.claim)
            place.ticked_at, place.duration_s, place.error = self.claim.at, duration_s, ""
            place.waiting, place.held_count = self.waiting, self.held
            place.given, place.offered = self.given, self.offered
            place.moved = self.moved_free + self.moved_accepted
            place.total = None if plan is None else float(plan.total)
            place.upper_bound = None if plan is None else float(plan.upper_bound)
            place.certified = None if plan is None else bool(plan.certified)
            place.calls = self.calls
            place.left_out_count = len(self.left_out)
            place.left_out = [list(one) for one in self.left_out[:LEFT_OUT_TOLD]]


@dataclass(frozen=True, slots=True)
class Churn:
    """Of some time: ticks that did something, and what they did."""

    ticks: int = 0
    given: int = 0
    offered: int = 0
    moved_free: int = 0
    moved_accepted: int = 0

    @property
    def per_hundred(self) -> float | None:
        """Accepted deliveries that were moved, of a hundred that were given or offered; None where there was none."""
        out = self.given + self.offered
        return 100 * self.moved_accepted / out if out else None


NO_CHURN = Churn()


async def churn_of(session: AsyncSession, since: datetime, zone_id: int | None = None) -> dict[int, Churn]:
    """By place, of those that did something; ``zone_id``: of one alone."""
    row = RollingTick
    sums = [func.sum(one) for one in (row.given, row.offered, row.moved_free, row.moved_accepted)]
    query = select(row.zone_id, func.count(), *sums).where(row.at >= since).group_by(row.zone_id)
    if zone_id is not None:
        query = query.where(row.zone_id == zone_id)
    return {zone: Churn(*(int(count) for count in counts)) for zone, *counts in await session.execute(query)}


class TickRetention:
    """Drops ticks and moves of long ago, and places that are gone. Deleting twice is once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def sweep(self) -> None:
        """A portion at a time."""
        before = self._clock.now() - KEPT
        for table, old in (
            (RollingTick, RollingTick.at < before),
            (RollingMove, RollingMove.at < before),
        ):
            gone = DROPPED_AT_ONCE
            while gone == DROPPED_AT_ONCE:
                async with self._database.work() as work:
                    ids = (await work.session.scalars(select(table.id).where(old).limit(DROPPED_AT_ONCE))).all()
                    await work.session.execute(delete(table).where(table.id.in_(ids)))
                    gone = len(ids)
        async with self._database.work() as work:
            await work.session.execute(delete(RollingPlace).where(RollingPlace.lease_until < before))

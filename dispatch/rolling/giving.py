"""Writing what a tick's plan gives: sets as of every plan for many, each with a look whether the place is still ours.

A transaction holds the place first, then deliveries, then transporters. What was cut off between two sets is planned
anew by the next tick, from what stands then.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from dispatch.assignments.bulk import COMMIT_CHUNK
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.sets import AssignmentSets, Wish
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked, Quality, keep_decision
from dispatch.rolling.leases import Claim, hold_place
from dispatch.rolling.planning import TickPlan
from dispatch.rolling.ticks import Tick

STRATEGY = "rolling"


@dataclass(slots=True)
class Gave:
    """Deliveries that somebody has now, and those that could not be given as planned, with why."""

    made: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


class Giving:
    """Gives directly, in transactions of its own."""

    def __init__(self, database: Database, sets_of: Callable[[Work], AssignmentSets]) -> None:
        self._database = database
        self._sets_of = sets_of

    async def give(self, claim: Claim, planned: TickPlan, tick: Tick, *, but: Collection[int]) -> Gave:
        """What the plan gives and can still be given, without ``but``. Raises Overtaken; what was written stays."""
        gave, rows = Gave(), planned.gives
        rows = [row for row in rows if planned.deliveries[row].id not in but]
        for start in range(0, len(rows), COMMIT_CHUNK):
            await self._give_some(claim, planned.part(rows[start : start + COMMIT_CHUNK]), tick, gave)
        return gave

    async def _give_some(self, claim: Claim, part: TickPlan, tick: Tick, gave: Gave) -> None:
        packed = await asyncio.to_thread(packed_plan, part.deliveries, part.pool, part.plan)
        async with self._database.work() as work:
            await hold_place(work.session, claim)
            made, refused = await self._sets_of(work).write(_wishes(part), None, strategy=STRATEGY)
            if made:
                await keep_plan(work, claim, part, packed, DecisionKind.ROLLING)
                await tick.note(work, given=len(made))
        gave.made += [one.delivery_id for one in made]
        tick.got.update(one.transporter_id for one in made)
        gave.refused += [(one.delivery_id, one.error) for one in refused]


def _wishes(part: TickPlan) -> Sequence[Wish]:
    plan, pool = part.plan, part.pool
    return [
        Wish(
            one.id,
            pool.id(int(plan.transporter[row])),
            pool.position(int(plan.transporter[row])),
            scores_of(plan.terms[row], plan.score[row]),
        )
        for row, one in enumerate(part.deliveries)
    ]


async def keep_plan(work: Work, claim: Claim, part: TickPlan, packed: bytes, kind: DecisionKind) -> None:
    """A decision about those of the set; its total and bound are the whole plan's."""
    plan = part.plan
    await keep_decision(
        work,
        Asked(kind, None, claim.at),
        terms_of(part.rules, part.pool),
        packed,
        online=len(part.pool.online),
        delivery_ids=[one.id for one in part.deliveries],
        quality=Quality(float(plan.total), float(plan.upper_bound), bool(plan.certified)),
    )

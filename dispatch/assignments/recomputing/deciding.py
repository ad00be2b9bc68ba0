"""One kept decision made again: the same people and parcels, other weights, the scoring as it is now."""

import zlib
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from dispatch.assignments.bulk import SOLVE_WITHIN_S
from dispatch.assignments.explaining import transporters_of
from dispatch.assignments.plan_pairs import PairColumns, columns_of
from dispatch.assignments.plan_problems import PlanProblem, pairs_of_rows
from dispatch.assignments.recording import rows_of
from dispatch.assignments.solving import Weights
from dispatch.decisions.models import Decision, DecisionKind
from dispatch.decisions.snapshot import Outcome, Snapshot
from scoring import VERSION, Deliveries, InputError, Params, rank

TIE = 0.01
"""Points a pair: what was kept is scored so exactly, so that much less makes no other decision."""


class NotRecomputed(StrEnum):
    """Why a decision is not made again."""

    BY_HAND = "by_hand"
    """A person named the transporter: no weights would have changed that."""
    ASKED = "asked"
    """Transporters were asked: who has it chose so."""
    UNREADABLE = "unreadable"
    """What it was made from cannot be read, or cannot be scored."""


class CannotRecompute(Exception):
    """``why`` this decision cannot be made again."""

    def __init__(self, why: NotRecomputed) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, eq=False)
class Recomputed:
    """A decision beside itself: the pairs of then and of now, by rows of the same snapshot.

    ``proven``: both plans were proven to be the best; where they were not, a change may be nothing but better luck.
    """

    snapshot: Snapshot
    before: PairColumns
    after: PairColumns
    proven: bool


def decide_again(decision: Decision, weights: Weights) -> Recomputed:
    """Under these weights. Takes as long as the decision did, so off the event loop. Raises CannotRecompute."""
    if decision.kind is DecisionKind.BY_HAND:
        raise CannotRecompute(NotRecomputed.BY_HAND)
    if decision.kind is DecisionKind.ROLLING_ASKED:
        raise CannotRecompute(NotRecomputed.ASKED)
    try:
        snapshot = Snapshot.unpack(decision.packed)
        params = Params(weights=weights, radius_m=decision.radius_m, load="sum")
        outcome, proven = _outcome(decision, snapshot, params)
        before, after = columns_of(snapshot, params.radius_m), columns_of(_with(snapshot, outcome), params.radius_m)
    except (ValueError, TypeError, LookupError, OverflowError, InputError, zlib.error) as error:
        raise CannotRecompute(NotRecomputed.UNREADABLE) from error
    least = TIE * max(before.rows.size, 1)
    if after.rows.size <= before.rows.size and after.scores(weights).sum() - before.scores(weights).sum() <= least:
        after = before
    return Recomputed(snapshot, before, after, proven)


def _outcome(decision: Decision, snapshot: Snapshot, params: Params) -> tuple[Outcome, bool]:
    """What comes of it, and whether that is proven to be the best."""
    same = snapshot.weights_of_each() is None and _ratios(params.weights) == _ratios(tuple(decision.weights))
    if decision.engine == VERSION and same:
        # The same version decides the same from the same; what it was kept with is only rounded.
        return snapshot.outcome, decision.certified is not False
    if _is_single(decision, snapshot):
        return _single(snapshot, params)
    outcome, proven = _plan(snapshot, params)
    return outcome, proven and decision.certified is not False


def _ratios(weights: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(weight / sum(weights), 12) for weight in weights)


def _is_single(decision: Decision, snapshot: Snapshot) -> bool:
    return decision.kind is DecisionKind.SINGLE and snapshot.parcels.ids.size == 1


def _with(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    return replace(snapshot, outcome=outcome)


def _single(snapshot: Snapshot, params: Params) -> tuple[Outcome, bool]:
    """The best of those who could have had it and were not passed over."""
    parcels, people = snapshot.parcels, snapshot.people
    located = bool(parcels.located[0])
    ranking = rank(
        float(parcels.lat[0]) if located else None,
        float(parcels.lon[0]) if located else None,
        float(parcels.weight_kg[0]),
        transporters_of(snapshot),
        params,
        top_k=people.ids.size,
    )
    barred = {person for _, person in (*snapshot.forbidden, *snapshot.gave_back)} | set(snapshot.changed)
    order = [int(row) for row in ranking.order if int(people.ids[row]) not in barred]
    person = np.array([order[0] if order else -1])
    return Outcome(person, np.where(person >= 0, 0, -1), np.zeros(1, dtype=np.int64)), True


def _plan(snapshot: Snapshot, params: Params) -> tuple[Outcome, bool]:
    """All for the highest total, as it was planned: what was locked stays, what was forbidden is."""
    parcels = snapshot.parcels
    row_of = {number: row for row, number in enumerate(parcels.ids.tolist())}
    locked = {
        row_of[delivery]: who
        for (delivery, _), who in zip(snapshot.locked, _rows(snapshot, snapshot.locked), strict=True)
        if delivery in row_of and who >= 0
    }
    barred = [*snapshot.forbidden, *snapshot.gave_back]
    forbidden = {
        (row_of[delivery], who)
        for (delivery, _), who in zip(barred, _rows(snapshot, barred), strict=True)
        if delivery in row_of and who >= 0
    }
    problem = PlanProblem(
        Deliveries(
            parcels.lat,
            parcels.lon,
            parcels.weight_kg,
            parcels.urgency,
            parcels.located,
            key=parcels.ids,
            radius_m=snapshot.radius_of_each(),
        ),
        transporters_of(snapshot),
        params.radius_m,
        params.weights,
        locked,
        pairs_of_rows(sorted(forbidden)),
    )
    plan = problem.whole(problem.solved(SOLVE_WITHIN_S).solve())
    return Outcome(plan.transporter, plan.slot, plan.reason), bool(plan.certified)


def _rows(snapshot: Snapshot, pairs: list[tuple[int, int]]) -> list[int]:
    found: list[int] = rows_of(snapshot.people, np.array([person for _, person in pairs], dtype=np.int64)).tolist()
    return found

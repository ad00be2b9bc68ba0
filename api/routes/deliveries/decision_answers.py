"""Answers about kept decisions. Scores are points, 0 to 100 and not rounded to whole ones; km, kg."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from dispatch.assignments.barriers import Verdict
from dispatch.assignments.explaining import Considered, ExplainedDecision, WhyNot
from dispatch.assignments.pool import REASON_TEXTS
from dispatch.assignments.results import Scores
from dispatch.decisions.models import Decision, DecisionKind
from scoring import Reason

BEST_NAMED = 20


class Weights(Struct, frozen=True, kw_only=True):
    """Of the four terms; only their ratios count."""

    distance: float
    rating: float
    capacity: float
    workload: float


class ExactScores(Struct, frozen=True, kw_only=True):
    """Four terms and their weighted mean."""

    distance: float
    rating: float
    capacity: float
    workload: float
    total: float


class ConsideredAnswer(Struct, frozen=True, kw_only=True):
    """A transporter in a decision.

    `place`: among the candidates, 1 for the highest score; null, as `scores`, for who was none. `behind`: points that
    were missing beside whoever got it, counted by what the place was worth to other deliveries of the plan. What is not
    known of somebody who was offline is null.
    """

    transporter_id: int
    name: str
    verdict: Verdict
    place: int | None
    scores: ExactScores | None
    behind: float | None
    distance_km: float | None
    rating: float | None
    free_capacity: float | None
    active: int | None
    max_active: int | None


class BarrierAnswer(Struct, frozen=True):
    """One thing that stood against somebody, and in words what would have had to be otherwise."""

    why: Verdict
    words: str


class WhyNotAnswer(ConsideredAnswer, frozen=True, kw_only=True):
    """One transporter at length.

    `barriers`: all of them would have had to go. `ways`: where there were none, each alone would have been enough.
    """

    barriers: list[BarrierAnswer]
    ways: list[str]


class FormerDecision(Struct, frozen=True):
    """A decision about the same delivery; `at` with its time explains it."""

    id: int
    made_at: datetime
    kind: DecisionKind


class DecisionBase(Struct, frozen=True, kw_only=True):
    """Under which terms a decision was made, and how good it was.

    `engine`: version of the scoring that decided, `engine_now`: of the one that explains. `online`: transporters that
    were looked at, `deliveries`: deliveries that were decided together. `total`, `upper_bound` and `gap` are those of
    the plan for all of them, null where there was none.
    """

    id: int
    delivery_id: int
    made_at: datetime
    kind: DecisionKind
    engine: int
    engine_now: int
    weights: Weights
    radius_km: float
    vehicle_type: str | None
    seed: int
    online: int
    deliveries: int
    total: float | None
    upper_bound: float | None
    gap: float | None
    certified_optimal: bool | None
    reason: str | None


class OwnDecisionAnswer(DecisionBase, frozen=True, kw_only=True):
    """A decision as a transporter sees it who was online then: nothing of others but how many candidates there were."""

    candidates_count: int
    you: WhyNotAnswer


class DecisionAnswer(DecisionBase, frozen=True, kw_only=True):
    """A decision about a delivery. `transporter_id`: whom it chose, null for nobody, and then `reason` says why.

    `candidates`: the best, and the chosen one wherever it stood. `excluded_counts`: who was no candidate, by the first
    thing against each. `asked`: the transporter that was asked about. `decisions`: all that are kept, newest first.
    """

    asked_by: int | None
    run_id: int | None
    transporter_id: int | None
    transporter_name: str | None
    candidates: list[ConsideredAnswer]
    candidates_count: int
    excluded_counts: dict[Verdict, int]
    asked: WhyNotAnswer | None
    decisions: list[FormerDecision]


class DecisionExport(DecisionBase, frozen=True, kw_only=True):
    """A decision with everybody who was online at it."""

    asked_by: int | None
    run_id: int | None
    transporter_id: int | None
    everyone: list[ConsideredAnswer]


def base_of(decision: Decision, explained: ExplainedDecision, engine_now: int) -> dict[str, Any]:
    """The fields of ``DecisionBase``."""
    distance, rating, capacity, workload = decision.weights
    total, bound = decision.total, decision.upper_bound
    reason = explained.reason
    return {
        "id": decision.id,
        "delivery_id": explained.delivery_id,
        "made_at": decision.made_at,
        "kind": decision.kind,
        "engine": decision.engine,
        "engine_now": engine_now,
        "weights": Weights(distance=distance, rating=rating, capacity=capacity, workload=workload),
        "radius_km": decision.radius_m / 1000,
        "vehicle_type": decision.vehicle_type,
        "seed": decision.seed,
        "online": decision.online,
        "deliveries": decision.deliveries,
        "total": total,
        "upper_bound": bound,
        "gap": None if total is None or bound is None else max(0.0, 1 - total / bound) if bound > 0 else 0.0,
        "certified_optimal": decision.certified,
        "reason": None if reason is Reason.NONE else REASON_TEXTS[reason],
    }


def considered_answer(one: Considered, names: Mapping[int, str]) -> ConsideredAnswer:
    """A transporter in a decision."""
    return ConsideredAnswer(**_considered(one, names))


def why_not_answer(found: WhyNot, names: Mapping[int, str]) -> WhyNotAnswer:
    """The same at length."""
    barriers = [BarrierAnswer(barrier.why, barrier.words) for barrier in found.barriers]
    return WhyNotAnswer(**_considered(found.considered, names), barriers=barriers, ways=found.ways)


def _considered(one: Considered, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "transporter_id": one.transporter_id,
        "name": names.get(one.transporter_id, ""),
        "verdict": one.verdict,
        "place": one.place,
        "scores": None if one.scores is None else _scores(one.scores),
        "behind": None if one.behind is None else round(one.behind, 3),
        "distance_km": None if one.distance_km is None else round(one.distance_km, 3),
        "rating": one.rating,
        "free_capacity": one.free_kg,
        "active": one.active,
        "max_active": one.max_active,
    }


def _scores(scores: Scores) -> ExactScores:
    return ExactScores(
        distance=round(scores.distance, 3),
        rating=round(scores.rating, 3),
        capacity=round(scores.capacity, 3),
        workload=round(scores.workload, 3),
        total=round(scores.total, 3),
    )

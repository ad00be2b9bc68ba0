"""Plans as they are told: who would get what, by which terms, and how good that is."""

from datetime import datetime

from msgspec import Struct

from api.routes.deliveries.decision_answers import ExactScores, Weights
from dispatch.assignments.plan_commits import params_of, status_of
from dispatch.assignments.plan_pairs import pairs_of
from dispatch.assignments.plans_models import AssignmentPlan, PlanStatus
from dispatch.assignments.results import PlanFigures, PlannedPair, Preview
from dispatch.decisions.snapshot import Snapshot
from dispatch.ports import Clock


class PlannedPairAnswer(Struct, frozen=True, kw_only=True):
    """A pair of a plan. ``distance_km``: from where the transporter was to the pickup."""

    delivery_id: int
    transporter_id: int
    locked: bool
    distance_km: float | None
    scores: ExactScores


class LeftOut(Struct, frozen=True):
    """A delivery that a plan gives to nobody, and why."""

    delivery_id: int
    reason: str


class ForbiddenPair(Struct, frozen=True):
    """A pair that was asked to be kept out of a plan."""

    delivery_id: int
    transporter_id: int


class RefusedPair(Struct, frozen=True):
    """A pair that could not be committed any more, and why; nobody else gets the delivery instead."""

    delivery_id: int
    transporter_id: int
    reason: str


class PlanQuality(Struct, frozen=True, kw_only=True):
    """How good a plan is. ``total``: sum of its scores; no plan has a higher one than ``upper_bound``.

    ``distance_km``: sum of the ways to the pickups. ``greedy_``…: the same where each delivery in turn takes the best
    that is left.
    """

    total: float
    upper_bound: float
    gap: float
    certified_optimal: bool
    distance_km: float
    greedy_total: float
    greedy_distance_km: float
    greedy_pairs: int


class PreviewAnswer(Struct, frozen=True, kw_only=True):
    """What a dry run shows of the plan that the same request without ``dry_run`` would carry out."""

    quality: PlanQuality
    pairs: list[PlannedPairAnswer]


class PlanProgress(Struct, frozen=True, kw_only=True):
    """How far a plan was committed, in pairs."""

    planned: int
    assigned: int
    refused: list[RefusedPair]
    left: int


class PlanAnswer(Struct, frozen=True, kw_only=True):
    """A plan. ``open`` until ``expires_at``, then ``expired``; ``committing`` goes on when the commit is repeated.

    ``forbidden``: as they were asked for, so that whoever plans again asks for the same.
    """

    id: int
    status: PlanStatus
    made_at: datetime
    expires_at: datetime
    made_by: int | None
    committed_at: datetime | None
    committed_by: int | None
    vehicle_type: str | None
    weights: Weights
    quality: PlanQuality
    progress: PlanProgress
    pairs: list[PlannedPairAnswer]
    forbidden: list[ForbiddenPair]
    left_out: list[LeftOut]


def plan_answer(plan: AssignmentPlan, clock: Clock) -> PlanAnswer:
    """A plan as it is told."""
    distance, rating, capacity, workload = plan.weights
    snapshot = Snapshot.unpack(plan.packed)
    return PlanAnswer(
        id=plan.id,
        status=status_of(plan, clock),
        made_at=plan.made_at,
        expires_at=plan.expires_at,
        made_by=plan.made_by,
        committed_at=plan.committed_at,
        committed_by=plan.committed_by,
        vehicle_type=plan.vehicle_type,
        weights=Weights(distance=distance, rating=rating, capacity=capacity, workload=workload),
        quality=_quality(
            PlanFigures(
                plan.total,
                plan.upper_bound,
                plan.certified,
                plan.distance_m,
                plan.greedy_total,
                plan.greedy_distance_m,
                plan.greedy_pairs,
            )
        ),
        progress=PlanProgress(
            planned=plan.pairs,
            assigned=plan.assigned,
            refused=[RefusedPair(*one) for one in plan.failures],
            left=plan.pairs - plan.done,
        ),
        pairs=[_pair(one) for one in pairs_of(snapshot, params_of(plan))],
        forbidden=[ForbiddenPair(*pair) for pair in snapshot.forbidden],
        left_out=[LeftOut(*one) for one in plan.left_out],
    )


def preview_answer(preview: Preview | None) -> PreviewAnswer | None:
    """What a dry run shows; None of what was carried out."""
    if preview is None:
        return None
    return PreviewAnswer(quality=_quality(preview.figures), pairs=[_pair(one) for one in preview.pairs])


def _quality(plan: PlanFigures) -> PlanQuality:
    bound = plan.upper_bound
    return PlanQuality(
        total=round(plan.total, 3),
        upper_bound=round(bound, 3),
        gap=max(0.0, 1 - plan.total / bound) if bound > 0 else 0.0,
        certified_optimal=plan.certified,
        distance_km=round(plan.distance_m / 1000, 3),
        greedy_total=round(plan.greedy_total, 3),
        greedy_distance_km=round(plan.greedy_distance_m / 1000, 3),
        greedy_pairs=plan.greedy_pairs,
    )


def _pair(one: PlannedPair) -> PlannedPairAnswer:
    scores = one.scores
    return PlannedPairAnswer(
        delivery_id=one.delivery_id,
        transporter_id=one.transporter_id,
        locked=one.locked,
        distance_km=None if one.distance_m is None else round(one.distance_m / 1000, 3),
        scores=ExactScores(
            distance=round(scores.distance, 3),
            rating=round(scores.rating, 3),
            capacity=round(scores.capacity, 3),
            workload=round(scores.workload, 3),
            total=round(scores.total, 3),
        ),
    )

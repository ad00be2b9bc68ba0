"""What came of an assignment. Scores are 0 to 100, whole; ``distance_km`` is from pickup to drop-off."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from api.routes.deliveries.plan_answers import PreviewAnswer, preview_answer
from dispatch.assignments.pool import whole_score
from dispatch.assignments.results import Assigned, BulkAssigned, BulkResult, Failure, Scores
from dispatch.transporters.models import Transporter


class AssignedTransporter(Struct, frozen=True, kw_only=True):
    """Who carries; ``rating`` is 0 to 5."""

    id: int
    name: str
    business_name: str
    vehicle_type: str
    vehicle_number: str
    rating: float
    phone: str


class ScoreDetails(Struct, frozen=True, kw_only=True):
    """Why: four terms and their weighted mean."""

    distance_score: int
    rating_score: int
    capacity_score: int
    workload_score: int
    total_score: int


class Alternative(Struct, frozen=True):
    """A runner-up."""

    transporter_id: int
    name: str
    score: int


class AssignmentAnswer(Struct, frozen=True, kw_only=True):
    """One delivery was assigned, or with ``dry_run`` would be: then ``plan`` has the terms, and how good it is."""

    success: Literal[True]
    message: str
    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    assigned_transporter: AssignedTransporter
    score_details: ScoreDetails
    alternatives: list[Alternative]
    distance_km: float | None
    estimated_delivery_time: datetime | None
    dry_run: bool
    plan: PreviewAnswer | None


class BulkAssignment(Struct, frozen=True, kw_only=True):
    """One assignment of many."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    assigned_transporter: str
    transporter_id: int
    score: int


class BulkSummary(Struct, frozen=True, kw_only=True):
    """A run in figures; ``certified_optimal``: no other plan has a higher total.

    ``planned_total``: sum of the scores; ``upper_bound``: what no plan can exceed. ``dry_run``: nothing was given.
    """

    total_processed: int
    successful_assignments: int
    failed_assignments: int
    avg_score: float
    certified_optimal: bool
    planned_total: float
    upper_bound: float
    dry_run: bool


class BulkFailure(Struct, frozen=True):
    """A delivery that was not assigned; ``reason`` where nobody can take it."""

    delivery_id: str
    error: str
    reason: str | None


class BulkAssignmentAnswer(Struct, frozen=True, kw_only=True):
    """All that wait were assigned as far as could be. ``plan``: of a dry run, with the greedy way beside it."""

    success: Literal[True]
    assignments: list[BulkAssignment]
    summary: BulkSummary
    failures: list[BulkFailure]
    plan: PreviewAnswer | None


class OperationAssignment(Struct, frozen=True):
    """One assignment of an operation on named deliveries."""

    delivery_id: int
    transporter: str
    score: int
    transporter_id: int


class OperationFailure(Struct, frozen=True):
    """A named delivery that was not assigned; ``reason`` where nobody can take it."""

    delivery_id: int
    error: str
    reason: str | None


class OperationResults(Struct, frozen=True):
    """What became of the named deliveries, or with ``dry_run`` would become.

    ``planned_total`` is the plan's sum of scores, ``upper_bound`` what no plan can exceed. ``plan``: of a dry run, with
    the greedy way beside it.
    """

    successful: int
    failed: int
    assignments: list[OperationAssignment]
    failures: list[OperationFailure]
    certified_optimal: bool
    planned_total: float
    upper_bound: float
    dry_run: bool
    plan: PreviewAnswer | None


class BulkOperationAnswer(Struct, frozen=True):
    """The operation is done."""

    operation: str
    results: OperationResults


def assignment_answer(made: Assigned) -> AssignmentAnswer:
    """One assignment with its scores."""
    dry_run = made.preview is not None
    return AssignmentAnswer(
        success=True,
        message="Nothing was assigned: this is what would be" if dry_run else "Delivery assigned successfully",
        delivery_id=made.delivery_id,
        delivery_uuid=made.delivery_uuid,
        tracking_number=made.tracking_number,
        assigned_transporter=AssignedTransporter(**asdict(made.carrier)),
        score_details=score_details(made.scores),
        alternatives=[Alternative(**other) for other in made.alternatives],
        distance_km=made.distance_km,
        estimated_delivery_time=made.arrives_at,
        dry_run=dry_run,
        plan=preview_answer(made.preview),
    )


def assigned_transporter(transporter: Transporter) -> AssignedTransporter:
    """Who carries; the user is loaded."""
    return AssignedTransporter(
        id=transporter.id,
        name=transporter.user.name,
        business_name=transporter.business_name,
        vehicle_type=transporter.vehicle_type,
        vehicle_number=transporter.vehicle_number,
        rating=float(transporter.rating),
        phone=transporter.phone,
    )


def score_details(scores: Scores) -> ScoreDetails:
    """Scores as people read them."""
    return ScoreDetails(
        distance_score=whole_score(scores.distance),
        rating_score=whole_score(scores.rating),
        capacity_score=whole_score(scores.capacity),
        workload_score=whole_score(scores.workload),
        total_score=whole_score(scores.total),
    )


def bulk_assignment_answer(result: BulkResult, *, dry_run: bool = False) -> BulkAssignmentAnswer:
    """A run over all that wait."""
    scores = [made.total for made in result.assigned]
    failed = len(result.failures) + result.unnamed_failures
    return BulkAssignmentAnswer(
        success=True,
        assignments=[_bulk_assignment(made) for made in result.assigned],
        summary=BulkSummary(
            total_processed=len(result.assigned) + failed,
            successful_assignments=len(result.assigned),
            failed_assignments=failed,
            avg_score=round(sum(scores) / len(scores), 1) if scores else 0.0,
            certified_optimal=result.certified,
            planned_total=round(result.planned_total, 1),
            upper_bound=round(result.upper_bound, 1),
            dry_run=dry_run,
        ),
        failures=[BulkFailure(str(one.delivery_id), one.error, one.reason) for one in result.failures],
        plan=preview_answer(result.preview),
    )


def _bulk_assignment(made: BulkAssigned) -> BulkAssignment:
    return BulkAssignment(
        delivery_id=made.delivery_id,
        delivery_uuid=made.delivery_uuid,
        tracking_number=made.tracking_number,
        assigned_transporter=made.transporter_name,
        transporter_id=made.transporter_id,
        score=made.score,
    )


def operation_answer(operation: str, result: BulkResult, *, dry_run: bool = False) -> BulkOperationAnswer:
    """A run over named deliveries."""
    assignments = [
        OperationAssignment(made.delivery_id, made.transporter_name, made.score, made.transporter_id)
        for made in result.assigned
    ]
    failures = [_operation_failure(failed) for failed in result.failures]
    return BulkOperationAnswer(
        operation,
        OperationResults(
            len(result.assigned),
            len(result.failures),
            assignments,
            failures,
            result.certified,
            round(result.planned_total, 1),
            round(result.upper_bound, 1),
            dry_run,
            preview_answer(result.preview),
        ),
    )


def _operation_failure(failed: Failure) -> OperationFailure:
    return OperationFailure(failed.delivery_id, failed.error, failed.reason)

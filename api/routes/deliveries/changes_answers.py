"""Answers to what changes about a delivery once somebody has it, or before."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from api.routes.deliveries.assignment_answers import Alternative, AssignedTransporter, ScoreDetails, score_details
from api.routes.deliveries.assignment_answers import assigned_transporter as transporter_answer
from dispatch.assignments.changes.many import ChangedMany
from dispatch.assignments.changes.reassigning import Moved
from dispatch.assignments.changes.relieving import MovedOne, NotMoved, Relieved
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority


class MovedAnswer(Struct, frozen=True, kw_only=True):
    """Somebody else has the delivery now; ``taken_from`` had it. No scores for one that was no candidate."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    taken_from: int
    estimated_delivery_time: datetime | None
    assigned_transporter: AssignedTransporter
    score_details: ScoreDetails | None
    alternatives: list[Alternative]


class ChangedDelivery(Struct, frozen=True, kw_only=True):
    """How a delivery stands after a change."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    priority: Priority
    transporter_id: int | None
    pinned: bool


class PriorityAnswer(Struct, frozen=True, kw_only=True):
    """A delivery is more or less urgent than it was; ``changed_from`` is what it was."""

    delivery: ChangedDelivery
    changed_from: Priority


class MovedOfMany(Struct, frozen=True, kw_only=True):
    """One of many that somebody else has now."""

    delivery_id: int
    tracking_number: str
    transporter_id: int
    transporter: str


class NotMovedOfMany(Struct, frozen=True, kw_only=True):
    """One of many that nobody else got, as a code and in words. ``waits``: nobody has it."""

    delivery_id: int
    tracking_number: str
    code: str
    error: str
    waits: bool


class RelievedAnswer(Struct, frozen=True, kw_only=True):
    """What became of each delivery of a transporter. ``aboard``: stays with it until it is handed on."""

    transporter_id: int
    moved: list[MovedOfMany]
    waiting: list[ChangedDelivery]
    failures: list[NotMovedOfMany]
    aboard: list[ChangedDelivery]


class BulkChangeFailure(Struct, frozen=True, kw_only=True):
    """A delivery that stayed as it was: why, as a code and in words; ``reason`` where nobody can take it."""

    delivery_id: int
    code: str
    error: str
    reason: str | None


class BulkChangeResults(Struct, frozen=True, kw_only=True):
    """What became of the named deliveries, each in the order in which it was named."""

    successful: int
    failed: int
    changed: list[ChangedDelivery]
    failures: list[BulkChangeFailure]


class BulkChangeAnswer(Struct, frozen=True, kw_only=True):
    """An operation that changes each delivery by itself is done."""

    operation: str
    results: BulkChangeResults


def bulk_change_answer(operation: str, done: ChangedMany) -> BulkChangeAnswer:
    """What became of each."""
    results = BulkChangeResults(
        successful=len(done.changed),
        failed=len(done.failures),
        changed=[ChangedDelivery(**asdict(one)) for one in done.changed],
        failures=[BulkChangeFailure(**asdict(one)) for one in done.failures],
    )
    return BulkChangeAnswer(operation=operation, results=results)


def moved_answer(moved: Moved) -> MovedAnswer:
    """One delivery that was moved."""
    given = moved.given
    delivery = given.delivery
    return MovedAnswer(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        taken_from=moved.taken_from,
        estimated_delivery_time=delivery.estimated_delivery_time,
        assigned_transporter=transporter_answer(given.transporter),
        score_details=score_details(given.scores) if given.scores else None,
        alternatives=[Alternative(**other) for other in given.alternatives],
    )


def changed_delivery(delivery: Delivery) -> ChangedDelivery:
    """How it stands now."""
    return ChangedDelivery(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        priority=delivery.priority,
        transporter_id=delivery.transporter_id,
        pinned=delivery.pinned,
    )


def relieved_answer(done: Relieved) -> RelievedAnswer:
    """All deliveries of a transporter."""
    return RelievedAnswer(
        transporter_id=done.transporter_id,
        moved=[_moved(one) for one in done.moved],
        waiting=[changed_delivery(one) for one in done.waiting],
        failures=[_not_moved(one) for one in done.failures],
        aboard=[changed_delivery(one) for one in done.aboard],
    )


def _moved(one: MovedOne) -> MovedOfMany:
    return MovedOfMany(
        delivery_id=one.delivery_id,
        tracking_number=one.tracking_number,
        transporter_id=one.transporter_id,
        transporter=one.transporter_name,
    )


def _not_moved(one: NotMoved) -> NotMovedOfMany:
    return NotMovedOfMany(
        delivery_id=one.delivery_id,
        tracking_number=one.tracking_number,
        code=one.code,
        error=one.error,
        waits=one.waits,
    )

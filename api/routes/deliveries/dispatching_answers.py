"""Answers to a dispatcher's own decisions. Scores are 0 to 100, whole; km, kg, degrees."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from api.routes.deliveries.assignment_answers import Alternative, AssignedTransporter, ScoreDetails, score_details
from api.routes.deliveries.assignment_answers import assigned_transporter as transporter_answer
from dispatch.assignments.by_hand import TakenBack
from dispatch.assignments.candidates import Candidate, CandidateList
from dispatch.assignments.exclusions import Excluded, Exclusion
from dispatch.assignments.results import Given
from dispatch.deliveries.models import DeliveryStatus
from dispatch.ports import Presence


class DelayAnswer(Struct, frozen=True, kw_only=True):
    """By how many seconds another delivery would be at its door later."""

    delivery_id: int
    by_s: int


class CandidateAnswer(Struct, frozen=True, kw_only=True):
    """One who could carry. ``distance_km`` is from where it is to the pickup, as the crow flies.

    Of a parcel that is aboard it is to whoever has it. ``estimated_pickup_time``: when this one would be there.
    ``gave_back``: had this delivery and did not want it. Both times are among all else that this one has to do, of
    which ``stops_before`` are before the door. ``delays``: what else this one has to do that would come later for it,
    by a minute at least and the most first.
    """

    transporter: AssignedTransporter
    score_details: ScoreDetails
    distance_km: float | None
    active: int
    max_active: int
    free_capacity: float
    presence: Presence
    latitude: float
    longitude: float
    recorded_at: datetime
    estimated_pickup_time: datetime
    estimated_delivery_time: datetime
    stops_before: int
    delays: list[DelayAnswer]
    gave_back: bool


class ExcludedAnswer(Struct, frozen=True, kw_only=True):
    """One who is no candidate: why, as a code and in words. ``can_be_given``: by hand all the same, unless on hold."""

    transporter_id: int
    name: str
    vehicle_type: str
    why: Exclusion
    words: str
    can_be_given: bool
    distance_km: float | None
    free_capacity: float | None
    active: int
    max_active: int


class CandidatesAnswer(Struct, frozen=True, kw_only=True):
    """Who could carry a delivery. ``transporter_id`` has it at present; ``reason``: why nobody could."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    candidates: list[CandidateAnswer]
    candidates_count: int
    excluded: list[ExcludedAnswer]
    excluded_counts: dict[Exclusion, int]
    reason: str | None


class GivenAnswer(Struct, frozen=True, kw_only=True):
    """A delivery was given to whom a dispatcher named; no scores where that one was no candidate."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    assigned_transporter: AssignedTransporter
    score_details: ScoreDetails | None
    alternatives: list[Alternative]
    estimated_delivery_time: datetime | None


class TakenBackAnswer(Struct, frozen=True, kw_only=True):
    """A delivery waits again."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    taken_from: int
    reason: TakenBack


def candidates_answer(found: CandidateList) -> CandidatesAnswer:
    """The candidates of a delivery."""
    delivery = found.delivery
    return CandidatesAnswer(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        transporter_id=delivery.transporter_id,
        candidates=[_candidate(one) for one in found.candidates],
        candidates_count=found.fitting,
        excluded=[_excluded(one) for one in found.excluded],
        excluded_counts=found.counts,
        reason=found.nobody,
    )


def given_answer(given: Given) -> GivenAnswer:
    """A dispatcher's own assignment."""
    delivery = given.delivery
    return GivenAnswer(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        assigned_transporter=transporter_answer(given.transporter),
        score_details=score_details(given.scores) if given.scores else None,
        alternatives=[Alternative(**other) for other in given.alternatives],
        estimated_delivery_time=delivery.estimated_delivery_time,
    )


def _candidate(one: Candidate) -> CandidateAnswer:
    return CandidateAnswer(
        transporter=transporter_answer(one.transporter),
        score_details=score_details(one.scores),
        distance_km=_rounded(one.distance_km),
        active=one.load.active,
        max_active=one.transporter.max_active,
        free_capacity=one.load.shown_free_kg(one.transporter),
        presence=one.position.presence,
        latitude=one.position.lat,
        longitude=one.position.lon,
        recorded_at=one.position.recorded_at,
        estimated_pickup_time=one.pickup_at,
        estimated_delivery_time=one.arrival,
        stops_before=one.stops_before,
        delays=[DelayAnswer(delivery_id=late.delivery_id, by_s=round(late.by.total_seconds())) for late in one.delays],
        gave_back=one.gave_back,
    )


def _excluded(one: Excluded) -> ExcludedAnswer:
    return ExcludedAnswer(
        transporter_id=one.transporter_id,
        name=one.name,
        vehicle_type=one.vehicle_type,
        why=one.why,
        words=one.words,
        can_be_given=one.can_be_given,
        distance_km=_rounded(one.distance_km),
        free_capacity=one.free_kg,
        active=one.active,
        max_active=one.max_active,
    )


def _rounded(km: float | None) -> float | None:
    return None if km is None else round(km, 2)

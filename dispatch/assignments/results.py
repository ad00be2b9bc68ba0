"""What is asked of an assignment, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.assignments.pool import NO_TRANSPORTER_FOUND, REASON_TEXTS
from dispatch.deliveries.models import Delivery, Priority
from dispatch.errors import DispatchError
from dispatch.transporters.models import Transporter
from scoring import Reason


class NoTransporter(DispatchError):
    """Nobody can take the delivery; ``reason`` says why, ``suggestions`` what might help."""

    code = "no_transporter"

    def __init__(self, reason: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(NO_TRANSPORTER_FOUND, reason=reason, suggestions=list(suggestions))


@dataclass(frozen=True, slots=True)
class Scores:
    """Why a transporter was chosen: four terms and their weighted mean, 0–100, unrounded."""

    distance: float
    rating: float
    capacity: float
    workload: float
    total: float


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """A delivery and whom a plan gives it to. ``distance_m``: the way to the pickup, None if unknown."""

    delivery_id: int
    transporter_id: int
    scores: Scores
    distance_m: float | None
    locked: bool = False


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """How good a plan is: sums of scores, metres to the pickups, and the same of the greedy way."""

    total: float
    upper_bound: float
    certified: bool
    distance_m: float
    greedy_total: float
    greedy_distance_m: float
    greedy_pairs: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a dry run is told of the plan that would be carried out."""

    figures: PlanFigures
    pairs: Sequence[PlannedPair]


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries, as it is told; ``rating`` is 0 to 5."""

    id: int
    name: str
    business_name: str
    vehicle_type: str
    vehicle_number: str
    rating: float
    phone: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """One assignment that was made, or with a ``preview`` would be.

    ``distance_km`` is from pickup to drop-off; ``arrives_at``: at the door.
    """

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    distance_km: float | None
    arrives_at: datetime
    carrier: Carrier
    scores: Scores
    alternatives: list[dict[str, Any]]
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class BulkAssigned:
    """One assignment of a bulk run, made or planned. ``total``: its score, unrounded; ``score``: as people read it."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    transporter_id: int
    transporter_name: str
    total: float
    score: int


@dataclass(frozen=True, slots=True)
class Given:
    """A delivery that a dispatcher gave to somebody; ``scores`` None where that one was no candidate."""

    delivery: Delivery
    transporter: Transporter
    scores: Scores | None
    alternatives: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which deliveries and which transporters a bulk run is about.

    ``time_range_hours``: only deliveries whose requested pickup, or else creation, is so many hours from now at most,
    before or after. ``but_transporter_id``: one that is given nothing.
    """

    priority: Priority | None = None
    vehicle_type: str | None = None
    max_assignments: int | None = None
    time_range_hours: float | None = None
    delivery_ids: Sequence[int] | None = None
    but_transporter_id: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery that was not assigned: what to answer and, where nobody can take it, why."""

    delivery_id: int
    error: str
    reason: str | None = None


def nobody_for(delivery_id: int, why: Reason) -> Failure:
    return Failure(delivery_id, NO_TRANSPORTER_FOUND, REASON_TEXTS[why])


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk run did, or would do. ``upper_bound``: no plan of the snapshot has a higher total of scores.

    ``unnamed_failures``: so many more could not be given than ``failures`` names. ``preview``: of a dry run.
    """

    assigned: list[BulkAssigned]
    failures: list[Failure]
    upper_bound: float
    certified: bool
    planned_total: float
    unnamed_failures: int = 0
    preview: Preview | None = None

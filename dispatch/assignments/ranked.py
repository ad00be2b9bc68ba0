"""One delivery against the pool: who comes first, by which scores, and what is said where nobody can."""

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.accounts.models import User
from dispatch.assignments.models import Assignment
from dispatch.assignments.pool import REASON_TEXTS, Pool, alternative
from dispatch.assignments.results import Scores
from dispatch.assignments.rules import Rules
from dispatch.deliveries.models import ON_HOLD, Delivery, DeliveryStatus
from dispatch.errors import Conflict
from dispatch.transporters.models import Transporter
from scoring import Ranking, Reason, rank

ALTERNATIVES = 5
RANKED = 20
"""So many of the best are tried one after the other."""


def rank_pool(
    delivery: Delivery, pool: Pool, rules: Rules, top_k: int = RANKED, place: tuple[float, float] | None = None
) -> Ranking:
    """Score everybody of the pool for a delivery; off the event loop where the pool is large.

    ``place``: where it is fetched, None at its pickup.
    """
    lat, lon = (delivery.pickup_lat, delivery.pickup_lon) if place is None else place
    return rank(
        lat,
        lon,
        float(delivery.package_weight),
        pool.rows(),
        rules.params(),
        top_k=top_k,
    )


def scores_of(terms: npt.NDArray[np.float64], total: float) -> Scores:
    """A row of a ranking or plan."""
    distance, rating, capacity, workload = (float(term) for term in terms)
    return Scores(distance, rating, capacity, workload, float(total))


def decision(
    delivery: Delivery,
    transporter: Transporter,
    user: User | None,
    strategy: str,
    scores: Scores | None,
    alternatives: list[dict[str, Any]],
    now: datetime,
) -> Assignment:
    """The row that keeps who got a delivery and why; ``scores`` None where they could not be reckoned."""
    return Assignment(
        delivery_id=delivery.id,
        transporter_id=transporter.id,
        assigned_by=user.id if user else None,
        strategy=strategy,
        distance_score=scores.distance if scores else None,
        rating_score=scores.rating if scores else None,
        capacity_score=scores.capacity if scores else None,
        workload_score=scores.workload if scores else None,
        total_score=scores.total if scores else None,
        alternatives=alternatives,
        created_at=now,
    )


def runners_up(ranking: Ranking, pool: Pool, row: int) -> list[dict[str, Any]]:
    """The best of all others than ``row``, as they are kept with the decision."""
    return [
        alternative(pool, int(other), float(ranking.score[other]))
        for other in ranking.order[: ALTERNATIVES + 1]
        if other != row
    ][:ALTERNATIVES]


def nobody_of(ranking: Ranking) -> str:
    """``nearest_reason`` in words."""
    return REASON_TEXTS[nearest_reason(ranking)]


def nearest_reason(ranking: Ranking) -> Reason:
    """Why nobody can: the reason nearest to success, what most nearly let somebody take it."""
    reasons = {Reason(int(code)) for code in np.unique(ranking.reason)}
    for reason in (Reason.NO_SLOT, Reason.TOO_HEAVY, Reason.TOO_FAR):
        if reason in reasons:
            return reason
    return Reason.NO_TRANSPORTERS


def check_available(delivery: Delivery, now: datetime) -> None:
    """Raises Conflict for a delivery that does not wait, with its status and who has it, or that is on hold."""
    if delivery.status is not DeliveryStatus.AVAILABLE:
        raise Conflict(
            f"Delivery is {delivery.status.display.lower()} already",
            code="already_assigned",
            suggestions=[],
            **holder_of(delivery),
        )
    if delivery.is_on_hold(now):
        raise Conflict(ON_HOLD, code="on_hold", suggestions=[], until=_until(delivery), **holder_of(delivery))


def _until(delivery: Delivery) -> str | None:
    return None if delivery.on_hold_until is None else delivery.on_hold_until.isoformat()


def holder_of(delivery: Delivery) -> dict[str, object]:
    """How a delivery stands, for who found it otherwise than expected: its status and who has it."""
    transporter = delivery.transporter
    return {
        "delivery_status": delivery.status.value,
        "transporter_id": delivery.transporter_id,
        "transporter_name": transporter.user.name if transporter is not None else None,
    }

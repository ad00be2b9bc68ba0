"""Who could carry a delivery, in order and with the terms that make the order; nothing is assigned."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from dispatch.assignments.exclusions import OF_RANKING, Excluded, Exclusion, outside_of, words_of
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import holder_of, nobody_of, rank_pool, scores_of
from dispatch.assignments.results import Scores
from dispatch.database.work import Work
from dispatch.deliveries.eta import expected_arrival, trip_of
from dispatch.deliveries.loads import Load
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.service import DeliveryKey
from dispatch.deliveries.steps import DeliverySteps
from dispatch.errors import Conflict
from dispatch.geo import great_circle_m
from dispatch.ports import Clock, LivePosition, LivePositions
from dispatch.transporters.models import Transporter
from scoring import Reason

OPEN = frozenset({DeliveryStatus.AVAILABLE, DeliveryStatus.ASSIGNED})
EXCLUDED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who could be given the delivery. ``arrival``: when it would be at its door, were it given now."""

    transporter: Transporter
    position: LivePosition
    load: Load
    scores: Scores
    distance_km: float | None
    arrival: datetime


@dataclass(frozen=True, slots=True)
class CandidateList:
    """The best first; of those who are no candidates the ones nearest to being one, with the number of all by reason.

    ``nobody``: why there is no candidate, None where there is one.
    """

    delivery: Delivery
    candidates: list[Candidate]
    fitting: int
    excluded: list[Excluded]
    counts: dict[Exclusion, int]
    nobody: str | None


class Candidates:
    """Candidates of one unit of work, which it commits before the scoring."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        live: LivePositions,
        steps: DeliverySteps,
        *,
        radius_m: float,
        road_factor: float,
    ) -> None:
        self._work = work
        self._clock = clock
        self._live = live
        self._steps = steps
        self._radius_m = radius_m
        self._road_factor = road_factor

    async def of(self, key: DeliveryKey, top_k: int) -> CandidateList:
        """For a delivery that was not picked up; at most ``top_k``. Raises NotFound, Conflict."""
        delivery = await self._steps.deliveries.get(key)
        if delivery.status not in OPEN:
            raise Conflict(
                f"A delivery that is {delivery.status.value} is given to nobody.",
                code="wrong_status",
                **holder_of(delivery),
            )
        pool = await load_pool(self._work, self._live, self._clock)
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, self._radius_m, top_k)
        outside = await outside_of(self._work, self._clock, pool)
        await self._work.commit()
        barred = [
            self._barred(pool, row, Reason(int(code)), delivery) for row, code in enumerate(ranking.reason) if code
        ]
        excluded = sorted(barred + outside, key=_nearness)
        return CandidateList(
            delivery,
            [
                self._candidate(pool, int(row), scores_of(ranking.terms[row], ranking.score[row]), delivery)
                for row in ranking.order
            ],
            len(pool.transporters) - len(barred),
            excluded[:EXCLUDED_SHOWN],
            dict(Counter(one.why for one in excluded)),
            None if len(ranking.order) else nobody_of(ranking, pool),
        )

    def _candidate(self, pool: Pool, row: int, scores: Scores, delivery: Delivery) -> Candidate:
        transporter, position = pool.transporters[row], pool.positions[row]
        arrival = expected_arrival(
            trip_of(delivery, transporter.vehicle_type),
            position,
            picked_up=False,
            road_factor=self._road_factor,
            now=self._clock.now(),
        )
        distance_km = _distance_km(delivery, position)
        return Candidate(transporter, position, pool.loads[row], scores, distance_km, arrival.likely_minute)

    def _barred(self, pool: Pool, row: int, reason: Reason, delivery: Delivery) -> Excluded:
        transporter, load = pool.transporters[row], pool.loads[row]
        why, distance_km = OF_RANKING[reason], _distance_km(delivery, pool.positions[row])
        return Excluded(
            transporter.id,
            transporter.user.name,
            transporter.vehicle_type,
            why,
            words_of(why, load, transporter, delivery, distance_km),
            distance_km,
            load.shown_free_kg(transporter),
            load.active,
            transporter.max_active,
        )


def _distance_km(delivery: Delivery, position: LivePosition) -> float | None:
    """From a transporter to the pickup as the crow flies; None where the pickup has no place."""
    if delivery.pickup_lat is None or delivery.pickup_lon is None:
        return None
    return great_circle_m(delivery.pickup_lat, delivery.pickup_lon, position.lat, position.lon) / 1000


def _nearness(one: Excluded) -> tuple[bool, float, int, int]:
    """Those who are near the pickup first, then by what stands against them."""
    distance_km = one.distance_km
    return distance_km is None, distance_km or 0.0, list(Exclusion).index(one.why), one.transporter_id

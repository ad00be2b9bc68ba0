"""Who could carry a delivery, in order and with the terms that make the order; nothing is assigned."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.exclusions import (
    EXCLUSIONS,
    GIVEN_ALL_THE_SAME,
    OF_REASON,
    WORDS,
    Excluded,
    Exclusion,
    Room,
    counts_of,
    no_room,
    outside_of,
    words_of,
)
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import holder_of, nobody_of, rank_pool, scores_of
from dispatch.assignments.results import Scores
from dispatch.assignments.rules import AssignmentRules
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.eta import Errand, errand_of, tour_from, with_errand
from dispatch.deliveries.loads import Load
from dispatch.deliveries.models import ABOARD, Delivery, DeliveryStatus
from dispatch.deliveries.open_errands import errands_of
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.stops import Delay
from dispatch.errors import Conflict
from dispatch.geo import great_circle_m, great_circles_m
from dispatch.keyed_columns import KeyedColumns
from dispatch.ports import Clock, LivePosition, LivePositions
from dispatch.transporters.kept import KeptTransporters
from dispatch.transporters.models import Transporter
from scoring import Ranking, Reason

OPEN = ABOARD | {DeliveryStatus.AVAILABLE, DeliveryStatus.ASSIGNED}
EXCLUDED_SHOWN = 100

Place: TypeAlias = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who could be given the delivery. ``arrival``: when it would be at its door, were it given now.

    ``pickup_at``: when this one would be where it is fetched. Both among all else that this one has to do, of which
    ``stops_before`` are before the door.
    ``delays``: what this one carries or is to fetch that would come later for it.
    ``gave_back``: had it and did not want it, so that nothing that decides by itself gives it to this one again.
    """

    transporter: Transporter
    position: LivePosition
    load: Load
    scores: Scores
    distance_km: float | None
    pickup_at: datetime
    arrival: datetime
    stops_before: int
    delays: list[Delay]
    gave_back: bool


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
        kept: KeptTransporters,
        live: LivePositions,
        deliveries: Deliveries,
        *,
        rules: AssignmentRules,
        road_factor: float,
    ) -> None:
        self._work = work
        self._clock = clock
        self._kept = kept
        self._live = live
        self._deliveries = deliveries
        self._rules = rules
        self._road_factor = road_factor

    async def of(self, key: DeliveryKey, top_k: int) -> CandidateList:
        """For a delivery that has not ended; at most ``top_k``. Raises NotFound, Conflict.

        A parcel that is aboard is fetched where whoever has it was last: the two have to meet.
        """
        delivery = await self._deliveries.get(key)
        if delivery.status not in OPEN:
            raise Conflict(
                f"A delivery that is {delivery.status.value} is given to nobody.",
                code="wrong_status",
                **holder_of(delivery),
            )
        pool = await load_pool(self._work, self._kept, self._live, self._clock)
        rules = await self._rules.of(delivery)
        place = await self._place_of(delivery)
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, rules, top_k, place)
        given = not delivery.is_on_hold(self._clock.now())
        excluded, counts = await asyncio.to_thread(_excluded, delivery, place, pool, ranking, given=given)
        refusers = await refusers_of(self._work.session, delivery.id)
        best = [int(row) for row in ranking.order]
        known = await self._transporters([pool.id(row) for row in best])
        errands = await errands_of(
            await self._work.driver(writes=False), [one.id for one in known.values() if one.active_count]
        )
        await self._work.commit()
        # Who has much to do is put in order, some milliseconds each: not in the way of everybody's pings.
        told = await asyncio.to_thread(
            lambda: [
                self._candidate(
                    delivery,
                    place,
                    known[one],
                    pool.position(row),
                    scores_of(ranking.terms[row], ranking.score[row]),
                    errands.get(one, ()),
                    gave_back=one in refusers,
                )
                for row in best
                if (one := pool.id(row)) in known
            ]
        )
        return CandidateList(
            delivery,
            told,
            int(np.count_nonzero(ranking.reason == Reason.NONE)),
            excluded,
            counts,
            None if best else nobody_of(ranking),
        )

    async def _transporters(self, ids: list[int]) -> dict[int, Transporter]:
        query = select(Transporter).where(among(Transporter.id, ids)).options(selectinload(Transporter.user))
        return {transporter.id: transporter for transporter in await self._work.session.scalars(query)}

    async def _place_of(self, delivery: Delivery) -> Place | None:
        """Where it is fetched; None where nobody knows."""
        if delivery.status in ABOARD and delivery.transporter_id is not None:
            found = await self._live.last_known([delivery.transporter_id])
            holder = found.get(delivery.transporter_id)
            return None if holder is None else (holder.lat, holder.lon)
        if delivery.pickup_lat is None or delivery.pickup_lon is None:
            return None
        return delivery.pickup_lat, delivery.pickup_lon

    def _candidate(
        self,
        delivery: Delivery,
        place: Place | None,
        transporter: Transporter,
        position: LivePosition,
        scores: Scores,
        errands: tuple[Errand, ...],
        *,
        gave_back: bool,
    ) -> Candidate:
        own = errand_of(delivery, transporter.vehicle_type)
        if (
            delivery.status in ABOARD
        ):  # it is there already, and of the way from the meeting to the door nothing is known
            own = replace(own, trip=replace(own.trip, pickup=place, pickup_from=None, distance_km=None), aboard=False)
        # When it would be there, were it tried at once.
        own = replace(own, trip=replace(own.trip, again_from=None), undecided=False)
        now, factor = self._clock.now(), self._road_factor
        tour = tour_from(with_errand(errands, own), position, road_factor=factor, now=now)
        others = tuple(one for one in errands if one.delivery_id != delivery.id)
        delays = tour.delays_from(tour_from(others, position, road_factor=factor, now=now)) if others else []
        arrival, pickup_at = tour.arrival_of(delivery.id), tour.pickup_of(delivery.id)
        distance_km = None if place is None else great_circle_m(*place, position.lat, position.lon) / 1000
        load = Load(transporter.active_count, transporter.carried_kg)
        return Candidate(
            transporter,
            position,
            load,
            scores,
            distance_km,
            pickup_at.replace(second=0, microsecond=0),
            arrival.likely_minute,
            arrival.stops_before,
            delays,
            gave_back,
        )


def _excluded(
    delivery: Delivery, place: Place | None, pool: Pool, ranking: Ranking, *, given: bool
) -> tuple[list[Excluded], dict[Exclusion, int]]:
    """Those who are nearest to being candidates, and the number of all by reason; for thousands, off the event loop.

    Those who are near the place come first, then by what stands against them; whose place does not matter come last.
    ``given``: whether it is given to anybody now.
    """
    rows = np.flatnonzero(ranking.reason)
    barred, against = pool.candidates.take(rows), OF_REASON[ranking.reason[rows]]
    outside, against_outside = outside_of(pool)
    distance_km = np.full(rows.size + len(outside), np.inf)
    if place is not None:
        lat, lon = (column[pool.place_rows[rows]] for column in (pool.places.lat, pool.places.lon))
        distance_km[: rows.size] = great_circles_m(*place, lat, lon) / 1000
    all_against = np.concatenate([against, against_outside])
    order = np.lexsort([np.concatenate([barred.keys, outside.keys]), all_against, distance_km])
    found = []
    for at in order[:EXCLUDED_SHOWN].tolist():
        group, row = (barred, at) if at < rows.size else (outside, at - rows.size)
        km = float(distance_km[at]) if np.isfinite(distance_km[at]) else None
        one = _excluded_one(group, row, EXCLUSIONS[all_against[at]], delivery, km, placed=group is barred)
        found.append(one if given else replace(one, can_be_given=False))
    return found, counts_of(all_against)


def _excluded_one(
    group: KeyedColumns, row: int, why: Exclusion, delivery: Delivery, distance_km: float | None, *, placed: bool
) -> Excluded:
    """``placed``: one who is on the map, and of whom therefore the room is told."""
    room = Room(float(group["free_kg"][row]), int(group["active"][row]), int(group["max_active"][row]))
    one, fits = int(group.keys[row]), no_room(room, delivery) is None
    return Excluded(
        one,
        group["name"][row],
        group["vehicle_type"][row],
        why,
        words_of(why, room, delivery, distance_km) if placed else WORDS[why],
        distance_km,
        room.free_kg if placed else None,
        room.active,
        room.max_active,
        why in GIVEN_ALL_THE_SAME and fits and one != delivery.transporter_id,
    )

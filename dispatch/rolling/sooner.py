"""Accepted deliveries go to somebody else only where they come to their doors so much sooner, and each once at most.

Both arrivals are reckoned as if nothing else lay on the way. So that this flatters nobody, whoever takes it has no more
to do than the one it is taken from.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.assignments.pool import Pool
from dispatch.assignments.ranked import rank_pool, scores_of
from dispatch.assignments.recording import SingleDecision, terms_of
from dispatch.assignments.rules import Rules
from dispatch.deliveries.eta import usual_mps
from dispatch.deliveries.models import Delivery
from dispatch.geo import great_circles_m
from dispatch.rolling.carried import Carried, position_in
from dispatch.rolling.moving import Kept, WantedMove
from dispatch.rolling.rules import RollingRules
from scoring import Reason

LOOKED_AT = 20
"""So many of the nearest are reckoned exactly."""


@dataclass(frozen=True, slots=True)
class Sooner:
    """Somebody who would bring a delivery sooner: the row in the pool, and by how much."""

    row: int
    gain_s: float


def find_sooner(
    one: Carried, pool: Pool, rules: Rules, rolling: RollingRules, now: datetime, but: Collection[int]
) -> Sooner | None:
    """Who would bring an accepted delivery soonest, where that is soon enough. ``but``: transporters that may not."""
    holder = position_in(pool, one.transporter_id)
    if holder is None or one.pickup is None:
        return None
    as_it_is = one.arrival(holder, one.vehicle_type, rolling.road_factor, now)
    best: Sooner | None = None
    for row in _nearest(one, pool, rules, but):
        vehicle_type = str(pool.candidates["vehicle_type"][row])
        arrival = one.arrival(pool.position(row), vehicle_type, rolling.road_factor, now)
        gain_s = (as_it_is - arrival).total_seconds()
        if gain_s >= rolling.gain_s and (best is None or gain_s > best.gain_s):
            best = Sooner(row, gain_s)
    return best


def wanted_move(one: Carried, delivery: Delivery, found: Sooner, pool: Pool, rules: Rules) -> WantedMove | None:
    """The move, with what it was decided from; off the event loop for thousands. None for one who is no candidate."""
    ranking = rank_pool(delivery, pool, rules, top_k=0)
    if ranking.reason[found.row] != Reason.NONE:
        return None
    record = SingleDecision(delivery, pool, ranking, rules)
    record.choose(pool.id(found.row))
    better = np.flatnonzero(np.nan_to_num(ranking.score, nan=-1.0) > ranking.score[found.row])
    record.rule_out([pool.id(int(row)) for row in better])
    return WantedMove(
        one.delivery.id,
        one.transporter_id,
        pool.id(found.row),
        True,
        pool.position(found.row),
        scores_of(ranking.terms[found.row], ranking.score[found.row]),
        f"Given to somebody who is expected at the door {round(found.gain_s / 60)} minutes sooner.",
        Kept(terms_of(rules, pool), record.pack(), len(pool.online)),
    )


def _nearest(one: Carried, pool: Pool, rules: Rules, but: Collection[int]) -> list[int]:
    """Rows of those who have room and no more to do, the soonest at the pickup first."""
    columns, places = pool.candidates, pool.place_rows
    lat, lon = one.pickup or (0.0, 0.0)
    way_m = great_circles_m(lat, lon, pool.places.lat[places], pool.places.lon[places])
    holder = pool.everybody.find(one.transporter_id)
    others = 0 if holder is None else int(pool.everybody["active"][holder]) - 1
    fits = (way_m <= rules.radius_m) & (columns["free_kg"] >= one.delivery.weight_kg)
    fits &= (columns["active"] < columns["max_active"]) & (columns["active"] <= others)
    fits &= ~np.isin(pool.ids, [*but, one.transporter_id])
    rows = np.flatnonzero(fits)
    types = columns["vehicle_type"][rows].tolist()
    speed = np.array([usual_mps(str(kind)) for kind in types], dtype=np.float64)
    found: list[int] = rows[np.argsort(way_m[rows] / speed, kind="stable")[:LOOKED_AT]].tolist()
    return found

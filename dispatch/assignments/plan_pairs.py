"""The pairs of a plan as it was kept, with their scores and ways."""

from dataclasses import dataclass

import numpy as np

from dispatch.assignments.results import Scores
from dispatch.decisions.snapshot import Snapshot
from dispatch.geo import great_circles_between_m
from scoring import Params
from scoring.terms import capacity_term, distance_term, rating_term, workload_term


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """A delivery and whom a plan gives it to. ``distance_m``: the way to the pickup, None if unknown."""

    delivery_id: int
    transporter_id: int
    scores: Scores
    distance_m: float | None
    locked: bool


def pairs_of(snapshot: Snapshot, params: Params) -> list[PlannedPair]:
    """All of them, in the order of the plan's deliveries."""
    people, parcels, outcome = snapshot.people, snapshot.parcels, snapshot.outcome
    rows = np.flatnonzero(outcome.person >= 0)
    who = outcome.person[rows]
    located = parcels.located[rows]
    distance = np.where(
        located, great_circles_between_m(parcels.lat[rows], parcels.lon[rows], people.lat[who], people.lon[who]), 0.0
    )
    locked = set(snapshot.locked)
    keys = list(zip(parcels.ids[rows].tolist(), people.ids[who].tolist(), strict=True))
    is_locked = np.array([key in locked for key in keys], dtype=np.bool_)
    # Whoever was locked to parcels offers the rest of its room to others.
    aboard = np.bincount(who[is_locked], parcels.weight_kg[rows][is_locked], minlength=people.ids.size)
    free_kg = people.free_kg[who] - np.where(is_locked, 0.0, aboard[who])
    near = np.where(located, np.maximum(distance_term(distance, params.radius_m), 0.0), 0.0)
    terms = np.column_stack(
        (
            near,
            rating_term(people.rating[who]),
            np.maximum(capacity_term(parcels.weight_kg[rows], free_kg), 0.0),
            workload_term(people.active[who], outcome.slot[rows], people.max_active[who]),
        )
    )
    total = terms @ (np.array(params.weights) / params.total_weight)
    found = []
    for place, key in enumerate(keys):
        one, two, three, four = (float(term) for term in terms[place])
        way = float(distance[place]) if located[place] else None
        scores = Scores(one, two, three, four, float(total[place]))
        found.append(PlannedPair(*key, scores, way, bool(is_locked[place])))
    return found

"""The pairs of a plan as it was kept, with their scores and ways."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch.assignments.ranked import scores_of
from dispatch.assignments.results import PlannedPair
from dispatch.assignments.solving import Weights
from dispatch.decisions.snapshot import Snapshot
from dispatch.geo import great_circles_between_m
from scoring import Params
from scoring.terms import capacity_term, distance_term, rating_term, workload_term

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PairColumns:
    """The K pairs of a plan in the order of its deliveries: rows of both sides, (K, 4) terms, metres to the pickups.

    ``distance_m`` is 0 where the pickup is not ``located``.
    """

    rows: Ints
    who: Ints
    terms: Floats
    distance_m: Floats
    located: Bools
    locked: Bools

    def scores(self, weights: Weights | Floats) -> Floats:
        """(K,) weighted means, by weights of all or (K, 4) of each."""
        counts = np.broadcast_to(np.asarray(weights, dtype=np.float64), self.terms.shape)
        means: Floats = (self.terms * counts).sum(axis=1) / counts.sum(axis=1)
        return means


def columns_of(snapshot: Snapshot, radius_m: float) -> PairColumns:
    """Who got what in a snapshot, and by which terms; they do not depend on the weights.

    ``radius_m``: of all parcels that were not judged by rules of their own.
    """
    people, parcels, outcome = snapshot.people, snapshot.parcels, snapshot.outcome
    rows = np.flatnonzero(outcome.person >= 0)
    who = outcome.person[rows]
    located = parcels.located[rows]
    distance = np.where(
        located, great_circles_between_m(parcels.lat[rows], parcels.lon[rows], people.lat[who], people.lon[who]), 0.0
    )
    locked = set(snapshot.locked)
    keys = zip(parcels.ids[rows].tolist(), people.ids[who].tolist(), strict=True)
    is_locked = np.array([key in locked for key in keys], dtype=np.bool_)
    # Whoever was locked to parcels offers the rest of its room to others.
    aboard = np.bincount(who[is_locked], parcels.weight_kg[rows][is_locked], minlength=people.ids.size)
    free_kg = people.free_kg[who] - np.where(is_locked, 0.0, aboard[who])
    own = snapshot.radius_of_each()
    reach = radius_m if own is None else own[rows]
    near = np.where(located, np.maximum(distance_term(distance, reach), 0.0), 0.0)
    terms = np.column_stack(
        (
            near,
            rating_term(people.rating[who]),
            np.maximum(capacity_term(parcels.weight_kg[rows], free_kg), 0.0),
            workload_term(people.active[who], outcome.slot[rows], people.max_active[who]),
        )
    )
    return PairColumns(rows, who, terms, distance, located, is_locked)


def pairs_of(snapshot: Snapshot, params: Params) -> list[PlannedPair]:
    """All of them, in the order of the plan's deliveries."""
    columns = columns_of(snapshot, params.radius_m)
    deliveries = snapshot.parcels.ids[columns.rows].tolist()
    transporters = snapshot.people.ids[columns.who].tolist()
    own = snapshot.weights_of_each()
    totals = columns.scores(params.weights if own is None else own[columns.rows])
    return [
        PlannedPair(
            deliveries[place],
            transporters[place],
            scores_of(columns.terms[place], totals[place]),
            float(columns.distance_m[place]) if columns.located[place] else None,
            bool(columns.locked[place]),
        )
        for place in range(len(deliveries))
    ]

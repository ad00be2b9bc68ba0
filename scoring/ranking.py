"""One delivery against every transporter."""

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.errors import InputError
from scoring.geometry import arc_m, squared_chords, unit_vectors
from scoring.inputs import Deliveries, Params, Transporters
from scoring.result import Ranking, Reason
from scoring.terms import Pairs, active_terms, capacity_term, distance_term, rating_term, workload_term

_NOTHING = np.zeros(0, dtype=np.int64)


def rank(
    lat: float | None,
    lon: float | None,
    weight_kg: float,
    transporters: Transporters,
    params: Params,
    *,
    top_k: int = 10,
    priority: float | None = None,
    deadline_s: float | None = None,
    vehicle: int | None = None,
    incumbent: int | None = None,
) -> Ranking:
    """Score one delivery against all M transporters.

    Parameters
    ----------
    lat, lon
        Pickup in degrees, or both None where it is unknown: the distance term is then 0 for everybody and
        the radius does not apply.
    weight_kg
        Of the package.
    transporters, params
        As for `solve`.
    top_k
        How many of the best to name, at least 0.
    priority, deadline_s, vehicle, incumbent
        As the columns of `Deliveries`, where an optional term needs them.

    Returns
    -------
    Ranking
        Ties go to the lower key where keys are given, then to the lower row.

    Raises
    ------
    InputError
        Naming the argument that cannot be scored.
    """
    if top_k < 0:
        raise InputError("top_k", f"must be at least 0, is {top_k}")
    if (lat is None) != (lon is None):
        raise InputError("Deliveries.lon" if lon is None else "Deliveries.lat", "must be None together")
    one = Deliveries(
        np.array([0.0 if lat is None else lat]),
        np.array([0.0 if lon is None else lon]),
        np.array([weight_kg]),
        None if priority is None else np.array([priority]),
        np.array([lat is not None]),
        deadline_s=None if deadline_s is None else np.array([deadline_s]),
        vehicle=None if vehicle is None else np.array([vehicle]),
        incumbent=None if incumbent is None else np.array([incumbent]),
    )
    m = len(transporters)
    if lat is None:
        distance = np.zeros(m)
    else:
        distance = arc_m(squared_chords(unit_vectors(one.lat, one.lon), transporters.vectors))
    terms = np.empty((m, 4), order="F")  # one contiguous column a term: they are written and summed so
    terms[:, 0] = 0.0 if lat is None else distance_term(distance, params.radius_m)
    terms[:, 1] = rating_term(transporters.rating)
    terms[:, 2] = capacity_term(one.weight_kg, transporters.free_capacity_kg)
    terms[:, 3] = workload_term(transporters.active, 0, transporters.max_active)
    score = terms @ (np.array(params.weights) / params.total_weight)
    score += _optional(one, transporters, params, distance)
    reason = _reasons(one, transporters, params, distance)
    score[reason != Reason.NONE] = np.nan
    return Ranking(_best(score, transporters.key, top_k), score, terms, reason)


def _reasons(one: Deliveries, transporters: Transporters, params: Params, distance: Floats) -> Ints:
    """(M,) the first thing that stands against each, in the order of `Reason`."""
    reason = np.zeros(len(transporters), dtype=np.int64)
    checks: list[tuple[Bools, Reason]] = [
        (transporters.active >= transporters.max_active, Reason.NO_SLOT),
        (one.weight_kg > transporters.free_capacity_kg, Reason.TOO_HEAVY),
        (distance > params.radius_m, Reason.TOO_FAR),
    ]
    if transporters.available is not None:
        checks.append((~transporters.available, Reason.UNAVAILABLE))
    for fails, code in checks:
        reason[fails] = code
    return reason


def _optional(one: Deliveries, transporters: Transporters, params: Params, distance: Floats) -> Floats | float:
    total: Floats | float = 0.0
    for term, weight in active_terms(one, transporters, params):
        share = weight / params.total_weight
        if term.of == "delivery":
            values = term.function(one)
        elif term.of == "transporter":
            values = term.function(transporters)
        else:
            i, j = np.zeros(len(transporters), dtype=np.int64), np.arange(len(transporters))
            values = term.function(Pairs(one, transporters, i, j, distance))
        total = total + share * values
    return total


def _best(score: Floats, key: Ints | None, top_k: int) -> Ints:
    """Rows of the `top_k` highest scores; equal ones by key, then by row."""
    count = min(top_k, int(score.size - np.isnan(score).sum()))
    if not count:
        return _NOTHING
    value = np.where(np.isnan(score), -np.inf, score)
    threshold = np.partition(value, value.size - count)[value.size - count]
    rows = np.flatnonzero(value >= threshold)  # everyone who ties with the last place is weighed
    ties = [rows] if key is None else [rows, key[rows]]
    return rows[np.lexsort((*ties, -value[rows]))][:count]

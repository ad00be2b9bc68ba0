"""One delivery against every transporter."""

from typing import Any

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.errors import InputError
from scoring.geometry import arc_m, squared_chords, unit_vectors
from scoring.inputs import Deliveries, Params, Transporters
from scoring.result import Ranking, Reason
from scoring.terms import BEST, Pairs, active_terms, capacity_term, distance_term, rating_term

_SAMPLE = 16  # every so many-th score is looked at first in search of the best
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
    one = _delivery(lat, lon, weight_kg, priority, deadline_s=deadline_s, vehicle=vehicle, incumbent=incumbent)
    distance = np.zeros(len(transporters))
    if lat is not None:
        chords = squared_chords(unit_vectors(one.lat, one.lon), transporters.vectors)
        distance = arc_m(chords, out=chords)
    terms = _terms(one, transporters, params, distance)
    score = terms @ (np.array(params.weights) / params.total_weight)
    if params.optional:
        score += _optional(one, transporters, params, distance)
    reason, barred = _reasons(one, transporters, params, distance)
    outside = np.flatnonzero(barred)
    score[outside] = -np.inf
    order = _best(score, transporters.key, min(top_k, score.size - outside.size))
    score[outside] = np.nan
    return Ranking(order, score, terms, reason)


def _delivery(
    lat: float | None, lon: float | None, weight_kg: float, priority: float | None, **more: float | None
) -> Deliveries:
    """The one delivery as columns of one row, checked like any."""
    if (lat is None) != (lon is None):
        raise InputError("Deliveries.lon" if lon is None else "Deliveries.lat", "must be None together")
    columns: dict[str, Any] = {name: [value] for name, value in more.items() if value is not None}
    return Deliveries(
        np.array([0.0 if lat is None else lat]),
        np.array([0.0 if lon is None else lon]),
        np.array([weight_kg]),
        None if priority is None else np.array([priority]),
        np.array([lat is not None]),
        **columns,
    )


def _terms(one: Deliveries, transporters: Transporters, params: Params, distance: Floats) -> Floats:
    """(M, 4) terms, one contiguous column each: they are written in place and summed so."""
    terms = np.empty((len(transporters), 4), order="F")
    near, rating, capacity, workload = terms.T
    if one.located is None or one.located[0]:
        distance_term(distance, params.radius_m, out=near)
    else:
        near.fill(0.0)
    rating_term(transporters.rating, out=rating)
    capacity_term(one.weight_kg, transporters.free_capacity_kg, out=capacity)
    np.multiply(transporters.spare_share, BEST, out=workload)
    return terms


def _reasons(one: Deliveries, transporters: Transporters, params: Params, distance: Floats) -> tuple[Ints, Bools]:
    """(M,) the first thing that stands against each, in the order of `Reason`; and whether anything does."""
    reason, barred = np.zeros(len(transporters), dtype=np.int64), np.zeros(len(transporters), dtype=np.bool_)
    checks: list[tuple[Bools, Reason]] = [
        (transporters.full, Reason.NO_SLOT),
        (one.weight_kg > transporters.free_capacity_kg, Reason.TOO_HEAVY),
        (distance > params.radius_m, Reason.TOO_FAR),
    ]
    if transporters.available is not None:
        checks.append((~transporters.available, Reason.UNAVAILABLE))
    for fails, code in checks:
        if fails.any():
            reason[fails] = code
            barred |= fails
    return reason, barred


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


def _best(score: Floats, key: Ints | None, count: int) -> Ints:
    """Rows of the `count` highest scores, none of them -inf; equal ones by key, then by row."""
    if not count:
        return _NOTHING
    # Some of the scores have their own count-th best, and no more than so many times as many are above it in
    # most cases: that spares a partition of everybody. Whoever ties with the last place is weighed.
    some = score[::_SAMPLE]
    threshold = np.partition(some, -count)[-count] if some.size >= count else -np.inf
    rows = np.flatnonzero(score >= threshold if threshold > -np.inf else score > -np.inf)
    ties = [rows] if key is None else [rows, key[rows]]
    return rows[np.lexsort((*ties, -score[rows]))][:count]

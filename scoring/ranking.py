"""One delivery against every transporter."""

from typing import Any

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.errors import InputError
from scoring.geometry import arc_m, squared_chords, unit_vectors
from scoring.inputs import Deliveries, Params, Transporters
from scoring.result import Ranking, Reason
from scoring.terms import BEST, Pairs, active_terms, capacity_term, distance_term, rating_term

_BLOCK = 128  # scores looked at together in search of the best
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
        distance = arc_m(squared_chords(unit_vectors(one.lat, one.lon), transporters.vectors))
    terms = _terms(one, transporters, params, distance)
    score = terms @ (np.array(params.weights) / params.total_weight)
    score += _optional(one, transporters, params, distance)
    reason = _reasons(one, transporters, params, distance)
    barred = reason != Reason.NONE
    np.copyto(score, -np.inf, where=barred)
    order = _best(score, transporters.key, min(top_k, int(barred.size - barred.sum())))
    np.copyto(score, np.nan, where=barred)
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
    """(M, 4) terms, one contiguous column each: they are written and summed so."""
    terms = np.empty((len(transporters), 4), order="F")
    terms[:, 0] = distance_term(distance, params.radius_m) if one.located is None or one.located[0] else 0.0
    terms[:, 1] = rating_term(transporters.rating)
    terms[:, 2] = capacity_term(one.weight_kg, transporters.free_capacity_kg)
    terms[:, 3] = BEST * transporters.spare_share
    return terms


def _reasons(one: Deliveries, transporters: Transporters, params: Params, distance: Floats) -> Ints:
    """(M,) the first thing that stands against each, in the order of `Reason`."""
    reason = np.zeros(len(transporters), dtype=np.int64)
    checks: list[tuple[Bools, Reason]] = [
        (transporters.full, Reason.NO_SLOT),
        (one.weight_kg > transporters.free_capacity_kg, Reason.TOO_HEAVY),
        (distance > params.radius_m, Reason.TOO_FAR),
    ]
    if transporters.available is not None:
        checks.append((~transporters.available, Reason.UNAVAILABLE))
    for fails, code in checks:
        np.copyto(reason, code, where=fails)
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


def _best(score: Floats, key: Ints | None, count: int) -> Ints:
    """Rows of the `count` highest scores, none of them -inf; equal ones by key, then by row."""
    if not count:
        return _NOTHING
    # The count-th best of block maxima has at least `count` scores at or above it, and few more: that
    # spares a partition of everybody. Whoever ties with the last place is weighed.
    rest = score.size % _BLOCK
    blocks = score[: score.size - rest].reshape(-1, _BLOCK).max(axis=1)
    threshold = np.partition(blocks, -count)[-count] if blocks.size >= count else -np.inf
    rows = np.flatnonzero(score >= threshold)
    ties = [rows] if key is None else [rows, key[rows]]
    return rows[np.lexsort((*ties, -score[rows]))][:count]

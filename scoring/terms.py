"""The four terms of every score, and the registry of optional ones.

A term is a number from 0 (worst) to 100 (best). An optional term is one function and one line of
registration, see `optional_terms`; it counts only where `Params.optional` gives it a weight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params, Transporters

BEST = 100.0
_SOME = 1e-150  # kg, in place of none: a package that does not fit gets a huge negative term, not NaN


def distance_term(distance_m: Floats, radius_m: Floats | float, out: Floats | None = None) -> Floats:
    """100 at the pickup, falling linearly to 0 at the radius; negative beyond it. Into `out` if given."""
    near: Floats = np.multiply(distance_m, -BEST / radius_m, out=out)
    near += BEST
    return near


def rating_term(rating: Floats, out: Floats | None = None) -> Floats:
    """100 for five stars, 0 for none. Into `out` if given."""
    stars: Floats = np.multiply(rating, BEST / 5.0, out=out)
    return stars


def capacity_term(weight_kg: Floats, free_kg: Floats, out: Floats | None = None) -> Floats:
    """100 up to half of the free capacity, falling linearly to 0 where the package fills it.

    Parameters
    ----------
    weight_kg, free_kg
        Arrays that broadcast; negative results mean that the package does not fit.
    out
        Where to put the terms.
    """
    taken: Floats = np.clip(free_kg, _SOME, np.inf, out=out)
    taken = np.divide(2.0 * BEST * weight_kg, taken, out=out)
    np.subtract(2.0 * BEST, taken, out=taken)
    np.clip(taken, -np.inf, BEST, out=taken)  # twice as fast as the minimum
    return taken


def workload_term(active: Ints, extra: Ints | int, max_active: Ints) -> Floats:
    """100 for an idle transporter, falling linearly to 0 at `max_active`.

    Parameters
    ----------
    active, extra, max_active
        (E,) deliveries under way, given earlier in the same plan (one number for all will do), and allowed.
    """
    return BEST * (1.0 - (active + extra) / np.maximum(max_active, 1))


Of = Literal["delivery", "transporter", "pair"]


@dataclass(frozen=True)
class Pairs:
    """Some (delivery, transporter) pairs, as an optional term of pairs sees them.

    Parameters
    ----------
    deliveries, transporters
        Both whole sides.
    i, j
        (E,) rows of the pairs in them.
    distance_m
        (E,) great-circle metres; 0 where the delivery is not located.
    """

    deliveries: Deliveries
    transporters: Transporters
    i: Ints
    j: Ints
    distance_m: Floats


@dataclass(frozen=True)
class Term:
    """A registered optional term.

    Parameters
    ----------
    name
        As `Params.optional` spells it.
    of
        What it depends on: ``"delivery"`` and ``"transporter"`` terms get that side and answer one value
        a row; a ``"pair"`` term gets `Pairs` and answers one value a pair.
    needs
        Columns that must be given, as ``Deliveries.deadline_s``.
    function
        Answers 0 to 100 for each.
    """

    name: str
    of: Of
    needs: tuple[str, ...]
    function: Callable[..., Floats]


_REGISTRY: dict[str, Term] = {}


def register(name: str, of: Of, function: Callable[..., Floats], needs: tuple[str, ...] = ()) -> Term:
    """Make an optional term known under `name`; the latest registration of a name counts."""
    _REGISTRY[name] = Term(name, of, needs, function)
    return _REGISTRY[name]


def active_terms(deliveries: Deliveries, transporters: Transporters, params: Params) -> list[tuple[Term, float]]:
    """The optional terms that `params` gives a weight above 0, with that weight.

    Raises
    ------
    InputError
        If a name is not registered or a column that the term needs is missing.
    """
    sides = {"Deliveries": deliveries, "Transporters": transporters}
    chosen = []
    for name, weight in sorted(params.optional.items()):
        if name not in _REGISTRY:
            raise InputError("Params.optional", f"no term {name!r}; known are {sorted(_REGISTRY)}")
        term = _REGISTRY[name]
        for column in term.needs:
            side, attribute = column.split(".")
            if getattr(sides[side], attribute) is None:
                raise InputError(column, f"is needed by the optional term {name!r}")
        if weight > 0:
            chosen.append((term, weight))
    return chosen

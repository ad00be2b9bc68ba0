"""Markets to measure on: a city of about 20 km with hot spots, everything drawn with a fixed seed.

``clustered``  deliveries and transporters gather around the same twelve hot spots, a fifth anywhere
``uniform``    both anywhere
``overloaded`` clustered, with four deliveries for each transporter and three slots
``uneven``     they gather around different hot spots, so that most must travel
"""

from dataclasses import fields
from typing import Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from scoring import Deliveries, Transporters

Kind = Literal["clustered", "uniform", "overloaded", "uneven"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Floats = NDArray[np.float64]
Side = TypeVar("Side", Deliveries, Transporters)


def instance(kind: Kind, n: int, *, slots: int = 3, seed: int = 1) -> tuple[Deliveries, Transporters]:
    """N deliveries and as many transporters (a quarter of it where overloaded)."""
    rng = np.random.default_rng(seed)
    m = n // 4 if kind == "overloaded" else n
    spots = rng.normal((27.7, 85.3), 0.04, (2, 12, 2))
    shares = rng.dirichlet(np.full(12, 2.0), 2)
    other = 1 if kind == "uneven" else 0
    here = _places(kind, n, rng, spots[0], shares[0])
    there = _places(kind, m, rng, spots[other], shares[other])
    limit = rng.integers(3, 7, m)
    return (
        Deliveries(here[:, 0], here[:, 1], rng.lognormal(1.0, 0.8, n).clip(0.1, 30.0)),
        Transporters(
            there[:, 0], there[:, 1], rng.uniform(3, 5, m), rng.uniform(10, 60, m), limit - min(slots, 3), limit
        ),
    )


def _places(kind: Kind, size: int, rng: np.random.Generator, spots: Floats, shares: Floats) -> Floats:
    anywhere = np.column_stack((27.7 + rng.uniform(-0.09, 0.09, size), 85.3 + rng.uniform(-0.1, 0.1, size)))
    near = spots[rng.choice(12, size, p=shares)] + rng.normal(0, 0.012, (size, 2))
    alone = rng.random(size) < (1.0 if kind == "uniform" else 0.2)
    return np.where(alone[:, None], anywhere, near)


def changed(side: Side, other: Side, share: float, seed: int) -> Side:
    """`side` with a random share of its rows taken from `other`."""
    rows = np.random.default_rng(seed).permutation(len(side))[: int(len(side) * share)]
    columns = {}
    for field in fields(side):
        values = getattr(side, field.name)
        if values is not None:
            values = values.copy()
            values[rows] = getattr(other, field.name)[rows]
        columns[field.name] = values
    return type(side)(**columns)

"""Markets to try the library on."""

from typing import Any, Literal

import numpy as np

from scoring import Deliveries, Transporters

Kind = Literal["clustered", "uniform", "uneven", "one_place", "poles", "antimeridian"]


def market(
    kind: Kind, n: int, m: int, seed: int, *, slots: int = 3, heavy: bool = False
) -> tuple[Deliveries, Transporters]:
    """Two sides drawn with a fixed seed.

    Parameters
    ----------
    kind
        Where people are: around shared hot spots, evenly over a city, around different hot spots, all at
        one place, around the pole or on both sides of the 180th meridian.
    n, m, seed
        Rows of both sides, and of the draw.
    slots
        Most slots a transporter has; some have none.
    heavy
        Packages about as heavy as vehicles carry.
    """
    rng = np.random.default_rng(seed)
    spots = rng.normal(0, 0.04, (8, 2)), rng.normal(0, 0.04, (8, 2))
    here, there = (_places(kind, size, rng, spots[side if kind == "uneven" else 0]) for side, size in enumerate((n, m)))
    limit = rng.integers(1, 7, m)
    weight = rng.lognormal(3.0 if heavy else 1.0, 0.6, n)
    deliveries = Deliveries(here[0], here[1], weight, rng.integers(0, 3, n).astype(float))
    transporters = Transporters(
        there[0],
        there[1],
        rng.uniform(3, 5, m),
        rng.uniform(10, 60, m),
        np.maximum(limit - rng.integers(0, slots + 1, m), 0),
        limit,
    )
    return deliveries, transporters


def _places(kind: Kind, size: int, rng: np.random.Generator, spots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if kind == "one_place":
        return np.full(size, 27.7), np.full(size, 85.3)
    if kind == "uniform":
        return 27.7 + rng.uniform(-0.09, 0.09, size), 85.3 + rng.uniform(-0.1, 0.1, size)
    offset = spots[rng.integers(0, len(spots), size)] + rng.normal(0, 0.01, (size, 2))
    if kind == "poles":
        return 90 - np.abs(offset[:, 0]), rng.uniform(-180, 180, size)
    if kind == "antimeridian":
        return offset[:, 0], (offset[:, 1] + 360) % 360 - 180
    return 27.7 + offset[:, 0], 85.3 + offset[:, 1]


def packages(*columns: Any, **more: Any) -> Deliveries:
    """Deliveries from plain lists."""
    return Deliveries(*columns, **more)


def people(*columns: Any, **more: Any) -> Transporters:
    """Transporters from plain lists."""
    return Transporters(*columns, **more)

"""Deliveries that judge pairs in their own way: a radius and weights of each, in the place of the parameters'."""

from dataclasses import dataclass

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params


@dataclass(frozen=True, eq=False)
class Rules:
    """How each delivery judges, where they differ.

    Attributes
    ----------
    radius_m
        (N,) metres.
    shares
        (N, 4) of distance, rating, capacity and workload in a score.
    groups
        Rows of deliveries that judge alike.
    """

    radius_m: Floats
    shares: Floats
    groups: list[Ints]


def rules_of(deliveries: Deliveries, params: Params) -> Rules | None:
    """The rules of each delivery, None where all go by the parameters.

    Raises
    ------
    InputError
        Where deliveries have weights beside optional terms: what those count then is not said.
    """
    if deliveries.radius_m is None and deliveries.weights is None:
        return None
    n = len(deliveries)
    if deliveries.weights is not None and any(params.optional.values()):
        raise InputError("Params.optional", "is not for deliveries that have weights of their own")
    weights = np.broadcast_to(params.weights, (n, 4)) if deliveries.weights is None else deliveries.weights
    shares = weights / (weights.sum(axis=1, keepdims=True) + sum(params.optional.values()))
    radius_m = np.full(n, params.radius_m) if deliveries.radius_m is None else deliveries.radius_m
    _, group = np.unique(np.column_stack((radius_m, shares)), axis=0, return_inverse=True)
    group = group.ravel()
    return Rules(
        radius_m, shares, [np.flatnonzero(group == number) for number in range(int(group.max(initial=-1)) + 1)]
    )

"""Optional terms. Each is one function and one line of registration below it; none counts by default."""

import numpy as np

from scoring.arrays import Floats
from scoring.inputs import Deliveries, Transporters
from scoring.terms import BEST, Pairs, register

CLASS_STEP = 25.0  # points a vehicle loses for each class it is larger than needed


def _spread(values: Floats) -> Floats:
    """Values mapped linearly from their own range to 0..1; all 1 where they are equal."""
    if not values.size or values.min() == values.max():
        return np.ones(values.size)
    low, high = values.min(), values.max()
    spread: Floats = (values - low) / (high - low)
    return spread


def priority(deliveries: Deliveries) -> Floats:
    """100 for the most urgent priority of the batch, 0 for the least."""
    assert deliveries.priority is not None  # noqa: S101 - guaranteed by the registration
    return BEST * _spread(deliveries.priority)


register("priority", "delivery", priority, needs=("Deliveries.priority",))


def fairness(transporters: Transporters) -> Floats:
    """100 for whoever earned least so far, 0 for whoever earned most (after FairFoody, arXiv 2203.08849)."""
    assert transporters.income is not None  # noqa: S101 - guaranteed by the registration
    if transporters.income.size and transporters.income.min() == transporters.income.max():
        return np.full(transporters.income.size, BEST)
    return BEST * (1.0 - _spread(transporters.income))


register("fairness", "transporter", fairness, needs=("Transporters.income",))


def lateness(pairs: Pairs) -> Floats:
    """100 while the straight way takes no longer than the deadline, 0 from twice the deadline on."""
    deadline_s, speed_mps = pairs.deliveries.deadline_s, pairs.transporters.speed_mps
    assert deadline_s is not None and speed_mps is not None  # noqa: S101, PT018 - by the registration
    left_s = deadline_s[pairs.i]
    eta_s = pairs.distance_m / speed_mps[pairs.j]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(left_s > 0, eta_s / left_s, np.inf)
    return BEST * np.clip(2.0 - ratio, 0.0, 1.0)


register("lateness", "pair", lateness, needs=("Deliveries.deadline_s", "Transporters.speed_mps"))


def incumbent(pairs: Pairs) -> Floats:
    """100 for the transporter that holds the delivery already: what a change of hands must outbid."""
    assert pairs.deliveries.incumbent is not None  # noqa: S101 - guaranteed by the registration
    return np.where(pairs.deliveries.incumbent[pairs.i] == pairs.j, BEST, 0.0)


register("incumbent", "pair", incumbent, needs=("Deliveries.incumbent",))


def vehicle_fit(pairs: Pairs) -> Floats:
    """100 for the smallest class that suits, less for each class above it, 0 below it."""
    wanted, offered = pairs.deliveries.vehicle, pairs.transporters.vehicle
    assert wanted is not None and offered is not None  # noqa: S101, PT018 - by the registration
    surplus = offered[pairs.j] - wanted[pairs.i]
    return np.where(surplus < 0, 0.0, np.maximum(BEST - CLASS_STEP * surplus, 0.0))


register("vehicle_fit", "pair", vehicle_fit, needs=("Deliveries.vehicle", "Transporters.vehicle"))

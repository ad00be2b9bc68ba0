"""Strategies to compare with: they decide one delivery after another, the way dispatchers do by hand.

Both take deliveries by priority, most urgent first, then in canonical order.
"""

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.market import Market


class _Room:
    """What is left of every transporter while packages are given out."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.used = np.zeros(market.m, dtype=np.int64)
        self.left_kg: Floats = market.capacity_kg.copy()
        self.next_gain: Floats = market.first_gain.copy()
        self.next_gain[market.open_slots == 0] = -np.inf
        self.summed = market.params.load == "sum"

    def give(self, row: int, column: int) -> None:
        """Take one slot, and the package's weight where weights are summed."""
        market = self.market
        self.used[column] += 1
        self.left_kg[column] -= market.weight_kg[row]
        at = market.slot_start[column] + self.used[column]
        self.next_gain[column] = market.slot_gain[at] if at < market.slot_start[column + 1] else -np.inf

    def shut(self, row: int) -> Floats:
        """(M,) -inf where the package has no room beside the ones given already, else 0."""
        if not self.summed:
            return np.zeros(self.market.m)
        return np.where(self.market.weight_kg[row] <= self.left_kg, 0.0, -np.inf)


def _order(market: Market) -> Ints:
    priority = market.deliveries.priority
    if priority is None:
        return np.arange(market.n)
    return np.argsort(-priority, kind="stable").astype(np.int64)


def greedy(market: Market) -> Ints:
    """Each delivery takes the best transporter that is left for it, workload so far included.

    Returns
    -------
    numpy.ndarray
        (N,) rows of transporters, -1 for none.
    """
    room, everyone = _Room(market), np.arange(market.m)
    taken = np.full(market.n, -1, dtype=np.int64)
    for row in _order(market) if market.m else ():
        gain = market.block(np.array([row]), everyone)[0] + room.next_gain + room.shut(row)
        column = int(gain.argmax())
        if gain[column] > -np.inf:
            room.give(int(row), column)
            taken[row] = column
    return taken


def single_best(market: Market) -> Ints:
    """Each delivery asks only for the transporter that is best for it alone, and goes without when taken.

    Returns
    -------
    numpy.ndarray
        (N,) rows of transporters, -1 for none.
    """
    room, everyone = _Room(market), np.arange(market.m)
    first = room.next_gain.copy()
    taken = np.full(market.n, -1, dtype=np.int64)
    for row in _order(market) if market.m else ():
        gain = market.block(np.array([row]), everyone)[0] + first
        column = int(gain.argmax())
        if gain[column] > -np.inf and room.next_gain[column] > -np.inf and room.shut(row)[column] == 0.0:
            room.give(int(row), column)
            taken[row] = column
    return taken

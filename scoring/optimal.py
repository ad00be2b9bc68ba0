"""The best plan with packages that fit one by one: solve on few pairs, price all others, repeat.

A plan that is optimal on some pairs is optimal on all if no other pair beats its prices (Volgenant 1996).
Where pairs do, they join the graph, pairs far from mattering leave it, and the flow is solved again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring import flow
from scoring.arrays import Floats, Ints
from scoring.bound import Pricer, Prices
from scoring.candidates import Neighbourhood
from scoring.duals import tolls
from scoring.market import Market

CERTIFIED = 1e-6  # relative distance of total and bound below which a plan is called optimal


@dataclass(frozen=True)
class Search:
    """How far a search may go.

    Parameters
    ----------
    neighbours
        Nearest transporters of each delivery in the first graph.
    expired
        Whether the time limit has passed.
    memory_bytes
        Bound on what scoring a block of rows may hold.
    """

    neighbours: int
    expired: Callable[[], bool]
    memory_bytes: int


@dataclass(frozen=True, eq=False)
class Solution:
    """An assignment with what is known about its quality, in a market's own rows.

    Attributes
    ----------
    transporter
        (N,) rows, -1 for none.
    value
        Sum of gains, of pairs and of slots.
    upper_bound
        No assignment's value is higher.
    prices
        The multipliers behind the bound.
    rounds, pairs
        Graphs solved, and pairs in the last one.
    """

    transporter: Ints
    value: float
    upper_bound: float
    prices: Prices
    rounds: int
    pairs: int


def optimise(market: Market, search: Search, start: Prices | None = None) -> Solution:
    """The assignment of highest value, or the best found in time with its bound.

    Parameters
    ----------
    market
        What to assign; summed weights are not looked at.
    search
        Limits.
    start
        Prices of a similar market: pairs near them replace the nearest ones as a beginning.
    """
    if not market.slot_gain.size:
        return nobody(market)
    i, j = first_pairs(market, search.neighbours, start)
    graph = make_graph(market, i, j)
    best: Solution | None = None
    rounds, bound = 0, np.inf
    while True:
        rounds += 1
        problem = flow.whole(graph)
        chosen = flow.assign(problem)
        prices = Prices(tolls(problem, chosen), np.zeros(market.m))
        net = prices.net(market, graph.i, graph.j, graph.gain)
        known = np.zeros(market.n)
        np.maximum.at(known, graph.i, net)
        pricer = Pricer(
            market, prices, known, keep=4, expired=search.expired, memory_bytes=search.memory_bytes
        )
        sweep = pricer.sweep(prove=False)
        if sweep.i.size <= market.n // 100:
            pricer = Pricer(
                market, prices, known, keep=4, expired=search.expired, memory_bytes=search.memory_bytes
            )
            sweep = pricer.sweep(prove=True)
        value = plan_value(market, graph, chosen)
        bound = min(bound, sweep.upper_bound(market, prices))
        transporter = np.where(chosen >= 0, graph.j[chosen], -1) if graph.i.size else chosen
        if best is None or value >= best.value:
            best = Solution(transporter, value, bound, prices, rounds, graph.i.size)
        if bound - best.value <= CERTIFIED * abs(bound) * 0.5 or not sweep.i.size or search.expired():
            return Solution(best.transporter, best.value, bound, prices, rounds, graph.i.size)
        graph = make_graph(market, np.concatenate((graph.i, sweep.i)), np.concatenate((graph.j, sweep.j)))


def first_pairs(market: Market, neighbours: int, start: Prices | None) -> tuple[Ints, Ints]:
    """Pairs to begin with."""
    if market.distance_share == 0 or not market.located.all():
        i, j = np.divmod(np.arange(market.n * market.m), market.m)
        return i, j
    rows = np.arange(market.n)
    index = Neighbourhood(market, market.column_gain * 1.0, np.zeros(market.m))
    columns, _ = index.query(rows, neighbours)
    i = np.repeat(rows, columns.shape[1])
    j = columns.ravel()
    return i[j >= 0], j[j >= 0]


def make_graph(market: Market, i: Ints, j: Ints) -> flow.Graph:
    """Graph of the feasible ones of some pairs, each once."""
    code = np.unique(i * np.int64(max(market.m, 1)) + j)
    i, j = code // max(market.m, 1), code % max(market.m, 1)
    gain = market.gain(i, j)
    fine = gain > -np.inf
    return flow.Graph(market.n, market.m, i[fine], j[fine], gain[fine], market.slot_start, market.slot_gain)


def plan_value(market: Market, graph: flow.Graph, chosen: Ints) -> float:
    """Value of an assignment in floats."""
    mine = chosen[chosen >= 0]
    used = np.bincount(graph.j[mine], minlength=market.m)
    running = np.concatenate(([0.0], np.cumsum(market.slot_gain)))
    slots = running[market.slot_start[:-1] + used] - running[market.slot_start[:-1]]
    return float(graph.gain[mine].sum() + slots.sum())


def value_of(market: Market, taken: Ints) -> float:
    """Value of an assignment given as (N,) transporter rows, -1 for none."""
    rows = np.flatnonzero(taken >= 0)
    used = np.bincount(taken[rows], minlength=market.m)
    running = np.concatenate(([0.0], np.cumsum(market.slot_gain)))
    slots = running[market.slot_start[:-1] + used] - running[market.slot_start[:-1]]
    return float(market.gain(rows, taken[rows]).sum() + slots.sum())


def judged(market: Market, taken: Ints, search: Search) -> Solution:
    """An assignment made elsewhere, with the bound that every delivery gets its own best transporter."""
    if not market.slot_gain.size:
        return nobody(market)
    prices = Prices(-market.first_gain, np.zeros(market.m))
    pricer = Pricer(
        market, prices, np.zeros(market.n), keep=1, expired=search.expired, memory_bytes=search.memory_bytes
    )
    bound = pricer.sweep(prove=True).upper_bound(market, prices)
    return Solution(taken, value_of(market, taken), bound, prices, 0, market.n * market.m)


def nobody(market: Market) -> Solution:
    """The only plan of a market without open slots or without deliveries."""
    prices = Prices(-market.first_gain, np.zeros(market.m))
    return Solution(np.full(market.n, -1, dtype=np.int64), 0.0, 0.0, prices, 0, 0)

"""The best plan with packages that fit one by one: solve on few pairs, price all others, repeat.

A plan that is optimal on some pairs is optimal on all if no other pair beats its prices (Volgenant 1996).
Where pairs do, they join the working set, pairs far from mattering leave it, and the flow is solved again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring import flow
from scoring.arrays import Bools, Floats, Ints
from scoring.bound import Pricer, Prices, Sweep
from scoring.candidates import Neighbourhood, equal_pairs, level_tolls
from scoring.duals import tolls
from scoring.flow import Graph
from scoring.market import Market
from scoring.rolling import Start, renewed
from scoring.workset import all_pairs, extended, foremost, make_graph

CERTIFIED = 1e-6  # relative distance of total and bound below which a plan is called optimal

_ALL_PAIRS = 40_000  # markets up to this size are solved on every pair at once
_WARM_SLACK = 0.5  # the same where prices are known beforehand
_FINE_SLACK = 3.0  # the same once the gap is small
_SLACK = 5.0  # points below its delivery's best at which a pair leaves the working set
_PER_ROW, _PER_COLUMN = 8, 24  # violators that join: more of one transporter's would only repeat its price
_SHEDDING = 3  # rounds after which no pair leaves
_ROUGH = 1e-3  # gap above which pairs at all scales join beside the violators
_SMALL = 4_000_000  # pairs up to which a market is cheap enough to begin with more of them
_VAST = 1_000_000_000  # pairs above which fewer of them must do
_WIDE_SPREAD, _THIN_SPREAD = (12, 8, 6, 4), (4, 3, 3, 2, 1)
_SPREAD, _WARM_SPREAD, _EXTRA_SPREAD = (8, 6, 4, 4), (6, 1, 1), (2, 2, 2, 2)

_NO_PAIRS = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Search:
    """How far a search may go.

    Parameters
    ----------
    expired
        Whether the time limit has passed; asked between steps.
    memory_bytes
        Bound on what scoring a block of rows may hold.
    """

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
    graph
        The last working set.
    rounds
        How many working sets were solved.
    """

    transporter: Ints
    value: float
    upper_bound: float
    prices: Prices
    graph: Graph
    rounds: int


def optimise(market: Market, search: Search, start: Start | None = None) -> Solution:
    """The assignment of highest value, or the best found in time with its bound.

    Parameters
    ----------
    market
        What to assign; summed weights are not looked at.
    search
        Limits.
    start
        A similar market's plan to begin from.
    """
    rng = np.random.default_rng(0)
    complete = market.n * market.m <= _ALL_PAIRS
    graph, near = (all_pairs(market), None) if complete else _first_graph(market, start, rng)
    best, bound, rounds = np.full(market.n, -1, dtype=np.int64), np.inf, 0
    value, best_prices = 0.0, Prices(-market.first_gain, np.zeros(market.m))
    while True:
        rounds += 1
        problem = flow.whole(graph)
        chosen = flow.assign(problem)
        prices = Prices(tolls(problem, chosen, near), np.zeros(market.m))
        known = best_inside(market, graph, prices)
        taken = np.where(chosen >= 0, graph.j[chosen], -1) if graph.i.size else chosen
        if (fresh := value_of(market, taken)) >= value:
            best, value = taken, fresh
        if complete:
            sweep = Sweep(known, *_NO_PAIRS, np.zeros(0))
        else:
            sweep = Pricer(market, prices, known, _PER_ROW, search.expired, search.memory_bytes).sweep()
        if (fresh_bound := sweep.upper_bound(market, prices)) < bound:
            bound, best_prices, near = fresh_bound, prices, prices.toll
        done = bound - value <= 0.5 * CERTIFIED * _worth(market, best, bound)
        if done or not sweep.i.size or search.expired():
            return Solution(best, value, bound, best_prices, graph, rounds)
        graph = _grown(market, graph, chosen, prices, known, sweep, rng, shed=rounds <= _SHEDDING)


def best_inside(market: Market, graph: Graph, prices: Prices) -> Floats:
    """(N,) largest net gain that each delivery has inside the graph, at least 0."""
    known = np.zeros(market.n)
    if graph.i.size:
        net = prices.net(market, graph.i, graph.j, graph.gain)
        starts = np.flatnonzero(np.diff(graph.i, prepend=-1))
        known[graph.i[starts]] = np.maximum(np.maximum.reduceat(net, starts), 0.0)
    return known


def value_of(market: Market, taken: Ints) -> float:
    """Value of an assignment given as (N,) transporter rows, -1 for none."""
    rows = np.flatnonzero(taken >= 0)
    used = np.bincount(taken[rows], minlength=market.m)
    running = np.concatenate(([0.0], np.cumsum(market.slot_gain)))
    slots = running[market.slot_start[:-1] + used] - running[market.slot_start[:-1]]
    return float(market.gain(rows, taken[rows]).sum() + slots.sum())


def judged(market: Market, taken: Ints, search: Search) -> Solution:
    """An assignment made elsewhere, with the bound that every delivery gets its own best transporter."""
    prices = Prices(-market.first_gain, np.zeros(market.m))
    nothing = np.zeros(market.n)
    sweep = Pricer(market, prices, nothing, 1, search.expired, search.memory_bytes).sweep()
    graph = make_graph(market, sweep.i, sweep.j)
    return Solution(taken, value_of(market, taken), sweep.upper_bound(market, prices), prices, graph, 0)


def _worth(market: Market, taken: Ints, bound: float) -> float:
    """The part of a bound that is score: without the bonuses of the deliveries assigned."""
    return bound - float(market.bonus[taken >= 0].sum())


def _first_graph(market: Market, start: Start | None, rng: np.random.Generator) -> tuple[Graph, Floats | None]:
    """Pairs to begin with, and tolls to stay near to where some are known."""
    rows = np.flatnonzero(~market.located)
    if market.distance_share == 0:
        return make_graph(market, *equal_pairs(market, np.arange(market.n), 2 * sum(_SPREAD), rng)), None
    toll, i_held, j_held = level_tolls(market), *_NO_PAIRS
    if start is not None:
        toll, i_held, j_held = renewed(market, start)
    index = Neighbourhood(market, toll, np.zeros(market.m))
    counts = _spread(market) if start is None else _WARM_SPREAD
    i, j = index.spread(counts, rng)
    if rows.size:
        more_i, more_j = equal_pairs(market, rows, 2 * sum(_SPREAD), rng)
        i, j = np.concatenate((i, more_i)), np.concatenate((j, more_j))
    graph = make_graph(market, np.concatenate((i, i_held)), np.concatenate((j, j_held)))
    if start is None:
        return graph, None
    prices = Prices(toll, np.zeros(market.m))
    lag = best_inside(market, graph, prices)[graph.i] - prices.net(market, graph.i, graph.j, graph.gain)
    keep: Bools = (lag <= _WARM_SLACK) | (start.taken[graph.i] == graph.j)
    return extended(graph, keep, *_NO_PAIRS, np.zeros(0)), toll


def _spread(market: Market) -> tuple[int, ...]:
    """Pairs at each scale to begin with: the larger the market, the dearer a flow and the more scales."""
    pairs = market.n * market.m
    if pairs <= _SMALL:
        return _WIDE_SPREAD
    return _SPREAD if pairs <= _VAST else _THIN_SPREAD


def _grown(
    market: Market,
    graph: Graph,
    chosen: Ints,
    prices: Prices,
    known: Floats,
    sweep: Sweep,
    rng: np.random.Generator,
    *,
    shed: bool,
) -> Graph:
    """The next working set: violators in, pairs that lag far behind out."""
    rough = np.maximum(sweep.ceiling - known, 0.0).sum() > _ROUGH * known.sum()
    keep: Bools = np.ones(graph.i.size, dtype=np.bool_)
    if shed:  # later on nothing leaves any more: what leaves might come back, for ever
        keep = known[graph.i] - prices.net(market, graph.i, graph.j, graph.gain) <= (_SLACK if rough else _FINE_SLACK)
        keep[chosen[chosen >= 0]] = True
    i, j, gain = sweep.i, sweep.j, sweep.gain
    excess = prices.net(market, i, j, gain) - known[i]
    at = foremost(j, excess, _PER_COLUMN)
    if rough and market.distance_share > 0:
        index = Neighbourhood(market, prices.toll, prices.weight_toll)
        more = make_graph(market, *index.spread(_EXTRA_SPREAD, rng))
        better = prices.net(market, more.i, more.j, more.gain) > known[more.i]
        i = np.concatenate((i[at], more.i[better]))
        j = np.concatenate((j[at], more.j[better]))
        gain = np.concatenate((gain[at], more.gain[better]))
        return extended(graph, keep, i, j, gain)
    return extended(graph, keep, i[at], j[at], gain[at])

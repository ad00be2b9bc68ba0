"""The best plan found when all packages of a transporter must fit together, with a bound.

That is a generalised assignment problem, NP-hard. Its limits are priced instead of enforced (Lagrangian relaxation,
Fisher 1981): a toll for entering a transporter and one for each kg. Under them deliveries choose for themselves, and
what they gain with what room and slots are worth bounds every plan. Tolls are searched over lists of the best pairs;
a look at all pairs under them proves the bound and names the pairs that the lists lack (column generation).

Plans begin from the one whose packages fit one by one. Where that nearly fits, exchanges mend it; where it does not,
random moves that cool (`packing`) search among the pairs that are best under the tolls.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scoring import optimal
from scoring.arrays import Ints
from scoring.assigning import Start, chosen_pairs, trees_of
from scoring.bound import Prices, Sweep, sweep
from scoring.exact import MOST_CELLS, MOST_ROWS, best_packing
from scoring.graph import Graph, foremost, joined, make_graph
from scoring.market import Market, PairSource
from scoring.optimal import CERTIFIED, Search, Solution
from scoring.packing import Packing
from scoring.tolls import Offers, cheapen

_ROUNDS = 6  # looks at all pairs
_CLOSE = 1e-4  # share by which a bound over lists may lie below the one over all pairs in the end
_STEPS = 600  # of tolls a round
_FIRST, _NEXT, _LAST = 0.3, 0.03, 5e-4  # their lengths as shares of what gains differ by: first, in later rounds, last
_FAR = 0.05  # share of the gains themselves that the first steps are made for at least
_EDGES = 4_000_000  # pairs looked at between two looks at the clock: some milliseconds
_CHEAP = 2e-5  # share that a plan may lack for tolls to be left as they are
_WIDTH = 12  # pairs of a delivery that random moves try
_MOVES = 4_000  # random moves for each delivery
_FULL = 0.004  # of what gains differ by: who lacks so much on average makes all of them, half as much a quarter
_HEAT = 2.0  # of the first ones, as a multiple of what a delivery lacks on average
_COOLED, _COLD = 100.0, 0.01  # in the end so many times less, and no more than such a share of what gains differ by
_PRICING = 0.4  # share of the time limit for tolls
_MOVING = 0.97  # share of the time limit for everything but putting together what was found


def optimise(market: Market, search: Search, start: Start | None, seed: int) -> Solution:
    """A plan whose summed weights fit, with a bound over all feasible pairs.

    Parameters
    ----------
    market, search, start
        As for `optimal.optimise`.
    seed
        Of random moves.
    """
    relaxed = optimal.optimise(market, search, start)
    rows = np.flatnonzero(relaxed.transporter >= 0)
    carried = np.bincount(relaxed.transporter[rows], weights=market.weight_kg[rows], minlength=market.m)
    if (carried <= market.capacity_kg).all():
        return relaxed
    graph = joined(relaxed.graph, make_graph(market, rows, relaxed.transporter[rows]))
    taken, value = mended(market, graph, relaxed.transporter, search, seed)
    best = replace(relaxed, transporter=taken, value=value)
    if _lacks(relaxed.upper_bound, value) > _CHEAP:
        best, graph = _priced(market, best, graph, search)
    taken, value = improved(market, graph, best.prices, (taken, value), best.upper_bound, search, seed)
    return replace(best, transporter=taken, value=value)


def _priced(market: Market, best: Solution, graph: Graph, search: Search) -> tuple[Solution, Graph]:
    """Lower the bound by tolls over lists that grow by whatever beats them; the lists as well."""
    trees, prices, first = trees_of(market), best.prices, _FIRST
    for _ in range(_ROUNDS):
        if search.spent() >= _PRICING:
            break
        prices, listed = cheapened(market, graph, prices, first, search)
        seen = sweep(market, trees, prices, search.expired, search.memory_bytes)
        bound = seen.upper_bound(market, prices)
        graph, first = joined(graph, seen.graph), _NEXT
        if bound < best.upper_bound:
            best = replace(best, upper_bound=bound, prices=prices, sweep=seen)
        if bound - listed <= _CLOSE * bound and first == _NEXT:
            break
    return replace(best, sweep=Sweep(graph, best.sweep.best, best.sweep.ceiling)), graph


def cheapened(source: PairSource, graph: Graph, prices: Prices, first: float, search: Search) -> tuple[Prices, float]:
    """Tolls under which the pairs of a graph promise less, and what they promise.

    Parameters
    ----------
    source, graph
        The market and the pairs that are looked at.
    prices
        Tolls to begin with.
    first
        Length of the first steps, as a share of what gains differ by.
    search
        Limits.
    """
    load = source.load(graph.i, graph.j).astype(np.float64)
    offers = Offers(graph.starts, graph.j, graph.gain, load, graph.slot_start, graph.slot_gain, source.capacity_kg)
    spread = _spread(graph)
    free = _slots_never_bind(source)
    lengths = np.array([0.0 if free else spread, spread / max(float(load.mean()) if load.size else 0.0, 1e-12)])
    toll, rate = prices.toll.copy(), prices.weight_toll.copy()
    memory, best, found = np.zeros((4, source.m)), np.array([toll, rate]), np.zeros((2, source.m))
    # Where being given counts far more than by whom, tolls have a long way to go.
    far = max(1.0, _FAR * float(np.abs(graph.gain).mean()) / spread) if graph.i.size else 1.0
    steps, lowest, at = np.geomspace(first * far, _LAST, _STEPS), np.inf, 0
    count = max(1, _EDGES // max(graph.i.size, 1))
    while at < _STEPS and (at == 0 or search.spent() < _PRICING):
        value = cheapen(offers, toll, rate, steps[at : at + count], lengths, memory, found)
        if value < lowest:
            lowest, best = value, found.copy()
        at += count
    return Prices(best[0], best[1]), lowest


def _spread(graph: Graph) -> float:
    """Points by which the gains of a delivery's pairs differ, on average."""
    if not graph.i.size:
        return 1e-9
    count = np.maximum(np.bincount(graph.i, minlength=graph.n), 1)
    mean = np.bincount(graph.i, weights=graph.gain, minlength=graph.n) / count
    return float(np.sqrt(np.mean((graph.gain - mean[graph.i]) ** 2))) + 1e-6 * float(np.abs(graph.gain).mean()) + 1e-9


def _slots_never_bind(source: PairSource) -> bool:
    return bool((source.open_slots >= source.n).all() and (source.slot_gain == 0).all())


def mended(source: PairSource, graph: Graph, taken: Ints, search: Search, seed: int) -> tuple[Ints, float]:
    """A plan that fits, made of one that may not (N,), and its value.

    Whatever is most worth for the room it takes stays; the rest goes where room is left, and exchanges follow.
    """
    load = source.load(graph.i, graph.j).astype(np.float64)
    packing = Packing(graph, load, source.capacity_kg, seed)
    wanted = chosen_pairs(graph, taken)
    gain = np.append(graph.gain, 0.0)[wanted]
    packing.begin(wanted, gain / np.maximum(np.append(load, 0.0)[wanted], 1e-12))
    packing.polish(search.expired)
    return packing.taken, packing.value


def improved(
    source: PairSource,
    graph: Graph,
    prices: Prices,
    plan: tuple[Ints, float],
    bound: float,
    search: Search,
    seed: int,
) -> tuple[Ints, float]:
    """A better plan by random moves among the pairs that are best under given tolls, and its value."""
    taken, value = plan
    if not graph.i.size or _lacks(bound, value) <= CERTIFIED:
        return plan
    load = source.load(graph.i, graph.j).astype(np.float64)
    net = graph.gain - prices.toll[graph.j] - prices.weight_toll[graph.j] * load
    keep = taken[graph.i] == graph.j
    keep[foremost(graph.i, net, _WIDTH)] = True
    packing = Packing(graph.only(keep), load[keep], source.capacity_kg, seed)
    packing.begin(chosen_pairs(graph.only(keep), taken), np.zeros(graph.n))
    lack = (bound - value) / source.n
    moves = int(source.n * _MOVES * min(1.0, lack / (_FULL * _spread(graph))) ** 2)
    heat = _HEAT * lack
    cold = min(heat / _COOLED, _COLD * _spread(graph))
    packing.anneal((heat, cold), moves, _from(search.spent(), search.spent))
    packing.polish(search.expired)
    return (packing.taken, packing.value) if packing.value > value else plan


def _from(begun: float, spent: Callable[[], float]) -> Callable[[], float]:
    """Share of the time that was left at some moment."""
    left = max(_MOVING - begun, 1e-9)
    return lambda: (spent() - begun) / left


def _lacks(bound: float, value: float) -> float:
    """Share of a bound that a plan does not reach."""
    return (bound - value) / abs(bound) if bound else 0.0


def packed(source: PairSource, graph: Graph, search: Search, seed: int) -> tuple[Ints, float, float]:
    """A plan, its value and a bound, where all pairs that may be used are known."""
    idle = Prices(np.zeros(source.m), np.zeros(source.m))
    prices, bound = cheapened(source, graph, idle, _FIRST, search)
    load = source.load(graph.i, graph.j).astype(np.float64)
    net = graph.gain - prices.toll[graph.j] - prices.weight_toll[graph.j] * load
    best = foremost(graph.i, net, 1)
    best = best[net[best] > 0]
    wish = np.full(source.n, -1, dtype=np.int64)
    wish[graph.i[best]] = graph.j[best]
    plan = mended(source, graph, wish, search, seed)
    if source.n <= MOST_ROWS and source.n * source.m <= MOST_CELLS and _slots_never_bind(source):
        found = best_packing(graph, load, source.capacity_kg, prices.weight_toll, plan[1])
        if found is not None:
            return found[0] if found[1] > plan[1] else plan[0], found[1], found[1]
    return *improved(source, graph, prices, plan, bound, search, seed), bound

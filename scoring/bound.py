"""An upper bound over all feasible pairs, with the best pairs under the prices it comes from.

For any toll q_j on entering transporter j, no plan can gain more than

    sum_i max(0, max_j gain_ij - q_j)  +  sum_jk max(0, slot_gain_jk + q_j)

(weak duality; a price a kg adds its term). Whoever found the tolls, and however roughly: the bound holds.
The largest net gain of each delivery over *all* transporters is searched in a tree and scored again in
float64; optional terms of pairs, which trees do not know, are looked at for all pairs that they could lift.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.assigning import City, GroupedCity
from scoring.graph import Graph, foremost, make_graph
from scoring.market import Market

PAIRS = 12  # best pairs of each delivery that are looked at and kept where there is more to do with them
_FEW = 2  # where there is not
_MANY = 48  # that are looked at where optional terms of pairs may change their order
_ARRAYS = 10  # arrays of a block's size that are alive at once while a block is scored
_TOLERANCE = 1e-9  # points


@dataclass(frozen=True, eq=False)
class Prices:
    """Lagrange multipliers of the market's sides.

    Parameters
    ----------
    toll
        (M,) points for entering a transporter.
    weight_toll
        (M,) points for each kg, at least 0.
    """

    toll: Floats
    weight_toll: Floats

    def net(self, market: Market, i: Ints, j: Ints, gain: Floats) -> Floats:
        """(E,) gains less tolls."""
        return gain - self.toll[j] - self.weight_toll[j] * market.weight_kg[i]

    def rent(self, market: Market) -> float:
        """What the transporters' side of the dual adds to the bound."""
        owner = np.repeat(np.arange(market.m), market.open_slots)
        slots = np.maximum(market.slot_gain + self.toll[owner], 0.0).sum()
        room = self.weight_toll @ market.capacity_kg
        return float(slots + room)


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a look at all pairs found.

    Attributes
    ----------
    graph
        The best pairs of each delivery.
    best
        (N,) the highest net gain found, at least 0.
    ceiling
        (N,) no pair of the delivery has a higher net gain.
    """

    graph: Graph
    best: Floats
    ceiling: Floats

    def upper_bound(self, market: Market, prices: Prices) -> float:
        """No plan gains more."""
        return float(self.ceiling.sum()) + prices.rent(market)


def sweep(
    market: Market, city: City | GroupedCity, prices: Prices, expired: Callable[[], bool], memory_bytes: int
) -> Sweep:
    """Price all pairs.

    Parameters
    ----------
    market, city, prices
        What to price.
    expired
        Whether time is up; what was not looked at by then gets a weaker ceiling, never a wrong one.
    memory_bytes
        Bound on what a block of rows may hold.
    """
    lists = market.params.load == "sum" or market.by_pairs
    looked = _MANY if market.beyond_trees else PAIRS if lists else _FEW
    columns, unseen = city.query(min(looked, max(market.m, 1)), prices.toll, prices.weight_toll)
    i, place = np.nonzero(columns >= 0)
    graph = make_graph(market, i, columns[i, place])
    best = best_of(market, graph, prices)
    if market.beyond_trees:  # without them, what was not found is worth less than what was
        lifted = np.flatnonzero(unseen > best + _TOLERANCE)
        graph, unseen = _scanned(market, graph, prices, lifted, unseen, expired, memory_bytes)
        net = prices.net(market, graph.i, graph.j, graph.gain)
        graph = graph.only(np.isin(np.arange(graph.i.size), foremost(graph.i, net, PAIRS)))
        best = best_of(market, graph, prices)
    return Sweep(graph, best, np.maximum(best, unseen))


def best_of(market: Market, graph: Graph, prices: Prices) -> Floats:
    """(N,) largest net gain that each delivery has in a graph, at least 0."""
    net = prices.net(market, graph.i, graph.j, graph.gain)
    best = np.zeros(market.n)
    if graph.i.size:
        starts = np.flatnonzero(np.diff(graph.i, prepend=-1))
        best[graph.i[starts]] = np.maximum(np.maximum.reduceat(net, starts), 0.0)
    return best


def _scanned(
    market: Market,
    graph: Graph,
    prices: Prices,
    rows: Ints,
    unseen: Floats,
    expired: Callable[[], bool],
    memory_bytes: int,
) -> tuple[Graph, Floats]:
    """The graph with the best pairs of some rows, scored in whole blocks; nothing is unseen there."""
    open_columns = np.flatnonzero(market.open_slots > 0)
    height = max(1, min(memory_bytes, 2**22) // (8 * _ARRAYS * max(open_columns.size, 1)))
    found, unseen = [(graph.i, graph.j)], unseen.copy()
    for start in range(0, rows.size, height):
        if expired():
            break
        part = rows[start : start + height]
        cost = prices.toll[open_columns] + np.outer(market.weight_kg[part], prices.weight_toll[open_columns])
        net = market.block(part, open_columns) - cost
        keep = min(PAIRS, open_columns.size)
        at = np.argpartition(-net, keep - 1, axis=1)[:, :keep]
        found.append((np.repeat(part, keep), open_columns[at.ravel()]))
        unseen[part] = 0.0
    i, j = (np.concatenate(side) for side in zip(*found, strict=True))
    return make_graph(market, i, j), unseen

"""The working set of pairs that the flow is solved on: how it begins, grows and sheds."""

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.flow import Graph
from scoring.market import Market


def make_graph(market: Market, i: Ints, j: Ints) -> Graph:
    """Graph of the feasible ones of some pairs, each once."""
    wide = np.int64(max(market.m, 1))
    code = np.sort(i * wide + j)
    i, j = np.divmod(code[np.diff(code, prepend=-1) != 0], wide)
    gain = market.gain(i, j)
    fine = gain > -np.inf
    return Graph(market.n, market.m, i[fine], j[fine], gain[fine], market.slot_start, market.slot_gain)


def all_pairs(market: Market) -> Graph:
    """Graph of every feasible pair."""
    return make_graph(market, *np.divmod(np.arange(market.n * market.m), max(market.m, 1)))


def extended(graph: Graph, keep: Bools, i: Ints, j: Ints, gain: Floats) -> Graph:
    """The kept pairs of `graph` and new ones, each once."""
    i = np.concatenate((graph.i[keep], i))
    j = np.concatenate((graph.j[keep], j))
    gain = np.concatenate((graph.gain[keep], gain))
    code = i * np.int64(max(graph.m, 1)) + j
    order = np.argsort(code, kind="stable")
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = np.diff(code[order]) != 0
    order = order[fresh]
    return Graph(graph.n, graph.m, i[order], j[order], gain[order], graph.slot_start, graph.slot_gain)


def foremost(group: Ints, merit: Floats, count: int) -> Ints:
    """Indexes of the `count` entries of highest merit in each group."""
    order = np.lexsort((-merit, group))
    grouped = group[order]
    rank = np.arange(order.size) - np.searchsorted(grouped, grouped)
    return order[rank < count]

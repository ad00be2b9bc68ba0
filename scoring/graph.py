"""Some of the pairs of a market, with what they gain."""

from dataclasses import dataclass, replace

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.market import Market


@dataclass(frozen=True)
class Graph:
    """Pairs between n deliveries and m transporters, and the slots behind them.

    Parameters
    ----------
    n, m
        Rows of both sides.
    i, j, gain
        (E,) pairs, each at most once, sorted by `i`, with finite gains.
    slot_start
        (M + 1,) where each transporter's slots begin in `slot_gain`.
    slot_gain
        (K,) gains that never rise within one transporter.
    """

    n: int
    m: int
    i: Ints
    j: Ints
    gain: Floats
    slot_start: Ints
    slot_gain: Floats

    @property
    def starts(self) -> Ints:
        """(N + 1,) where each delivery's pairs begin."""
        return np.searchsorted(self.i, np.arange(self.n + 1)).astype(np.int64)

    def only(self, keep: Bools) -> "Graph":
        """Some of the pairs, (E,) booleans."""
        return replace(self, i=self.i[keep], j=self.j[keep], gain=self.gain[keep])

    def best(self, toll: Floats) -> Floats:
        """(N,) largest gain less toll of each delivery, at least 0."""
        best = np.zeros(self.n)
        if self.i.size:
            starts = np.flatnonzero(np.diff(self.i, prepend=-1))
            best[self.i[starts]] = np.maximum(np.maximum.reduceat(self.gain - toll[self.j], starts), 0.0)
        return best

    def bound(self, toll: Floats) -> float:
        """No assignment of these pairs gains more, whatever the tolls: weak duality, see `bound`."""
        owner = np.repeat(np.arange(self.m), np.diff(self.slot_start))
        return float(self.best(toll).sum() + np.maximum(self.slot_gain + toll[owner], 0.0).sum())


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


def joined(one: Graph, other: Graph) -> Graph:
    """The pairs of two graphs of one market, each once."""
    i, j = np.concatenate((one.i, other.i)), np.concatenate((one.j, other.j))
    code = i * np.int64(max(one.m, 1)) + j
    order = np.argsort(code, kind="stable")
    order = order[np.diff(code[order], prepend=-1) != 0]
    return replace(one, i=i[order], j=j[order], gain=np.concatenate((one.gain, other.gain))[order])


def foremost(group: Ints, merit: Floats, count: int) -> Ints:
    """Indexes of the `count` entries of highest merit in each group."""
    order = np.lexsort((-merit, group))
    grouped = group[order]
    rank = np.arange(order.size) - np.searchsorted(grouped, grouped)
    return order[rank < count]

"""Prices of transporters, recovered from an optimal assignment.

The flow solver keeps its potentials to itself, so they are computed as shortest paths in the residual
graph, by Bellman-Ford sweeps over whole units: with whole numbers the sweeps end exactly, and a cycle of
rounding errors cannot keep them turning.

For a toll q_j on entering transporter j the linear programme's dual is

    sum_i max(0, max_j gain_ij - q_j)  +  sum_jk max(0, slot_gain_jk + q_j)

which bounds every plan from above, whatever q is (weak duality). An optimal plan has tolls that make the
two sides meet.
"""

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.flow import Graph, WholeGraph

_FAR = np.int64(2**62)


def tolls(problem: WholeGraph, chosen: Ints, near: Floats | None = None) -> Floats:
    """(M,) optimal tolls in points: of many optimal ones, those that leave least to be found outside.

    Parameters
    ----------
    problem, chosen
        A graph and the optimal choice that `flow.assign` made in it.
    near
        (M,) tolls known to be good over all pairs: the answer stays as near to them as optimality in this
        graph lets it. Without them it lies half-way between the highest and the lowest optimal tolls.
    """
    high = highest(problem, chosen)
    if near is None:
        other = lowest(problem, chosen, np.full(problem.graph.m, -_FAR))
        other = np.where(other > -_FAR, high / 2.0 + other / 2.0, high)
    else:
        other = lowest(problem, chosen, np.minimum(np.rint(near * problem.scale), high).astype(np.int64))
    # Idle transporters charge their first slot's gain, to the last bit: less, and they would look like
    # bargains; a rounding more, and a market where nothing can be done would have a bound above 0.
    graph, toll = problem.graph, other / problem.scale
    idle = np.flatnonzero((slots_used(graph, chosen) == 0) & (np.diff(graph.slot_start) > 0))
    toll[idle] = -graph.slot_gain[graph.slot_start[idle]]
    return toll


def slots_used(graph: Graph, chosen: Ints) -> Ints:
    """(M,) packages given to each transporter."""
    return np.bincount(graph.j[chosen[chosen >= 0]], minlength=graph.m).astype(np.int64)


def highest(problem: WholeGraph, chosen: Ints) -> Ints:
    """(M,) the highest optimal tolls in whole units; deliveries keep as little as possible."""
    graph = problem.graph
    used = slots_used(graph, chosen)
    free = used < np.diff(graph.slot_start)
    toll = np.full(graph.m, _FAR)
    toll[free] = -problem.slot_gain[(graph.slot_start[:-1] + used)[free]]
    toll[np.diff(graph.slot_start) == 0] = 0
    served = chosen >= 0
    np.minimum.at(toll, graph.j[chosen[served]], problem.gain[chosen[served]])  # being served must not lose
    by_column = np.argsort(graph.j, kind="stable")
    starts = np.searchsorted(graph.j[by_column], np.arange(graph.m + 1))
    least = np.full(graph.n, _FAR)  # toll less gain of each delivery's best pair
    columns: Ints = np.arange(graph.m)
    while columns.size:
        edges = by_column[_spans(starts, columns)]
        rows = graph.i[edges]
        np.minimum.at(least, rows, toll[graph.j[edges]] - problem.gain[edges])
        rows = _distinct(rows[served[rows]], graph.n)
        column = graph.j[chosen[rows]]
        offer = problem.gain[chosen[rows]] + least[rows]
        lower = offer < toll[column]
        np.minimum.at(toll, column[lower], offer[lower])
        columns = _distinct(column[lower], graph.m)
    return toll


def lowest(problem: WholeGraph, chosen: Ints, least: Ints) -> Ints:
    """(M,) the lowest optimal tolls of at least `least`, in whole units.

    Parameters
    ----------
    problem, chosen
        As for `tolls`.
    least
        (M,) at most the highest optimal tolls; -2**62 where there is nothing to keep to, and in the answer
        where nothing bounds a toll from below.
    """
    graph = problem.graph
    used = slots_used(graph, chosen)
    toll = least.copy()
    busy = used > 0
    last = -problem.slot_gain[(graph.slot_start[:-1] + used - 1)[busy]]
    toll[busy] = np.maximum(toll[busy], last)
    starts = np.searchsorted(graph.i, np.arange(graph.n + 1))
    served = np.flatnonzero(chosen >= 0)
    own_gain, own_column = problem.gain[chosen[served]], graph.j[chosen[served]]
    surplus = np.zeros(graph.n, dtype=np.int64)
    rows: Ints = np.arange(graph.n)
    while rows.size:
        surplus[served] = own_gain - toll[own_column]
        edges = _spans(starts, rows)
        column, needed = graph.j[edges], problem.gain[edges] - surplus[graph.i[edges]]
        higher = needed > toll[column]
        np.maximum.at(toll, column[higher], needed[higher])
        raised = np.zeros(graph.m, dtype=np.bool_)
        raised[column[higher]] = True
        rows = served[raised[own_column]]
    return toll


def _spans(starts: Ints, which: Ints) -> Ints:
    """All places of the given runs, where run r covers ``starts[r]`` to ``starts[r + 1]``."""
    first, count = starts[which], starts[which + 1] - starts[which]
    ends = np.cumsum(count)
    offset = np.repeat(first - (ends - count), count)
    return np.asarray(offset + np.arange(offset.size), dtype=np.int64)


def _distinct(rows: Ints, size: int) -> Ints:
    """Each of some rows below `size` once, in order."""
    seen = np.zeros(size, dtype=np.bool_)
    seen[rows] = True
    return np.flatnonzero(seen)

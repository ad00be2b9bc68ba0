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
    idle = slots_used(problem.graph, chosen) == 0  # below their highest toll they would look like bargains
    return np.where(idle, high, other) / problem.scale


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
    mine = chosen[chosen >= 0]
    gain, column = problem.gain[mine], graph.j[mine]
    np.minimum.at(toll, column, gain)  # a served delivery must not lose by being served
    starts, rows = _row_starts(graph.i)
    place = np.searchsorted(rows, graph.i[mine])
    while mine.size:
        surplus = np.minimum.reduceat(toll[graph.j] - problem.gain, starts)
        offer = gain + surplus[place]
        better = offer < toll[column]
        if not better.any():
            break
        np.minimum.at(toll, column[better], offer[better])
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
    by_column = np.argsort(graph.j, kind="stable")
    starts, columns = _row_starts(graph.j[by_column])
    rows, gains = graph.i[by_column], problem.gain[by_column]
    served = chosen >= 0
    own_gain, own_column = problem.gain[chosen[served]], graph.j[chosen[served]]
    surplus = np.zeros(graph.n, dtype=np.int64)
    while columns.size:
        surplus[served] = own_gain - toll[own_column]
        needed = np.maximum.reduceat(gains - surplus[rows], starts)
        better = needed > toll[columns]
        if not better.any():
            break
        toll[columns[better]] = needed[better]
    return toll


def _row_starts(sorted_rows: Ints) -> tuple[Ints, Ints]:
    """Where each run of equal rows begins, and the row of each run."""
    if not sorted_rows.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(sorted_rows) != 0)))
    return starts, sorted_rows[starts]

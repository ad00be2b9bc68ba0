"""Maximum-value assignment on a given set of pairs, by minimum-cost flow.

Deliveries send one unit each to a transporter or to nobody; transporters pass units on through slots whose
gains never rise, so slots fill in order by themselves and the problem stays an exact flow. The solver is
OR-tools' cost-scaling push-relabel (Goldberg and Tarjan 1990), which wants whole costs: gains are rounded
to 1e-12 of the largest one, and nothing here claims optimality beyond that. `bound` does, in floats.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.arrays import Floats, Ints

_FINEST = 1e12  # whole units of the largest gain
_LEAST = 1e-6  # points; scores that all lie below it are as good as none
_HEADROOM = 2.0**58  # times nodes, costs must stay inside 64 bits while the solver scales them
_BATCH_EDGES = 4_000  # small components are solved together up to this many pairs: a call has its own cost


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


@dataclass(frozen=True)
class WholeGraph:
    """A graph in whole units: `gain` and `slot_gain` times `scale`, rounded."""

    graph: Graph
    gain: Ints
    slot_gain: Ints
    scale: float


def whole(graph: Graph) -> WholeGraph:
    """Round the gains of `graph` as finely as 64-bit costs allow."""
    largest = max(np.abs(graph.gain).max(initial=0.0), np.abs(graph.slot_gain).max(initial=0.0), _LEAST)
    scale = min(_FINEST, _HEADROOM / (graph.n + graph.m + 1)) / largest
    return WholeGraph(
        graph,
        np.rint(graph.gain * scale).astype(np.int64),
        np.rint(graph.slot_gain * scale).astype(np.int64),
        scale,
    )


def assign(problem: WholeGraph) -> Ints:
    """Pairs that together gain most, in whole units.

    Returns
    -------
    numpy.ndarray
        (N,) index of the chosen pair of each delivery, -1 for none.
    """
    graph = problem.graph
    chosen = np.full(graph.n, -1, dtype=np.int64)
    for edges in _components(graph):
        picked = _solve_part(problem, edges)
        chosen[graph.i[picked]] = picked
    return chosen


def _components(graph: Graph) -> list[Ints]:
    """Edges split so that no two parts share a row; parts hold one or more connected components."""
    if not graph.i.size:
        return []
    nodes = graph.n + graph.m
    links = coo_array((np.ones(graph.i.size, dtype=np.int8), (graph.i, graph.n + graph.j)), (nodes, nodes))
    _, label = connected_components(links, directed=False)
    of_edge = label[graph.i]
    sizes = np.bincount(of_edge)
    batch = np.cumsum(sizes) // _BATCH_EDGES
    batch[sizes >= _BATCH_EDGES] = batch.max(initial=0) + 1 + np.arange((sizes >= _BATCH_EDGES).sum())
    part = batch[of_edge]
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    return [np.asarray(edges, dtype=np.int64) for edges in np.split(order, cuts)]


def _solve_part(problem: WholeGraph, edges: Ints) -> Ints:
    graph = problem.graph
    rows, tail = np.unique(graph.i[edges], return_inverse=True)
    columns, head, degree = np.unique(graph.j[edges], return_inverse=True, return_counts=True)
    owner, capacity, slot_gain = _slot_arcs(problem, columns, degree)
    n, sink = rows.size, rows.size + columns.size
    tails = np.concatenate((tail, n + owner, np.arange(n)))
    heads = np.concatenate((n + head, np.full(owner.size + n, sink)))
    capacities = np.concatenate((np.ones(edges.size), capacity, np.ones(n))).astype(np.int64)
    costs = -np.concatenate((problem.gain[edges], slot_gain, np.zeros(n, dtype=np.int64)))
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), capacities, costs
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:n], supply[sink] = 1, -n
    solver.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver answered {status}")
    flow = np.asarray(solver.flows(arcs[: edges.size]))
    return edges[flow > 0]


def _slot_arcs(problem: WholeGraph, columns: Ints, degree: Ints) -> tuple[Ints, Ints, Ints]:
    """Owner (position in `columns`), capacity and gain of slot arcs; equal neighbours share one arc.

    A transporter needs no more slots than it has pairs in this part.
    """
    start = problem.graph.slot_start[columns]
    count = np.minimum(problem.graph.slot_start[columns + 1] - start, degree)
    owner = np.repeat(np.arange(columns.size), count)
    first = np.cumsum(count) - count
    gain = problem.slot_gain[start[owner] + np.arange(owner.size) - first[owner]]
    if not owner.size:
        return owner, owner, gain
    fresh = np.concatenate(([True], (np.diff(owner) != 0) | (np.diff(gain) != 0)))
    at = np.flatnonzero(fresh)
    return owner[at], np.diff(np.append(at, owner.size)), gain[at]

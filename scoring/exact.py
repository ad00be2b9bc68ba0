"""Small packings to the optimum: all plans are looked at, but for those that tolls show to be no better.

Branch and bound: rows are decided one after the other. What a room is worth by its toll bounds what the rows behind can
still gain (Fisher 1981), so that most branches end soon. Random moves are good where there are many rows; among a dozen
they may stay a percent below the best, and that one is found sooner than it takes them to cool.
"""

from typing import NamedTuple

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.auction import compiled
from scoring.graph import Graph
from scoring.packing import in_units

MOST_ROWS = 16
MOST_CELLS = 64
_MOST_NODES = 2_000_000  # looked at before it is given up: some dozen milliseconds
_NEVER = -1.0
_LEAST = 1e-9  # points by which a plan must be better


class Rows(NamedTuple):
    """The rows in the order in which they are decided.

    Attributes
    ----------
    gain, cost, need
        (N, M) points, below 0 where a row must not go; points that the room it takes is worth; units of room.
    choices
        (N, M) columns of a row, best first.
    behind
        (N + 1,) what the rows from each on gain at most when they pay for room, and what all room is worth.
    """

    gain: Floats
    cost: Floats
    need: Ints
    choices: Ints
    behind: Floats


def best_packing(graph: Graph, load: Floats, capacity: Floats, rate: Floats, least: float) -> tuple[Ints, float] | None:
    """The best plan that totals more than another, and its value; None where it was given up.

    Parameters
    ----------
    graph, load, capacity
        The pairs that may be used, (E,) the room that each takes, and (M,) the room there is. Slots must never bind.
    rate
        (M,) points that a unit of room is worth, from 0; any are right, good ones are fast.
    least
        Value of a plan that is known. Where none is better, the columns are all -1 and the value is this one.

    Returns
    -------
    tuple
        (N,) columns, -1 for none, and their value.
    """
    shape, cells = (graph.n, graph.m), (graph.i, graph.j)
    pairs, room = in_units(graph, load, capacity)
    gain, cost, need = np.full(shape, _NEVER), np.zeros(shape), np.zeros(shape, dtype=np.int64)
    gain[cells], cost[cells], need[cells] = graph.gain, load * rate[graph.j], pairs.need
    net = np.where(gain >= 0, gain - cost, _NEVER)
    rest = np.maximum(net, 0.0).max(axis=1, initial=0.0)
    order = np.argsort(-need.max(axis=1, initial=0), kind="stable")
    behind = np.concatenate((np.cumsum(rest[order][::-1])[::-1], [0.0])) + float(capacity @ rate)
    rows = Rows(gain[order], cost[order], need[order], np.argsort(-net, axis=1, kind="stable")[order], behind)
    column, value = np.full(graph.n, -1, dtype=np.int64), np.array([least])
    if not branch(rows, room, column, value, _MOST_NODES):
        return None
    found = np.full(graph.n, -1, dtype=np.int64)
    found[order] = column
    given = np.flatnonzero(column >= 0)
    return found, float(rows.gain[given, column[given]].sum()) if given.size else least


@compiled
def branch(rows: Rows, left: Ints, best: Ints, value: Floats, most_nodes: int) -> bool:
    """Depth first; ``best`` (N,) and ``value`` (1,) become those of the best plan. Whether all were looked at.

    ``left`` (M,) are the units of room.
    """
    n, m = rows.gain.shape
    tried, chosen = np.zeros(n + 1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    total, paid, nodes, depth = 0.0, 0.0, 0, 0
    while depth >= 0:
        nodes += 1
        if nodes > most_nodes:
            return False
        if depth == n:
            if total > value[0]:
                value[0] = total
                best[:] = chosen
            depth -= 1
            continue
        j = chosen[depth]
        if j >= 0:  # it comes back from this branch
            left[j] += rows.need[depth, j]
            total -= rows.gain[depth, j]
            paid -= rows.cost[depth, j]
            chosen[depth] = -1
        # What is given has paid for its room; the rows behind can gain no more than their best and the rest of it.
        most = value[0] + _LEAST - rows.behind[depth + 1]
        went = False
        while tried[depth] <= m and not went:
            at = tried[depth]
            tried[depth] += 1
            if at == m:
                went = total - paid > most
                continue
            j = rows.choices[depth, at]
            gain, cost = rows.gain[depth, j], rows.cost[depth, j]
            if gain >= 0 and rows.need[depth, j] <= left[j] and total + gain - paid - cost > most:
                went = True
                chosen[depth] = j
                left[j] -= rows.need[depth, j]
                total += gain
                paid += cost
        depth += 1 if went else -1
        if went:
            tried[depth] = 0
    return True

"""Assignment of rows to columns by a matrix of values, where there is no geography to lean on."""

from dataclasses import dataclass

import numpy as np

from scoring.arrays import Floats, Ints, float_column, int_column
from scoring.clock import Clock
from scoring.errors import InputError
from scoring.graph import Graph

_MOST = 1e12


@dataclass(frozen=True, eq=False)
class MatrixPlan:
    """An assignment of rows to columns.

    Attributes
    ----------
    column
        (N,) column of each row, -1 for none.
    total
        Sum of the values chosen.
    upper_bound
        No assignment totals more, but for float64 rounding.
    """

    column: Ints
    total: float
    upper_bound: float


class _Matrix:
    """A value matrix as a source of pairs."""

    def __init__(self, value: Floats, load: Floats, slots: Ints, capacity: Floats) -> None:
        self.n, self.m = value.shape
        self.value, self.need = value, load
        self.open_slots = np.minimum(slots, self.n)
        self.slot_start = np.concatenate(([0], np.cumsum(self.open_slots))).astype(np.int64)
        self.slot_gain: Floats = np.zeros(int(self.slot_start[-1]))
        self.capacity_kg = capacity

    def gain(self, i: Ints, j: Ints) -> Floats:
        """Values of cells."""
        return np.asarray(self.value[i, j], dtype=np.float64)

    def load(self, i: Ints, j: Ints) -> Floats:
        """Room that cells take of their columns."""
        return np.asarray(self.need[i, j], dtype=np.float64)


def solve_matrix(
    value: Floats,
    *,
    slots: Ints | None = None,
    load: Floats | None = None,
    capacity: Floats | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> MatrixPlan:
    """Give rows to columns so that the values chosen total most; a row left out counts 0.

    Parameters
    ----------
    value
        (N, M) finite numbers, or -inf where a row must not go. Values below 0 are never chosen.
    slots
        (M,) rows that a column takes at most; 1 without, and any number where `load` is given.
    load, capacity
        (N, M) room that a row takes of a column and (M,) room there is: the generalised assignment
        problem, answered with a bound instead of a proof.
    time_limit_s, seed
        As for `solve`; they matter where `load` is given.

    Returns
    -------
    MatrixPlan
        Optimal to 1e-12 of the largest value a row where `load` is not given.

    Raises
    ------
    InputError
        Naming the argument that cannot be used.
    """
    table = np.array(value, dtype=np.float64)
    if table.ndim != 2 or np.isnan(table).any() or (table > _MOST).any():  # noqa: PLR2004
        raise InputError("value", "must be a matrix without NaN and +inf")
    n, m = table.shape
    whole = int_column("slots", slots, m, 0) if slots is not None else np.full(m, n if load is not None else 1)
    room = np.zeros(m) if capacity is None else float_column("capacity", capacity, m, 0.0, _MOST)
    source = _Matrix(table, _checked_load(load, capacity, (n, m)), whole, room)
    fine = (table > 0) & (source.open_slots > 0)
    if load is not None:
        fine &= source.need <= room
    i, j = (np.ascontiguousarray(side) for side in np.nonzero(fine))  # else it is compiled once more for them
    graph = Graph(n, m, i, j, table[fine], source.slot_start, source.slot_gain)
    if load is not None:
        return _packed(source, graph, time_limit_s, seed)
    from scoring.assigning import assign  # noqa: PLC0415 - numba takes a while to import

    return _judged(graph, *assign(graph))


def _checked_load(load: Floats | None, capacity: Floats | None, shape: tuple[int, int]) -> Floats:
    if (load is None) != (capacity is None):
        raise InputError("capacity" if capacity is None else "load", "must be given together")
    if load is None:
        return np.zeros(shape)
    need = np.array(load, dtype=np.float64)
    if need.shape != shape:
        raise InputError("load", f"has shape {need.shape}, expected {shape}")
    return float_column("load", need.ravel(), need.size, 0.0, _MOST).reshape(shape)


def _judged(graph: Graph, chosen: Ints, toll: Floats) -> MatrixPlan:
    mine = chosen[chosen >= 0]
    column = np.full(graph.n, -1, dtype=np.int64)
    column[graph.i[mine]] = graph.j[mine]
    return MatrixPlan(column, float(graph.gain[mine].sum()), graph.bound(toll))


def _packed(source: _Matrix, graph: Graph, time_limit_s: float | None, seed: int) -> MatrixPlan:
    from scoring import summed  # noqa: PLC0415 - as above
    from scoring.optimal import Search  # noqa: PLC0415 - as above

    clock = Clock(time_limit_s)
    search = Search(clock.expired, 0, clock.spent)
    column, total, bound = summed.packed(source, graph, search, seed)
    return MatrixPlan(column, total, max(bound, total))

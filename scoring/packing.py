"""A plan under summed weights, kept feasible while packages are placed, moved and swapped."""

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.graph import Graph, foremost
from scoring.market import PairSource

_EPSILON = 1e-9  # points a move must gain; less is rounding and could go round in circles
_SWAP_ROWS = 900  # packages whose swaps are weighed together: a square of this side at a time


class Packing:
    """Who has what, with the room and the slots that are left.

    Parameters
    ----------
    source, graph
        The pairs that may be used and their market.
    load
        (E,) what each pair of `graph` takes of its transporter's room.
    taken
        (N,) transporter rows to begin with, -1 for none; may be overloaded, the worst gains leave then.
    """

    def __init__(self, source: PairSource, graph: Graph, load: Floats, taken: Ints) -> None:
        self.source, self.graph, self.load = source, graph, load
        self.taken = taken.copy()
        self.gain = np.zeros(source.n)  # of each package where it is now
        self.need = np.zeros(source.n)
        given = np.flatnonzero(taken >= 0)
        self.gain[given] = source.gain(given, taken[given])
        self.need[given] = source.load(given, taken[given])
        self._shed(given)
        self._count()

    def _shed(self, given: Ints) -> None:
        """Keep the packages of highest gain a unit of room on each transporter, as far as they fit."""
        taken, need = self.taken, self.need
        order = given[np.lexsort((-self.gain[given] / np.maximum(need[given], 1e-12), taken[given]))]
        running, rank, last = 0.0, 0, -1
        for row in order.tolist():
            column = int(taken[row])
            if column != last:
                running, rank, last = 0.0, 0, column
            if running + need[row] > self.source.capacity_kg[column] or rank >= self.source.open_slots[column]:
                self.taken[row], self.gain[row], self.need[row] = -1, 0.0, 0.0
                continue
            running, rank = running + float(need[row]), rank + 1

    def _count(self) -> None:
        given = self.taken >= 0
        columns, m = self.taken[given], self.source.m
        self.used = np.bincount(columns, minlength=m).astype(np.int64)
        self.room = self.source.capacity_kg - np.bincount(columns, weights=self.need[given], minlength=m)

    @property
    def next_gain(self) -> Floats:
        """(M,) gain of each transporter's next slot, -inf where none is left."""
        return self._slot_gain(self.used, -np.inf)

    @property
    def last_gain(self) -> Floats:
        """(M,) gain of each transporter's last slot in use."""
        return self._slot_gain(self.used - 1, 0.0)

    def _slot_gain(self, number: Ints, otherwise: float) -> Floats:
        source = self.source
        valid = (number >= 0) & (number < source.open_slots)
        out = np.full(source.m, otherwise)
        out[valid] = source.slot_gain[(source.slot_start[:-1] + number)[valid]]
        return out

    def value(self) -> float:
        """Sum of pair and slot gains."""
        running = np.concatenate(([0.0], np.cumsum(self.source.slot_gain)))
        start = self.source.slot_start[:-1]
        return float(self.gain.sum() + (running[start + self.used] - running[start]).sum())

    def place(self, row: int, column: int, gain: float, need: float) -> None:
        """Give a package to a transporter (-1 for nobody), taking it from whoever has it."""
        before = int(self.taken[row])
        if before >= 0:
            self.used[before] -= 1
            self.room[before] += self.need[row]
        self.taken[row], self.gain[row], self.need[row] = column, gain, need
        if column >= 0:
            self.used[column] += 1
            self.room[column] -= need

    def _current(self) -> Floats:
        """(N,) what each package gains where it is, its slot included."""
        last = np.append(self.last_gain, 0.0)
        current: Floats = self.gain + last[self.taken]
        return current

    def _shifts(self, penalty: Floats | None = None) -> Floats:
        """(E,) what moving each pair's package there would gain, -inf where it does not fit."""
        graph = self.graph
        delta = graph.gain + self.next_gain[graph.j] - self._current()[graph.i]
        if penalty is not None:
            delta = delta - penalty
        delta[(self.load > self.room[graph.j]) | (self.taken[graph.i] == graph.j)] = -np.inf
        return delta

    def shift(self) -> bool:
        """Move packages, or place those that nobody has, where that gains; best first, one a transporter.

        Returns
        -------
        bool
            Whether anything moved.
        """
        delta = self._shifts()
        good = np.flatnonzero(delta > _EPSILON)
        good = good[foremost(self.graph.i[good], delta[good], 1)]
        good = good[foremost(self.graph.j[good], delta[good], 1)]
        touched: set[int] = set()
        for edge in good[np.argsort(-delta[good], kind="stable")].tolist():
            row, column = int(self.graph.i[edge]), int(self.graph.j[edge])
            if column in touched or int(self.taken[row]) in touched:
                continue
            touched |= {column, int(self.taken[row])} - {-1}
            self.place(row, column, float(self.graph.gain[edge]), float(self.load[edge]))
        return bool(good.size)

    def fill(self, penalty: Floats) -> None:
        """Place packages that nobody has, those first that lose most by waiting.

        Parameters
        ----------
        penalty
            (E,) taken off gains while choosing: what the room is worth to others.
        """
        graph = self.graph
        starts = np.searchsorted(graph.i, np.arange(graph.n + 1))
        merit = graph.gain - penalty
        for row in self._by_regret(np.flatnonzero(self.taken < 0), starts, merit):
            edges = slice(starts[row], starts[row + 1])
            columns = graph.j[edges]
            open_edges = (self.load[edges] <= self.room[columns]) & (
                self.used[columns] < self.source.open_slots[columns]
            )
            if not open_edges.any():
                continue
            start = self.source.slot_start[columns] + np.where(open_edges, self.used[columns], 0)
            worth = np.where(open_edges, merit[edges] + self.source.slot_gain[start], -np.inf)
            best = int(worth.argmax()) + int(starts[row])
            self.place(row, int(graph.j[best]), float(graph.gain[best]), float(self.load[best]))

    @staticmethod
    def _by_regret(rows: Ints, starts: Ints, merit: Floats) -> list[int]:
        def regret(row: int) -> float:
            top = np.sort(merit[starts[row] : starts[row + 1]])[-2:]
            return float(top[-1] - top[0]) if top.size > 1 else np.inf if top.size else -np.inf

        return sorted(rows.tolist(), key=regret, reverse=True)

    def eject(self) -> bool:
        """Place packages that nobody has by moving one other package out of the way."""
        graph, moved = self.graph, False
        for row in np.flatnonzero(self.taken < 0).tolist():
            delta = self._shifts()
            order = np.lexsort((delta, graph.i))
            last = np.flatnonzero(np.diff(graph.i[order], append=graph.n))
            way_out = np.full(graph.n, -1, dtype=np.int64)
            way_out[graph.i[order[last]]] = order[last]
            movable = (way_out >= 0) & (self.taken >= 0)
            loss = np.where(movable, delta[way_out], -np.inf)
            mine = np.full(self.source.m, -1, dtype=np.int64)
            edges = np.flatnonzero(graph.i == row)
            mine[graph.j[edges]] = edges
            edge = mine[self.taken]
            fits: Bools = movable & (edge >= 0) & (self.load[edge] <= self.room[self.taken] + self.need)
            total = np.where(fits, graph.gain[edge] + np.append(self.last_gain, 0.0)[self.taken] + loss, -np.inf)
            other = int(total.argmax()) if total.size else 0
            if not total.size or total[other] <= _EPSILON:
                continue
            column, out, back = int(self.taken[other]), int(way_out[other]), int(edge[other])
            self.place(other, int(graph.j[out]), float(graph.gain[out]), float(self.load[out]))
            self.place(row, column, float(graph.gain[back]), float(self.load[back]))
            moved = True
        return moved

    def swap(self, rows: Ints) -> bool:
        """Exchange the transporters of two packages where that gains; best first, disjoint pairs.

        Parameters
        ----------
        rows
            (R,) packages to look at, all given.
        """
        if rows.size < 2:  # noqa: PLR2004
            return False
        source, columns = self.source, self.taken[rows]
        shape = (rows.size, rows.size)
        there = np.broadcast_to(columns, shape).ravel()
        mine = np.repeat(rows, rows.size)
        gain = source.gain(mine, there).reshape(shape)  # row's package at the column's package's place
        need = source.load(mine, there).reshape(shape)
        delta = gain + gain.T - self.gain[rows, None] - self.gain[rows]
        spare = self.room[columns] + self.need[rows]  # room if the package there leaves
        delta[(need > spare) | (need > spare).T | (columns[:, None] == columns)] = -np.inf
        first, second = np.nonzero(np.triu(delta > _EPSILON))
        busy: set[int] = set()
        for at in np.argsort(-delta[first, second], kind="stable").tolist():
            a, b = int(first[at]), int(second[at])
            if {int(columns[a]), int(columns[b])} & busy:
                continue
            busy |= {int(columns[a]), int(columns[b])}
            self.place(int(rows[a]), int(columns[b]), float(gain[a, b]), float(need[a, b]))
            self.place(int(rows[b]), int(columns[a]), float(gain[b, a]), float(need[b, a]))
        return bool(busy)

    def improve(self, rng: np.random.Generator, rounds: int) -> None:
        """Shifts, ejections and swaps until none gains, or `rounds` is over."""
        for _ in range(rounds):
            moved = self.shift()
            moved = self.eject() or moved
            given = np.flatnonzero(self.taken >= 0)
            if given.size > _SWAP_ROWS:
                tight = given[np.argsort(self.room[self.taken[given]], kind="stable")][: 4 * _SWAP_ROWS]
                given = np.sort(rng.permutation(tight)[:_SWAP_ROWS])
            moved = self.swap(given) or moved
            if not moved:
                return

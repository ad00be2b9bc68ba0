"""A plan under summed weights, kept feasible while packages are placed, moved and exchanged."""

from collections.abc import Callable

import numpy as np

from scoring import fitting
from scoring.arrays import Floats, Ints
from scoring.fitting import Pairs, Places
from scoring.graph import Graph

_UNITS = 60  # bits of all the room of a transporter
_LEAST = 1e-150  # kg; what is lighter is as good as nothing
_SEED = 0x2545F4914F6CDD1D  # of the random numbers where the caller's seed is 0
_CHUNK = 8_000  # moves between two looks at the clock: some milliseconds
_ROWS = 500  # deliveries whose best moves are looked for between two looks at the clock


def in_units(graph: Graph, load: Floats, capacity: Floats) -> tuple[Pairs, Ints]:
    """The pairs of a graph as compiled code takes them, and the (M,) room in its units."""
    most = float(load.max(initial=0.0))
    roomy = np.minimum(capacity, most * graph.n)  # more than everything is no more of a limit
    bits = _UNITS - int(np.frexp(max(float(roomy.max(initial=0.0)), most, _LEAST))[1])
    need = np.ceil(np.ldexp(load, bits)).astype(np.int64)
    room = np.floor(np.ldexp(roomy, bits)).astype(np.int64)
    return Pairs(graph.starts, graph.j, graph.gain, need, graph.slot_start, graph.slot_gain), room


class Packing:
    """Who has what, with the room and the slots that are left.

    Parameters
    ----------
    graph, load, capacity
        The pairs that may be used, what each takes of its transporter's room (E,), and that room (M,).
    seed
        Of random moves.
    """

    def __init__(self, graph: Graph, load: Floats, capacity: Floats, seed: int) -> None:
        self.pairs, room = in_units(graph, load, capacity)
        self.load = load
        self.places = Places(
            np.full(graph.n, -1, dtype=np.int64),
            room,
            np.zeros(graph.m, dtype=np.int64),
            np.full(graph.slot_gain.size, -1, dtype=np.int64),
            np.zeros(graph.n, dtype=np.int64),
            np.array([(_SEED ^ (seed * 0x9E3779B97F4A7C15)) % (2**63 - 1) or _SEED], dtype=np.int64),
        )

    def begin(self, wanted: Ints, merit: Floats) -> None:
        """Give deliveries, highest merit first, by the pair each wants (N,) or else by the best pair that fits."""
        fitting.begin(self.pairs, self.places, np.argsort(-merit, kind="stable").astype(np.int64), wanted)

    @property
    def taken(self) -> Ints:
        """(N,) transporter rows, -1 for none."""
        return np.append(self.pairs.column, -1)[self.places.at]

    @property
    def value(self) -> float:
        """Sum of pair and slot gains."""
        pairs, used = self.pairs, self.places.used
        running = np.concatenate(([0.0], np.cumsum(pairs.slot_gain)))
        first = pairs.slot_start[:-1]
        given = self.places.at[self.places.at >= 0]
        return float(pairs.gain[given].sum() + (running[first + used] - running[first]).sum())

    def polish(self, expired: Callable[[], bool]) -> None:
        """The best move or exchange of each delivery in turn, until none gains or time is up."""
        n, gained = self.places.at.size, True
        while gained:
            gained = False
            for first in range(0, n, _ROWS):
                if expired():
                    return
                gained = fitting.polish(self.pairs, self.places, first, min(first + _ROWS, n)) > 0 or gained

    def anneal(self, heat: tuple[float, float], moves: int, spent: Callable[[], float]) -> None:
        """Random moves that may lose at first, and ever less; the best plan that was passed stays.

        Parameters
        ----------
        heat
            Points that a move may lose at the beginning and in the end, more or less.
        moves
            How many at most.
        spent
            Share of the time there is, from 0; it is over at 1, and it cools sooner where time is short.
        """
        (hot, cold), done, best = heat, 0, self.value
        kept = self.places.at.copy()
        while (progress := max(done / max(moves, 1), spent())) < 1.0:
            fitting.wander(self.pairs, self.places, hot * (cold / hot) ** progress, _CHUNK)
            done += _CHUNK
            value = self.value
            if value > best:
                best, kept = value, self.places.at.copy()
        if self.value < best:
            self._reset(kept)

    def _reset(self, at: Ints) -> None:
        """Place everybody as they were."""
        for i in np.flatnonzero(self.places.at >= 0).tolist():
            fitting.drop(self.pairs, self.places, i)
        fitting.begin(self.pairs, self.places, np.flatnonzero(at >= 0).astype(np.int64), at)

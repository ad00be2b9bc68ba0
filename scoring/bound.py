"""An upper bound over all feasible pairs, and the pairs that stand against optimality.

Weak duality (see `duals`) needs for every delivery the largest net gain over *all* transporters. Pairs
inside the graph are known; the others are searched through `Neighbourhood` with growing k until what was
not looked at is proven harmless, and by plain blocks of rows where that does not end. No integer of the
solver enters: the bound holds even if the solver were wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.candidates import Neighbourhood
from scoring.market import Market

_STEPS = (8, 32, 128)
_TOLERANCE = 1e-9  # points by which a pair must beat the graph to count as a violator
_HOPELESS = 0.2  # share of deliveries with violators above which the prices are plainly wrong
_ARRAYS = 10  # arrays of a block's size that are alive at once while a block is scored


@dataclass(frozen=True, eq=False)
class Prices:
    """Lagrange multipliers of the market's sides.

    Parameters
    ----------
    toll
        (M,) points for entering a transporter, see `duals`.
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
    ceiling
        (N,) no pair of the delivery has a higher net gain.
    i, j, gain
        (V,) pairs outside the graph with a higher net gain than any inside, best ones of each delivery.
    """

    ceiling: Floats
    i: Ints
    j: Ints
    gain: Floats

    def upper_bound(self, market: Market, prices: Prices) -> float:
        """No plan gains more."""
        return float(np.maximum(self.ceiling, 0.0).sum()) + prices.rent(market)


class Pricer:
    """Looks at all pairs of a market under given prices.

    Parameters
    ----------
    market, prices
        What to price.
    known
        (N,) largest net gain inside the graph, at least 0.
    keep
        How many violators of one delivery to report.
    expired
        Whether time is up; what was not looked at by then gets a weaker ceiling, never a wrong one.
    memory_bytes
        Bound on what a block of rows may hold.
    """

    def __init__(
        self,
        market: Market,
        prices: Prices,
        known: Floats,
        keep: int,
        expired: Callable[[], bool],
        memory_bytes: int,
    ) -> None:
        self.market, self.prices, self.known, self.keep = market, prices, known, keep
        self.expired, self.memory_bytes = expired, memory_bytes
        self.best = known.copy()
        self.unseen = np.full(market.n, np.inf)
        self._found: list[tuple[Ints, Ints, Floats]] = []

    def sweep(self) -> Sweep:
        """Price all pairs, until every ceiling is tight, or the prices prove wrong, or time is up."""
        rows: Ints = np.arange(self.market.n)
        if self.market.distance_share > 0:
            located = self.market.located
            unproven = self._search(np.flatnonzero(located))
            rows = np.concatenate((unproven, np.flatnonzero(~located)))
        if not self._hopeless():
            self._scan(rows)
        ceiling = np.maximum(self.best, np.minimum(self.unseen, self._trivial()))
        parts = self._found or [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))]
        i, j, gain = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Sweep(ceiling, i, j, gain)

    def _search(self, rows: Ints) -> Ints:
        """Neighbour queries with growing k; answers the rows that they leave unproven."""
        if not rows.size or not self.market.slot_gain.size:
            return rows
        index = Neighbourhood(self.market, self.prices.toll, self.prices.weight_toll)
        for k in _STEPS:
            if not rows.size or (k > _STEPS[0] and self.expired()):
                break  # the first look is always taken: without it there is hardly a bound
            columns, ceiling = index.query(rows, k, self.best[rows])
            self._look(rows, columns)
            self.unseen[rows] = np.minimum(self.unseen[rows], ceiling)
            rows = rows[self.unseen[rows] > self.best[rows] + _TOLERANCE]
            if self._hopeless():
                break
        return rows

    def _hopeless(self) -> bool:
        """Whether so many deliveries have violators that a tight bound is not worth its time yet."""
        return bool(self._found) and (self.best > self.known + _TOLERANCE).mean() > _HOPELESS

    def _scan(self, rows: Ints) -> None:
        """Whole blocks of rows, every transporter."""
        columns = np.flatnonzero(self.market.open_slots > 0)
        if not columns.size:
            self.unseen[rows] = -np.inf
            return
        height = max(1, min(self.memory_bytes, 2**22) // (8 * _ARRAYS * columns.size))
        for start in range(0, rows.size, height):
            if self.expired():
                return
            part = rows[start : start + height]
            gain = self.market.block(part, columns)
            cost = self.prices.toll[columns] + np.outer(self.market.weight_kg[part], self.prices.weight_toll[columns])
            self._collect(part, columns[None, :], gain, gain - cost)
            self.unseen[part] = -np.inf

    def _look(self, rows: Ints, columns: Ints) -> None:
        """Score what a query found, (R, k) with -1 for nothing."""
        shape = columns.shape
        i, j = np.repeat(rows, shape[1]), np.maximum(columns, 0).ravel()
        gain = self.market.gain(i, j)
        gain[columns.ravel() < 0] = -np.inf
        net = self.prices.net(self.market, i, j, gain)
        self._collect(rows, columns, gain.reshape(shape), net.reshape(shape))

    def _collect(self, rows: Ints, columns: Ints, gain: Floats, net: Floats) -> None:
        over: Bools = net > self.known[rows, None] + _TOLERANCE
        self.best[rows] = np.maximum(self.best[rows], net.max(axis=1, initial=-np.inf))
        hit = np.flatnonzero(over.any(axis=1))
        if not hit.size:
            return
        net, gain = np.where(over[hit], net[hit], -np.inf), gain[hit]
        columns = np.broadcast_to(columns, over.shape)[hit]
        keep = min(self.keep, net.shape[1])
        at = np.argpartition(-net, keep - 1, axis=1)[:, :keep]
        line = np.arange(hit.size)[:, None]
        good = net[line, at] > -np.inf
        i = np.broadcast_to(rows[hit, None], at.shape)[good]
        self._found.append((i, columns[line, at][good], gain[line, at][good]))

    def _trivial(self) -> Floats:
        """(N,) a ceiling that needs no look at pairs: best in everything at distance 0."""
        market = self.market
        usable = market.open_slots > 0
        if not usable.any():
            return np.full(market.n, -np.inf)
        net = market.column_gain[usable] - self.prices.toll[usable]
        most = 100.0 * (market.distance_share + market.capacity_share) + market.pair_term_ceiling
        ceiling: Floats = market.row_gain + float(net.max()) + most
        return ceiling

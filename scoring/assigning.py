"""Auctions of whole markets and of lists of pairs: arrays in their own order in, tolls and plans out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from scoring import auction
from scoring.arrays import Bools, Floats, Ints
from scoring.auction import BASE, RATE, TOLL, Books, Rates, Side
from scoring.geometry import EARTH_RADIUS_M
from scoring.graph import Graph
from scoring.market import Market
from scoring.terms import BEST
from scoring.tree import grown, listed

FIRST_STEP = 0.05  # share of the largest gain by which the first bids rise
SHRINK = 10.0  # each next step is so many times smaller
EXACT = 1e-11  # share of the largest gain: a step that is as good as none
_SAFETY = 1e-7  # points; far above the rounding of any step below, far below what a certificate allows
_NEAR_M = 1e-6  # metres by which two ways to compute a distance may differ, and more
_PART = 2_000  # deliveries that one thread looks after at a time
_TIGHT = 1e-3  # points within which an old pair must still balance for both its rows to count as unchanged
_LEAST = 1e-6  # points; scores that all lie below it are as good as none


def _steps(largest: float, last: float) -> Iterator[float]:
    """Steps of successive auctions, the last one included."""
    step = max(FIRST_STEP * largest, last)
    while step > last:
        yield step
        step /= SHRINK
    yield last


@dataclass(frozen=True, eq=False)
class Start:
    """What is known from a similar market.

    Attributes
    ----------
    toll
        (M,) its tolls.
    taken
        (N,) who had each delivery, -1 for nobody or unknown.
    surplus
        (N,) what each delivery gained less the toll it paid.
    """

    toll: Floats
    taken: Ints
    surplus: Floats


class Auction:
    """A running auction; see the module of that name.

    Parameters
    ----------
    rows, columns
        Both sides.
    rates
        What the distance and the capacity of a pair cost.
    slot_start, slot_gain
        As in `Graph`.
    """

    def __init__(self, rows: Side, columns: Side, rates: Rates, slot_start: Ints, slot_gain: Floats) -> None:
        self.rows, self.columns, self.rates = rows, columns, rates
        n, m, slots = rows.price.size, columns.price.size, slot_gain.size
        self.books = Books(
            np.array(slot_start, dtype=np.int64),
            np.array(slot_gain, dtype=np.float64),
            np.zeros(m, dtype=np.int64),
            np.zeros(slots, dtype=np.int64),
            np.zeros(slots),
            np.full(n, -1, dtype=np.int64),
            np.zeros(n),
            np.zeros(n, dtype=np.bool_),
        )
        columns.price[:] = -np.inf
        self._queue = np.zeros(max(n, m, 1), dtype=np.int64)

    def run(self, step: float) -> None:
        """Bid until everybody has what it wants, but for `step`."""
        if self.books.slot_gain.size:
            auction.run(self.rows, self.columns, self.books, self.rates, step, self._queue)

    def begin(self, toll: Floats, held: Ints, gain: Floats) -> None:
        """Begin from tolls (M,), holders (N,) and what they gain (N,)."""
        self.columns.price[:] = toll
        self.books.held[:], self.books.gain[:] = held, gain


def assign(graph: Graph, toll: Floats | None = None, last: float = EXACT) -> tuple[Ints, Floats]:
    """Pairs of a graph that together gain most.

    Parameters
    ----------
    graph
        What to choose from.
    toll
        (M,) to begin with, if any are known.
    last
        The last step as a share of the largest gain; the value stays below the best by at most this for
        each delivery.

    Returns
    -------
    chosen
        (N,) index of the chosen pair of each delivery, -1 for none.
    toll
        (M,) tolls that prove it.
    """
    largest = max(np.abs(graph.gain).max(initial=0.0), np.abs(graph.slot_gain).max(initial=0.0), _LEAST)
    held, idle = np.full(graph.n, -1, dtype=np.int64), np.zeros(graph.m)
    with_slots = np.flatnonzero(np.diff(graph.slot_start) > 0)
    idle[with_slots] = -graph.slot_gain[graph.slot_start[with_slots]]
    if not graph.i.size:
        return held, idle
    room = on_lists(graph)
    if toll is not None:
        room.begin(toll, held, np.zeros(graph.n))
    for step in _steps(largest, last * largest):
        room.run(step)
    new = np.where(np.isfinite(room.columns.price), room.columns.price, idle)
    return chosen_pairs(graph, room.books.held), new


def on_lists(graph: Graph) -> Auction:
    """An auction where deliveries know no pairs but those of a graph."""
    columns = listed(graph.i, graph.j, graph.gain, graph.n, graph.m)
    rows = listed(graph.j, graph.i, graph.gain, graph.m, graph.n)
    return Auction(rows, columns, Rates(0.0, 0.0, 0.0, 0.0), graph.slot_start, graph.slot_gain)


def chosen_pairs(graph: Graph, held: Ints) -> Ints:
    """(N,) index of the pair in which each delivery has its transporter, -1 for none."""
    chosen = np.full(graph.n, -1, dtype=np.int64)
    hit = np.flatnonzero(held[graph.i] == graph.j)
    chosen[graph.i[hit]] = hit
    return chosen


class City:
    """Both sides of a market as trees.

    Optional terms of pairs are not known to trees: values found are ceilings of what pairs really gain, by
    up to `Market.pair_term_ceiling`.
    """

    def __init__(self, market: Market, group: Ints | None = None) -> None:
        """``group``: only these rows of deliveries, which judge alike; without it all of them, as if they did."""
        self.market = market
        rows = np.arange(market.n) if group is None else group
        distance_share, stars_share, capacity_share, over_share, radius_m = _judged(market, rows)
        near = BEST * distance_share
        self.open = np.flatnonzero(market.open_slots > 0)
        places = market.transporters.vectors.T[self.open] * EARTH_RADIUS_M
        base = market.column_gain[self.open] + BEST * capacity_share
        if market.rules is not None:
            base += stars_share * market.stars[self.open] + over_share * market.first_workload[self.open]
        here = np.ones(self.open.size, dtype=np.bool_)
        self.columns, order = grown(places, here, market.capacity_kg[self.open], base, largest=True)
        self.column = self.open[order]
        located = market.located[rows]
        own = market.row_gain[rows] + np.where(located, near, 0.0)
        places = market.deliveries.vectors.T[rows] * EARTH_RADIUS_M
        self.rows, order = grown(places, located, market.weight_kg[rows], own, largest=False)
        self.row = rows[order]
        self.rates = Rates(near / radius_m, radius_m, BEST * capacity_share, 0.0)

    def auction(self) -> Auction:
        """An auction over all pairs."""
        count = self.market.open_slots[self.column]
        start = np.concatenate(([0], np.cumsum(count)))
        owner = np.repeat(np.arange(count.size), count)
        place = self.market.slot_start[self.column][owner] + np.arange(owner.size) - start[owner]
        return Auction(self.rows, self.columns, self.rates, start, self.market.slot_gain[place])

    def begin(self, room: Auction, start: Start) -> None:
        """Begin an auction from what a similar market ended with.

        A pair of the old plan balances (gain = toll + surplus) as long as neither of the two changed. Others
        are dissolved, and tolls rise to what those who stay would pay: without that, everybody would run to
        a transporter who is new where a worse one was. Whoever stays has the best offer then, but for less
        than the first step.
        """
        market = self.market
        place = np.full(market.m + 1, -1, dtype=np.int64)
        place[self.column] = np.arange(self.column.size)
        held, gain = place[start.taken], np.zeros(market.n)
        given = np.flatnonzero(held >= 0)
        gain[given] = market.gain(given, start.taken[given])
        had = np.append(start.toll, 0.0)[start.taken]
        balanced: Bools = np.abs(gain - had - start.surplus) <= _TIGHT
        toll = start.toll.copy()
        lost = start.taken[~balanced & (start.taken >= 0)]
        toll[lost] = -market.first_gain[lost]
        held[~balanced] = -1
        room.begin(toll[self.column], held[self.row], gain[self.row])
        self.rows.price[:] = np.where(balanced, start.surplus, np.inf)[self.row]
        auction.lift(self.rows, self.columns, room.books, self.rates)
        room.books.calm[:] = (balanced & (held >= 0))[self.row]

    def outcome(self, room: Auction) -> tuple[Ints, Floats]:
        """Transporters (N,) and tolls (M,) of an auction, in the market's rows."""
        taken = np.full(self.market.n, -1, dtype=np.int64)
        taken[self.row] = np.append(self.column, -1)[room.books.held]
        given = np.flatnonzero(taken >= 0)
        barred = given[self.market.gain(given, taken[given]) == -np.inf]
        taken[barred] = -1  # on the radius to the last bit, where two ways of rounding part
        toll = -self.market.first_gain
        toll[self.column] = room.columns.price
        return taken, toll

    def query(self, k: int, toll: Floats, weight_toll: Floats) -> tuple[Ints, Floats]:
        """The k transporters of highest possible net gain for each delivery.

        Parameters
        ----------
        k
            How many to look for.
        toll, weight_toll
            (M,) points taken off every gain with a transporter, and off it for each kg.

        Returns
        -------
        columns
            (N, k) transporters, best first, -1 where no more can have a net gain above 0.
        ceiling
            (N,) no transporter that is not among them has a higher net gain than this.
        """
        market = self.market
        columns = np.full((market.n, k), -1, dtype=np.int64)
        ceiling = np.zeros(market.n)
        if not self.open.size or not self.row.size:
            return columns, ceiling
        side = self.columns
        lightest = float(market.weight_kg.min())
        rate = weight_toll[self.column]
        points = side.points.copy()
        points[:, BASE] += market.pair_term_ceiling + _SAFETY + _NEAR_M * self.rates.slope - rate * lightest
        points[:, RATE] = rate
        leaves = side.leaves.copy()
        leaves[side.leaf, TOLL, np.arange(side.leaf.size) - side.cuts[side.leaf]] = rate
        side = side._replace(points=points, leaves=leaves, nodes=side.nodes.copy(), price=toll[self.column])
        auction.promise(side)
        rates = self.rates._replace(radius_m=self.rates.radius_m + _NEAR_M, lightest=lightest)
        size = self.row.size
        best, values = np.empty((size, k), dtype=np.int64), np.empty((size, k))
        floor = np.zeros(size)

        def look(part: slice) -> None:
            auction.best_of_rows(side, self.rows.points[part], floor[part], rates, best[part], values[part])

        with ThreadPoolExecutor() as pool:  # compiled code lets go of Python's lock; rows know nothing of others
            list(pool.map(look, [slice(a, a + _PART) for a in range(0, size, _PART)]))
        columns[self.row] = np.append(self.column, -1)[best]
        ceiling[self.row] = values[:, -1]
        return columns, ceiling


class GroupedCity:
    """Trees of a market whose deliveries have rules of their own: one for those that judge alike."""

    def __init__(self, market: Market, groups: list[Ints]) -> None:
        self.market = market
        self._cities = [City(market, group) for group in groups]

    def query(self, k: int, toll: Floats, weight_toll: Floats) -> tuple[Ints, Floats]:
        """As ``City.query``."""
        columns = np.full((self.market.n, k), -1, dtype=np.int64)
        ceiling = np.zeros(self.market.n)
        for city in self._cities:
            found, highest = city.query(k, toll, weight_toll)
            columns[city.row], ceiling[city.row] = found[city.row], highest[city.row]
        return columns, ceiling


def trees_of(market: Market) -> City | GroupedCity:
    """What knows the best pairs of every delivery by its own rules."""
    return City(market) if market.rules is None else GroupedCity(market, market.rules.groups)


def _judged(market: Market, rows: Ints) -> tuple[float, float, float, float, float]:
    """Shares of distance, rating, capacity and of the workload beyond what slots count, and the radius.

    Of deliveries that do not judge alike the mean, and the widest radius: what an auction may begin with.
    """
    rules = market.rules
    if rules is None or not rows.size:
        return market.distance_share, 0.0, market.capacity_share, 0.0, market.params.radius_m
    distance, stars, capacity, workload = (float(share) for share in rules.shares[rows].mean(axis=0))
    return distance, stars, capacity, workload - market.workload_share, float(rules.radius_m[rows].max())

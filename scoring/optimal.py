"""The best plan with packages that fit one by one: an auction over all pairs, in ever smaller steps.

What an auction leaves is within a step a delivery of the best there is, so the steps end where the bound
says that the plan is certified, or where time is up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.assigning import EXACT, FIRST_STEP, SHRINK, City, GroupedCity, Start, on_lists, trees_of
from scoring.bound import Prices, Sweep, sweep
from scoring.graph import Graph, all_pairs, foremost, joined, make_graph
from scoring.market import Market
from scoring.terms import BEST

CERTIFIED = 1e-6  # relative distance of total and bound below which a plan is called optimal

_AIM = 1.5 * CERTIFIED  # what the last step may leave at worst; half of it is usual
_DONE = 0.9 * CERTIFIED  # what the search is content with: the rest is for the rounding of whoever checks
_SMALL = 40_000  # pairs up to which a market is solved to the last digit
_WARM_STEP = 2e-3  # points by which the first bids rise where prices are known
_WARM_SHRINK = 30.0  # each next step is so many times smaller then: little is left to be settled
_LIST_STEP = 0.5  # points; down to it optional terms of pairs are left out
_SLACK = 5.0  # points behind its delivery's best at which a pair leaves the lists
_PER_COLUMN = 6  # best pairs of a transporter that stay: without any, it would seem to be worth nothing


@dataclass(frozen=True)
class Search:
    """How far a search may go.

    Parameters
    ----------
    expired
        Whether the time limit has passed; asked between steps.
    memory_bytes
        Bound on what scoring a block of rows may hold.
    spent
        Share of the time limit that has passed, 0 without one.
    """

    expired: Callable[[], bool]
    memory_bytes: int
    spent: Callable[[], float]


@dataclass(frozen=True, eq=False)
class Solution:
    """An assignment with what is known about its quality, in a market's own rows.

    Attributes
    ----------
    transporter
        (N,) rows, -1 for none.
    value
        Sum of gains, of pairs and of slots.
    upper_bound
        No assignment's value is higher.
    prices
        The multipliers behind the bound.
    sweep
        The pairs that count under these prices.
    rounds
        How many auctions were held.
    """

    transporter: Ints
    value: float
    upper_bound: float
    prices: Prices
    sweep: Sweep
    rounds: int

    @property
    def graph(self) -> Graph:
        """The best pairs of each delivery."""
        return self.sweep.graph


def optimise(market: Market, search: Search, start: Start | None = None) -> Solution:
    """The assignment of highest value, or the best found in time with its bound.

    Parameters
    ----------
    market
        What to assign; summed weights are not looked at.
    search
        Limits.
    start
        A similar market's plan to begin from.
    """
    city, trees = City(market), trees_of(market)
    room = city.auction()
    largest = BEST + float(market.bonus.max(initial=0.0))
    step, shrink, rounds = FIRST_STEP * largest, SHRINK, 0
    if start is not None:
        city.begin(room, start)
        step, shrink = _WARM_STEP, _WARM_SHRINK
    while True:
        room.run(step)
        rounds += 1
        taken, toll = city.outcome(room)
        last = _LIST_STEP if market.by_pairs else _last_step(market, value_of(market, taken), taken, largest)
        if step <= last or search.expired():
            solution = judged(market, trees, taken, toll, search, rounds)
            if market.by_pairs:
                return _lifted(market, trees, solution, search)
            if _done(market, solution) or search.expired() or step <= EXACT * largest:
                return solution
            last = step / shrink
        step = max(step / shrink, last)


def judged(
    market: Market, city: City | GroupedCity, taken: Ints, toll: Floats, search: Search, rounds: int
) -> Solution:
    """An assignment with the bound that some tolls give."""
    prices = Prices(toll, np.zeros(market.m))
    seen = sweep(market, city, prices, search.expired, search.memory_bytes)
    return Solution(taken, value_of(market, taken), seen.upper_bound(market, prices), prices, seen, rounds)


def value_of(market: Market, taken: Ints) -> float:
    """Value of an assignment given as (N,) transporter rows, -1 for none."""
    rows = np.flatnonzero(taken >= 0)
    used = np.bincount(taken[rows], minlength=market.m)
    running = np.concatenate(([0.0], np.cumsum(market.slot_gain)))
    slots = running[market.slot_start[:-1] + used] - running[market.slot_start[:-1]]
    return float(market.gain(rows, taken[rows]).sum() + slots.sum())


def _lifted(market: Market, city: City | GroupedCity, solution: Solution, search: Search) -> Solution:
    """Take optional terms of pairs into account: auctions over lists that grow by whatever beats them."""
    small = market.n * market.m <= _SMALL
    rows = np.flatnonzero(solution.transporter >= 0)
    graph = joined(solution.graph, make_graph(market, rows, solution.transporter[rows]))
    if small:
        graph = all_pairs(market)
    best, step = solution, _LIST_STEP
    while not search.expired():
        taken, toll = _auctioned(market, graph, solution, step)
        solution = judged(market, city, taken, toll, search, solution.rounds + 1)
        best = _better(best, solution)
        last = _last_step(market, best.value, best.transporter, BEST)
        if _done(market, best) and (step <= last or not small):
            break
        inside = graph.best(toll)
        lag = inside[graph.i] - graph.gain + toll[graph.j]
        keep: Bools = (lag <= _SLACK) | (taken[graph.i] == graph.j) | (step <= last)
        keep[foremost(graph.j, -lag, _PER_COLUMN)] = True
        grown = joined(graph.only(keep), solution.graph)
        missed = np.maximum(solution.sweep.ceiling - inside, 0.0)
        if missed.sum() <= step * market.n or (keep.all() and grown.i.size == graph.i.size):
            if step <= EXACT * BEST:
                break
            step = max(step / SHRINK, last if step > last else EXACT * BEST)
        graph = grown
    return best


def _auctioned(market: Market, graph: Graph, solution: Solution, step: float) -> tuple[Ints, Floats]:
    """Transporters and tolls after one more auction over lists."""
    room = on_lists(graph)
    taken = solution.transporter
    given = np.flatnonzero(taken >= 0)
    gain = np.zeros(market.n)
    gain[given] = market.gain(given, taken[given])
    room.begin(solution.prices.toll, taken, gain)
    room.run(step)
    return room.books.held.copy(), np.where(market.open_slots > 0, room.columns.price, -market.first_gain)


def _better(best: Solution, other: Solution) -> Solution:
    """The better plan of two with the better bound of two."""
    if other.value < best.value:
        other = replace(other, transporter=best.transporter, value=best.value)
    if other.upper_bound > best.upper_bound:
        other = replace(other, upper_bound=best.upper_bound, prices=best.prices, sweep=best.sweep)
    return other


def _last_step(market: Market, value: float, taken: Ints, largest: float) -> float:
    """A step so small that all deliveries together miss less than a certificate allows."""
    if market.n * market.m <= _SMALL:
        return EXACT * largest
    worth = value - float(market.bonus[taken >= 0].sum())
    return max(_AIM * worth / market.n, EXACT * largest)


def _done(market: Market, solution: Solution) -> bool:
    """Whether the bound is met, counted by what is score: without the bonuses of the deliveries assigned."""
    worth = solution.upper_bound - float(market.bonus[solution.transporter >= 0].sum())
    return solution.upper_bound - solution.value <= _DONE * worth

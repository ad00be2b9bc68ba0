"""From two sides of a market to a plan: rows put in an order of their own, solved, and put back."""

import numpy as np

from scoring import baselines, optimal, summed
from scoring.arrays import Floats, Ints
from scoring.assigning import Start, trees_of
from scoring.clock import Clock
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params, Transporters
from scoring.market import Market
from scoring.optimal import CERTIFIED, Search, Solution
from scoring.reasons import reasons
from scoring.result import Maximise, Plan, Strategy


def planned(
    deliveries: Deliveries,
    transporters: Transporters,
    params: Params,
    strategy: Strategy,
    time_limit_s: float | None,
    seed: int,
    maximise: Maximise,
    previous: Plan | None,
    memory_bytes: int,
    forbidden: Ints | None = None,
) -> Plan:
    """`solve` with arguments that were checked."""
    rows, columns = _canonical(deliveries, transporters)
    market = Market(
        _taken(deliveries, rows, columns),
        transporters.take(columns),
        params,
        _bonus(deliveries, maximise, rows),
        None if forbidden is None else _renamed(forbidden, rows, columns),
    )
    clock = Clock(time_limit_s)
    search = Search(clock.expired, memory_bytes, clock.spent)
    start = None if previous is None else _start(previous, market, rows, columns)
    solution = _solution(market, strategy, search, start, seed)
    return _plan(market, solution, strategy, rows, columns)


def _canonical(deliveries: Deliveries, transporters: Transporters) -> tuple[Ints, Ints]:
    """Row orders of both sides that do not depend on how the caller ordered them."""
    columns = transporters.canonical_order()
    if deliveries.incumbent is None:
        return deliveries.canonical_order(), columns
    return _renumbered(deliveries, columns).canonical_order(), columns


def _renumbered(deliveries: Deliveries, columns: Ints) -> Deliveries:
    """Deliveries whose incumbents are named by their new rows."""
    if deliveries.incumbent is None:
        return deliveries
    if deliveries.incumbent.max(initial=-1) >= columns.size:
        raise InputError("Deliveries.incumbent", f"names a row beyond the {columns.size} transporters")
    place = np.append(np.empty_like(columns), -1)
    place[columns] = np.arange(columns.size)
    return deliveries.with_incumbent(place[deliveries.incumbent])


def _taken(deliveries: Deliveries, rows: Ints, columns: Ints) -> Deliveries:
    return _renumbered(deliveries, columns).take(rows)


def _renamed(pairs: Ints, rows: Ints, columns: Ints) -> Ints:
    """(K, 2) pairs by their new rows."""
    of_delivery, of_transporter = np.empty_like(rows), np.empty_like(columns)
    of_delivery[rows], of_transporter[columns] = np.arange(rows.size), np.arange(columns.size)
    return np.column_stack((of_delivery[pairs[:, 0]], of_transporter[pairs[:, 1]]))


def _bonus(deliveries: Deliveries, maximise: Maximise, rows: Ints) -> Floats | None:
    """(N,) points for being assigned at all, so many that no score weighs against one of them.

    The sets of deliveries that can be served together form a matroid, so any increasing bonus by priority
    serves as many of the highest as possible, then of the next: steps need not grow exponentially.
    """
    if maximise == "score":
        return None
    priority = np.zeros(rows.size) if deliveries.priority is None else deliveries.priority[rows]
    _, level = np.unique(priority, return_inverse=True)
    bonus: Floats = (1.0 + level.astype(np.float64)) * 100.0 * (rows.size + 1.0)
    return bonus


def _start(previous: Plan, market: Market, rows: Ints, columns: Ints) -> Start:
    """The previous plan in canonical rows."""
    for side, size, expected in (
        ("deliveries", previous.transporter.size, rows.size),
        ("transporters", previous.price.size, columns.size),
    ):
        if size != expected:
            raise InputError("previous", f"has {size} {side}, expected {expected}; see Plan.carried")
    place = np.append(np.empty_like(columns), -1)
    place[columns] = np.arange(columns.size)
    toll = previous.price[columns] - market.first_gain
    return Start(toll, place[previous.transporter[rows]], previous.surplus[rows])


def _solution(market: Market, strategy: Strategy, search: Search, start: Start | None, seed: int) -> Solution:
    if strategy == "optimal":
        if market.params.load == "sum":
            return summed.optimise(market, search, start, seed)
        return optimal.optimise(market, search, start)
    taken = baselines.greedy(market) if strategy == "greedy" else baselines.single_best(market)
    return optimal.judged(market, trees_of(market), taken, -market.first_gain, search, 0)


def _plan(market: Market, solution: Solution, strategy: Strategy, rows: Ints, columns: Ints) -> Plan:
    """Back from canonical rows to the caller's."""
    n = market.n
    taken = solution.transporter
    given = np.flatnonzero(taken >= 0)
    slot = np.full(n, -1, dtype=np.int64)
    slot[given] = _slots(taken[given], None if market.rules is None else -market.rules.shares[given, 3])
    terms, score = np.full((n, 4), np.nan), np.zeros(n)
    terms[given] = market.main_terms(given, taken[given], slot[given])
    place = market.slot_start[taken[given]] + slot[given]
    over = market.overcount(given, taken[given], slot[given])
    score[given] = market.gain(given, taken[given]) + market.slot_gain[place] - market.bonus[given] - over
    total = float(score.sum())
    bound = max(solution.upper_bound - solution.value, 0.0) + total + float(over.sum())
    back = np.empty(n, dtype=np.int64)
    back[rows] = np.arange(n)
    chosen = np.append(columns, -1)[taken]
    price, weight_price = np.zeros(market.m), np.zeros(market.m)
    price[columns] = np.maximum(solution.prices.toll + market.first_gain, 0.0)
    weight_price[columns] = solution.prices.weight_toll
    return Plan(
        transporter=chosen[back],
        slot=slot[back],
        score=score[back],
        terms=terms[back],
        reason=reasons(market, taken, solution.graph)[back],
        total=total,
        upper_bound=bound,
        gap=(bound - total) / bound if bound > 0 else 0.0,
        certified=bool(bound - total <= CERTIFIED * bound),
        strategy=strategy,
        price=price,
        weight_price=weight_price,
        surplus=solution.sweep.best[back],
        rounds=solution.rounds,
        pairs=solution.graph.i.size,
    )


def _slots(taken: Ints, place: Floats | None) -> Ints:
    """How many packages each transporter got before each of these; those of a lower ``place`` come first."""
    order = np.argsort(taken, kind="stable") if place is None else np.lexsort((place, taken))
    sorted_taken = taken[order]
    first = np.searchsorted(sorted_taken, sorted_taken, side="left")
    slot = np.empty_like(taken)
    slot[order] = np.arange(taken.size) - first
    return slot

"""The best plan found when all packages of a transporter must fit together, with a bound.

That is a generalised assignment problem, NP-hard. Its room limits are priced instead of enforced
(Lagrangian relaxation, Fisher 1981): under given prices a kg the rest is the auction of `optimal`, whose value
bounds every plan. Prices follow the overload (subgradient, Polyak's step); each relaxed plan is repaired
to one that fits and improved by shifts, ejections and swaps, and the best of them is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scoring import optimal
from scoring.arrays import Floats, Ints
from scoring.assigning import City, Start, assign
from scoring.bound import Prices, sweep
from scoring.graph import Graph
from scoring.market import Market, PairSource
from scoring.optimal import CERTIFIED, Search, Solution
from scoring.packing import Packing

_STEPS = 40  # subgradient steps where each costs an auction
_FREE_STEPS = 400  # where slots never bind and each costs one pass over the pairs
_POLISH = 30  # rounds of improvement of the best plan at the end
_STEP = 1e-6  # last step of those auctions, as a share of the largest gain
_PATIENCE = 5  # steps without a better bound before steps halve


@dataclass
class State:
    """What the subgradient search has found."""

    taken: Ints
    value: float
    bound: float
    prices: Prices


def optimise(market: Market, search: Search, start: Start | None, seed: int) -> Solution:
    """A plan whose summed weights fit, with a bound over all feasible pairs.

    Parameters
    ----------
    market, search, start
        As for `optimal.optimise`.
    seed
        Of the choice of packages whose swaps are tried in large markets.
    """
    relaxed = optimal.optimise(market, search, start)
    load = market.load(relaxed.graph.i, relaxed.graph.j)
    packing = Packing(market, relaxed.graph, load, relaxed.transporter)
    if (packing.taken == relaxed.transporter).all():
        return relaxed
    state = State(packing.taken, -np.inf, relaxed.upper_bound, relaxed.prices)
    descend(market, relaxed.graph, load, state, search.expired, np.random.default_rng(seed))
    bound, prices = relaxed.upper_bound, relaxed.prices
    if not search.expired():
        seen = sweep(market, City(market), state.prices, search.expired, search.memory_bytes)
        if (fresh := seen.upper_bound(market, state.prices)) < bound:
            bound, prices = fresh, state.prices
    return Solution(state.taken, state.value, bound, prices, relaxed.sweep, relaxed.rounds)


def start_state(taken: Ints, m: int) -> State:
    """Nothing known yet but a plan to begin with."""
    return State(taken, -np.inf, np.inf, Prices(np.zeros(m), np.zeros(m)))


def descend(
    source: PairSource,
    graph: Graph,
    load: Floats,
    state: State,
    expired: Callable[[], bool],
    rng: np.random.Generator,
) -> None:
    """Lower the bound and raise the plan of `state` by subgradient steps and local search.

    Parameters
    ----------
    source, graph, load
        Pairs that may be used and what each takes of its transporter's room.
    state
        Where to begin; bounds found are over the pairs of `graph` alone.
    expired
        Whether time is up.
    rng
        Of the local search.
    """
    weight_toll, step, stale = np.zeros(source.m), 1.0, 0
    toll: Floats | None = None
    _try(source, graph, load, state, state.taken, np.zeros(graph.i.size), rng, 3)
    bound, free = np.inf, _slots_never_bind(source)
    for turn in range(_FREE_STEPS if free else _STEPS):
        solved = np.isfinite(bound) and bound - state.value <= CERTIFIED * abs(bound)
        if expired() or solved or step < 1e-3:  # noqa: PLR2004
            break
        penalty = weight_toll[graph.j] * load
        chosen, toll, value = _relaxed(graph, graph.gain - penalty, toll, free)
        fresh = value + float(weight_toll @ source.capacity_kg)
        stale = 0 if fresh < bound - 1e-9 * abs(bound) else stale + 1
        if fresh < bound:
            bound, state.prices = fresh, Prices(toll, weight_toll.copy())
        if stale >= _PATIENCE:
            step, stale = step / 2.0, 0
        taken = np.where(chosen >= 0, graph.j[chosen], -1)
        if not free or turn % 10 == 0 or step < 0.1:  # noqa: PLR2004
            _try(source, graph, load, state, taken, penalty, rng, 2)
        slope = _overload(source, graph, load, chosen, weight_toll)
        if not slope.any():
            break
        stride = step * max(fresh - state.value, 0.0) / float(slope @ slope)
        weight_toll = np.maximum(weight_toll + stride * slope, 0.0)
    packing = Packing(source, graph, load, state.taken)
    packing.improve(rng, _POLISH)
    _keep(state, packing)
    state.bound = min(state.bound, bound)


def _overload(source: PairSource, graph: Graph, load: Floats, chosen: Ints, weight_toll: Floats) -> Floats:
    """(M,) how far a relaxed plan is over (below 0: under) the room there is; 0 where room is free anyway."""
    mine = chosen[chosen >= 0]
    over = np.bincount(graph.j[mine], weights=load[mine], minlength=source.m) - source.capacity_kg
    over[(over < 0) & (weight_toll <= 0)] = 0.0
    return over


def _slots_never_bind(source: PairSource) -> bool:
    return bool((source.open_slots >= source.n).all() and (source.slot_gain == 0).all())


def _relaxed(graph: Graph, gain: Floats, toll: Floats | None, free: bool) -> tuple[Ints, Floats, float]:
    """Chosen pairs, tolls and value of the relaxation under reduced gains."""
    if free:
        order = np.lexsort((gain, graph.i))
        last = order[np.flatnonzero(np.diff(graph.i[order], append=graph.n))]
        last = last[gain[last] > 0]
        chosen = np.full(graph.n, -1, dtype=np.int64)
        chosen[graph.i[last]] = last
        return chosen, np.zeros(graph.m), float(gain[last].sum())
    reduced = replace(graph, gain=gain)
    chosen, toll = assign(reduced, toll, _STEP)
    return chosen, toll, reduced.bound(toll)


def _try(
    source: PairSource,
    graph: Graph,
    load: Floats,
    state: State,
    taken: Ints,
    penalty: Floats,
    rng: np.random.Generator,
    rounds: int,
) -> None:
    """Repair a relaxed plan, improve it a little and keep it if it is the best so far."""
    packing = Packing(source, graph, load, taken)
    packing.fill(penalty)
    packing.improve(rng, rounds)
    _keep(state, packing)


def _keep(state: State, packing: Packing) -> None:
    value = packing.value()
    if value > state.value:
        state.taken, state.value = packing.taken, value

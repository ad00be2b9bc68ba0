"""`solve`: from two sides of a market to a plan."""

from typing import get_args

import numpy as np

from scoring.arrays import Ints
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params, Transporters
from scoring.result import Maximise, Plan, Strategy

MEMORY_BYTES = 64 * 2**20


def solve(
    deliveries: Deliveries,
    transporters: Transporters,
    params: Params | None = None,
    *,
    strategy: Strategy = "optimal",
    time_limit_s: float | None = None,
    seed: int = 0,
    maximise: Maximise = "score",
    previous: Plan | None = None,
    forbidden: Ints | None = None,
    memory_bytes: int = MEMORY_BYTES,
) -> Plan:
    """Give packages to transporters.

    Parameters
    ----------
    deliveries, transporters, params
        The market and how its pairs are judged.
    strategy
        ``"optimal"``; ``"greedy"``, each delivery in turn takes the best transporter left; or
        ``"single_best"``, each asks only for the one that is best for it alone.
    time_limit_s
        Seconds after which the best plan so far is returned with its bound; None for no limit. A plan cut
        short depends on the machine's speed.
    seed
        Of the random choices that `params.load` ``"sum"`` makes while it improves a plan.
    maximise
        ``"score"``: the highest total score. ``"assignments"``: as many deliveries as possible, those of
        higher priority first, and among such plans the highest total score.
    previous
        A plan for nearly the same market, row by row (`Plan.carried` moves one to other rows): its pairs and
        prices start the search. The result is as good as without, much sooner.
    forbidden
        (K, 2) rows of deliveries and transporters that may not be paired. A delivery that has nobody else left is
        called outbid.
    memory_bytes
        Bound on what scoring a block of rows may hold at once.

    Returns
    -------
    Plan
        The same for the same input and seed, whatever the order of rows.

    Raises
    ------
    InputError
        Naming the argument that cannot be used.
    """
    params = Params() if params is None else params
    _check(strategy, maximise, time_limit_s, memory_bytes)
    from scoring.planning import planned  # noqa: PLC0415 - numba takes a while to import, and not everybody solves

    barred = None if forbidden is None else _pairs(forbidden, len(deliveries), len(transporters))
    return planned(
        deliveries, transporters, params, strategy, time_limit_s, seed, maximise, previous, memory_bytes, barred
    )


def _pairs(forbidden: Ints, n: int, m: int) -> Ints:
    pairs = np.asarray(forbidden, dtype=np.int64).reshape(-1, 2)
    if pairs.size and ((pairs < 0).any() or (pairs >= [n, m]).any()):
        raise InputError("forbidden", f"names a row outside {n} deliveries and {m} transporters")
    return pairs


def _check(strategy: Strategy, maximise: Maximise, time_limit_s: float | None, memory_bytes: int) -> None:
    if strategy not in get_args(Strategy):
        raise InputError("strategy", f"must be one of {get_args(Strategy)}, is {strategy!r}")
    if maximise not in get_args(Maximise):
        raise InputError("maximise", f"must be one of {get_args(Maximise)}, is {maximise!r}")
    if time_limit_s is not None and not time_limit_s >= 0:
        raise InputError("time_limit_s", f"must be at least 0, is {time_limit_s}")
    if memory_bytes < 1:
        raise InputError("memory_bytes", f"must be at least 1, is {memory_bytes}")

"""Why deliveries stay without a transporter."""

import numpy as np

from scoring.arrays import Bools, Ints
from scoring.geometry import arc_m, squared_chords
from scoring.graph import Graph
from scoring.market import Market
from scoring.result import Reason

_BLOCK = 2**18  # pairs looked at together


def reasons(market: Market, taken: Ints, graph: Graph) -> Ints:
    """(N,) `Reason` codes of an assignment.

    Parameters
    ----------
    market, taken
        An assignment of its rows, -1 for none.
    graph
        Feasible pairs known already: a delivery in it has candidates, and needs no search for one.
    """
    reason = np.full(market.n, Reason.NONE, dtype=np.int64)
    left = taken < 0
    if not market.m:
        reason[left] = Reason.NO_TRANSPORTERS
        return reason
    given = np.flatnonzero(~left)
    spare = market.open_slots > np.bincount(taken[given], minlength=market.m)
    reason[left] = -1
    mine = left[graph.i]
    reason[graph.i[mine]] = Reason.OUTBID
    if market.params.load == "sum":
        reason[graph.i[mine & spare[graph.j]]] = Reason.NO_ROOM
    rows = np.flatnonzero(reason == -1)
    height = max(1, _BLOCK // market.m)
    for start in range(0, rows.size, height):
        part = rows[start : start + height]
        reason[part] = _last_hurdle(market, part, spare)
    return reason


def _last_hurdle(market: Market, rows: Ints, spare: Bools) -> Ints:
    """(R,) the check that the last transporters in the running failed."""
    available = market.transporters.available
    chords = squared_chords(market.deliveries.vectors[:, rows, None], market.transporters.vectors[:, None, :])
    near = (arc_m(chords) <= np.reshape(market.radius_m(rows), (-1, 1))) | ~market.located[rows, None]
    hurdles: list[tuple[Bools, Reason]] = [
        (np.ones(market.m, dtype=np.bool_) if available is None else available, Reason.UNAVAILABLE),
        (near, Reason.TOO_FAR),
        (market.weight_kg[rows, None] <= market.capacity_kg, Reason.TOO_HEAVY),
        (market.open_slots > 0, Reason.NO_SLOT),
        (_allowed(market, rows), Reason.FORBIDDEN),
    ]
    running = np.ones((rows.size, market.m), dtype=np.bool_)
    code = np.full(rows.size, Reason.OUTBID, dtype=np.int64)
    for passes, why in hurdles:
        before = running.any(axis=1)
        running &= passes
        code[before & ~running.any(axis=1)] = why
    if market.params.load == "sum":
        code[(running & spare).any(axis=1)] = Reason.NO_ROOM
    return code


def _allowed(market: Market, rows: Ints) -> Bools:
    """(R, M) whether each pair may be made; ``rows`` ascend."""
    allowed = np.ones((rows.size, market.m), dtype=np.bool_)
    i, j = np.divmod(market.forbidden, market.m)
    at = np.minimum(np.searchsorted(rows, i), rows.size - 1)
    mine = rows[at] == i
    allowed[at[mine], j[mine]] = False
    return allowed

"""Why deliveries stay without a transporter."""

import numpy as np

from scoring.arrays import Ints
from scoring.geometry import EARTH_RADIUS_M, arc_m, squared_chords
from scoring.market import Market
from scoring.result import Reason

_BLOCK = 2**18


def reasons(market: Market, taken: Ints) -> Ints:
    """(N,) `Reason` codes of an assignment.

    Parameters
    ----------
    market, taken
        An assignment of its rows, -1 for none.
    """
    reason = np.full(market.n, Reason.NONE, dtype=np.int64)
    rows = np.flatnonzero(taken < 0)
    if not market.m:
        reason[rows] = Reason.NO_TRANSPORTERS
        return reason
    used = np.bincount(taken[taken >= 0], minlength=market.m)
    left_kg = market.capacity_kg - np.bincount(
        taken[taken >= 0], weights=market.weight_kg[taken >= 0], minlength=market.m
    )
    height = max(1, _BLOCK // market.m)
    for start in range(0, rows.size, height):
        part = rows[start : start + height]
        reason[part] = _block(market, part, market.open_slots - used, left_kg)
    return reason


def _block(market: Market, rows: Ints, slots_left: Ints, left_kg: "np.ndarray") -> Ints:
    """The check that the last transporters in reach failed."""
    available = market.transporters.available
    reach = np.ones((rows.size, market.m), dtype=np.bool_)
    code = np.full(rows.size, Reason.OUTBID, dtype=np.int64)
    weight = market.weight_kg[rows, None]
    chords = squared_chords(market.deliveries.vectors[:, rows, None], market.transporters.vectors[:, None, :])
    near = (arc_m(chords) <= market.params.radius_m) | ~market.located[rows, None]
    steps = [
        (np.ones(market.m, dtype=np.bool_) if available is None else available, Reason.UNAVAILABLE),
        (near, Reason.TOO_FAR),
        (weight <= market.capacity_kg, Reason.TOO_HEAVY),
        (market.open_slots > 0, Reason.NO_SLOT),
    ]
    if market.params.load == "sum":
        steps.append(((weight <= left_kg) | (slots_left <= 0), Reason.NO_ROOM))
    for passes, why in steps:
        before = reach.any(axis=1)
        reach &= passes
        code[before & ~reach.any(axis=1)] = why
    return code

"""Beginning from the plan of a market that was nearly the same."""

from dataclasses import dataclass

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.candidates import Neighbourhood, nearest_members
from scoring.market import Market

_TIGHT = 1e-4  # points within which an old pair must still balance for both its rows to count as unchanged
_SUITORS = 4  # deliveries looked at to find what a transporter is worth now


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


def renewed(market: Market, start: Start) -> tuple[Floats, Ints, Ints]:
    """Tolls brought up to date, and pairs that hold them in place.

    A pair of the old plan balances (gain = toll + surplus) as long as neither row changed. Surpluses of
    such deliveries say what every transporter is worth now, the changed and new ones included: the most
    that one of them would gain there beyond its surplus.

    Returns
    -------
    toll
        (M,) points.
    i, j
        (E,) the old plan's pairs and those that the tolls come from.
    """
    had = np.flatnonzero(start.taken >= 0)
    pair = start.taken[had]
    balanced: Bools = (start.taken < 0) & (start.surplus <= _TIGHT)
    balanced[had] = np.abs(market.gain(had, pair) - start.toll[pair] - start.surplus[had]) <= _TIGHT
    rows = np.flatnonzero(balanced & market.located)
    columns = np.flatnonzero(market.open_slots > 0)
    if not rows.size or not columns.size:
        return start.toll, had, pair
    i, j = _suitors(market, rows, columns, start)
    sure = balanced[had]
    rows, columns = np.concatenate((i, had[sure])), np.concatenate((j, pair[sure]))
    toll = -market.first_gain
    np.maximum.at(toll, columns, market.gain(rows, columns) - start.surplus[rows])
    return toll, np.concatenate((had, i)), np.concatenate((pair, j))


def _suitors(market: Market, rows: Ints, columns: Ints, start: Start) -> tuple[Ints, Ints]:
    """Pairs of transporters with the deliveries that would gain most there beyond their surplus."""
    index = Neighbourhood(market, start.toll, np.zeros(market.m))
    want = market.row_gain[rows] - start.surplus[rows]
    points = np.column_stack((index.delivery_points[rows, :3], (want.max() - want) / index.slope))
    seats = np.column_stack((index.transporter_points[columns], np.zeros(columns.size)))
    found = min(_SUITORS, rows.size)
    at = nearest_members(points, seats, found)
    return rows[at.ravel()], np.repeat(columns, found)

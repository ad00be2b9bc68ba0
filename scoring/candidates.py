"""Promising pairs out of N x M, with a proof about the ones left out.

Transporters are points in four dimensions: where they stand (three, metres) and how much worse they are
than the best in everything but distance (one, turned into metres by the slope of the distance term). A
pair's gain falls by `slope` for every metre of great circle and of the fourth axis alike, the straight
line of a k-d tree is never longer than their sum, so whatever lies beyond the k-th neighbour gains no more
than the k-th neighbour's line allows. That turns "the k best" into an ordinary neighbour query and gives
every delivery a ceiling for all pairs that were never looked at.
"""

import numpy as np
from scipy.spatial import cKDTree

from scoring.arrays import Bools, Floats, Ints
from scoring.geometry import EARTH_RADIUS_M
from scoring.market import Market
from scoring.terms import BEST, capacity_term

_WEIGHT_GROUPS = 8
_SAFETY = 1e-7  # points; far above the rounding of any step below, far below what a certificate allows


class Neighbourhood:
    """Neighbour queries over the transporters of a market under given tolls.

    Parameters
    ----------
    market
        Its distance share must be above 0.
    toll
        (M,) points taken off every gain with a transporter.
    weight_toll
        (M,) points taken off for each kg, at least 0.
    """

    def __init__(self, market: Market, toll: Floats, weight_toll: Floats) -> None:
        self.market, self.toll, self.weight_toll = market, toll, weight_toll
        self.slope = BEST * market.distance_share / market.params.radius_m
        self.groups = _weight_groups(market)

    def query(self, rows: Ints, k: int) -> tuple[Ints, Floats]:
        """The k transporters of highest possible net gain for each delivery.

        Parameters
        ----------
        rows
            (R,) located deliveries.
        k
            How many to look for.

        Returns
        -------
        columns
            (R, k) transporters, -1 where there are no more.
        ceiling
            (R,) no other transporter has a higher net gain than this; -inf where there is no other.
        """
        columns = np.full((rows.size, k), -1, dtype=np.int64)
        ceiling = np.full(rows.size, -np.inf)
        group = self.groups[rows]
        for g in np.unique(group):
            at = np.flatnonzero(group == g)
            columns[at], ceiling[at] = self._query_group(int(g), rows[at], k)
        return columns, ceiling

    def _query_group(self, group: int, rows: Ints, k: int) -> tuple[Ints, Floats]:
        tree, members, top = self._tree(group)
        columns = np.full((rows.size, k), -1, dtype=np.int64)
        if tree is None:
            return columns, np.full(rows.size, -np.inf)
        points = np.zeros((rows.size, 4))
        points[:, :3] = self.market.deliveries.vectors[:, rows].T * EARTH_RADIUS_M
        found = min(k, members.size)
        line, at = tree.query(points, k=np.arange(1, found + 1), workers=-1)
        columns[:, :found] = members[at]
        market = self.market
        ceiling = self.slope * (market.params.radius_m - line[:, -1]) + top + market.row_gain[rows] + _SAFETY
        return columns, ceiling if found < members.size else np.full(rows.size, -np.inf)

    def _tree(self, group: int) -> tuple[cKDTree | None, Ints, float]:
        """Tree of one weight group, its members and the best net gain at distance 0."""
        net, members = self._net_ceiling(group)
        if not members.size:
            return None, members, -np.inf
        top = float(net.max())
        points = np.empty((members.size, 4))
        points[:, :3] = self.market.transporters.vectors[:, members].T * EARTH_RADIUS_M
        points[:, 3] = (top - net) / self.slope
        return cKDTree(points), members, top

    def _net_ceiling(self, group: int) -> tuple[Floats, Ints]:
        """The most that a transporter can gain from any delivery of the group at distance 0."""
        market = self.market
        lightest = market.weight_kg[self.groups == group].min()
        fits: Bools = (market.capacity_kg >= lightest) & (market.open_slots > 0)
        members = np.flatnonzero(fits)
        capacity = capacity_term(lightest, market.capacity_kg[members])
        net = market.column_gain[members] + market.capacity_share * capacity + market.pair_term_ceiling
        return net - self.toll[members] - self.weight_toll[members] * lightest, members


def _weight_groups(market: Market) -> Ints:
    """(N,) group of each delivery: light ones that everybody carries alike, heavier ones by quantiles.

    Within a group the capacity term is bounded by that of the lightest, so groups keep ceilings tight.
    """
    groups = np.zeros(market.n, dtype=np.int64)
    open_capacity = market.capacity_kg[market.open_slots > 0]
    if not open_capacity.size:
        return groups
    heavy = 2.0 * market.weight_kg > open_capacity.min()
    if heavy.any():
        cuts = np.quantile(market.weight_kg[heavy], np.linspace(0.0, 1.0, _WEIGHT_GROUPS)[:-1])
        groups[heavy] = np.searchsorted(cuts, market.weight_kg[heavy], side="right")
    return groups

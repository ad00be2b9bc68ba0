"""Promising pairs out of N x M, with a proof about the ones left out.

Transporters are points in four dimensions: where they stand (three, metres) and how much worse they are
than the best in everything but distance (one, turned into metres by the slope of the distance term). A
pair's gain falls by `slope` for every metre of great circle and of the fourth axis alike. Neighbours are
queried in the sum of coordinate differences, in a frame where that sum is never longer than chord plus
fourth axis. So whatever lies beyond the k-th neighbour gains no more than the k-th neighbour's sum allows,
which turns "the k best" into an ordinary k-d tree query and gives every delivery a ceiling for all pairs
that were never looked at. Best-rated and least-loaded transporters come up by themselves: they are low on
the fourth axis.
"""

import numpy as np
from scipy.spatial import cKDTree

from scoring.arrays import Floats, Ints
from scoring.geometry import EARTH_RADIUS_M
from scoring.market import Market
from scoring.terms import BEST, capacity_term

_SAFETY = 1e-7  # points; far above the rounding of any step below, far below what a certificate allows
_UPRIGHT = 0.1  # share of the frame's third axis; the other two get what is left of a unit vector
_PARALLEL = 1_500  # rows above which threads pay
_PER_SUBSET = 200  # deliveries below which a subset of their own is not worth a tree
_SUBSETS = 24  # random subsets of transporters at each scale


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
        frame = _frame(market)
        self.delivery_points: Floats = np.zeros((market.n, 4))
        self.delivery_points[:, :3] = market.deliveries.vectors.T @ frame
        self.transporter_points: Floats = market.transporters.vectors.T @ frame

    def query(self, rows: Ints, k: int, floor: Floats) -> tuple[Ints, Floats]:
        """The k transporters of highest possible net gain for each delivery.

        Parameters
        ----------
        rows
            (R,) located deliveries.
        k
            How many to look for.
        floor
            (R,) net gains below which a pair is of no interest; the search ends there.

        Returns
        -------
        columns
            (R, k) transporters, -1 where no more can reach the floor.
        ceiling
            (R,) no other transporter has a higher net gain than this; the floor where none can reach it.
        """
        columns = np.full((rows.size, k), -1, dtype=np.int64)
        ceiling = np.array(floor)
        group = self.market.weight_group[rows]
        for g in np.unique(group):
            at = np.flatnonzero(group == g)
            columns[at], ceiling[at] = self._query_group(int(g), rows[at], k, floor[at])
        return columns, ceiling

    def _query_group(self, group: int, rows: Ints, k: int, floor: Floats) -> tuple[Ints, Floats]:
        columns = np.full((rows.size, k), -1, dtype=np.int64)
        net, members = self._net_ceiling(group)
        if not members.size:
            return columns, floor
        top, found = float(net.max()), min(k, members.size)
        best = top + self.market.row_gain[rows] + _SAFETY + self.slope * self.market.params.radius_m
        reach = np.maximum((best - floor) / self.slope, 0.0)  # sums beyond it cannot get up to the floor
        # A tree takes one limit for all queries: starting `late` below the fourth axis gives each its own.
        late = reach.max() - reach
        points = self.delivery_points[rows]
        points[:, 3] = -late
        tree = cKDTree(self._points(members, top - net))
        away, at = _nearest(
            tree,
            points,
            found,
            float(reach.max()) + 1e-3,  # metres, so that rounding cannot hide a tie
        )
        columns[:, :found] = np.append(members, -1)[at]
        last = best - self.slope * (away[:, -1] - late)
        more = np.isfinite(away[:, -1]) & (found < members.size)
        return columns, np.where(more, np.maximum(last, floor), floor)

    def _points(self, columns: Ints, lag: Floats) -> Floats:
        """(C, 4) points of transporters that lag behind the best by so many points."""
        return np.column_stack((self.transporter_points[columns], lag / self.slope))

    def _net_ceiling(self, group: int) -> tuple[Floats, Ints]:
        """The most that a transporter can gain from any delivery of a weight group at distance 0."""
        market = self.market
        lightest = market.weight_kg[market.weight_group == group].min()
        members = np.flatnonzero((market.capacity_kg >= lightest) & (market.open_slots > 0))
        capacity = capacity_term(lightest, market.capacity_kg[members])
        net = market.column_gain[members] + market.capacity_share * capacity + market.pair_term_ceiling
        net -= self.toll[members] + self.weight_toll[members] * lightest
        return net, members

    def spread(self, counts: tuple[int, ...], rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Pairs at every scale: some nearest, some among ever thinner random subsets of transporters.

        Neighbours alone fix prices only street by street; a few pairs far off tie the whole city together,
        and drawing them at random keeps deliveries of one street from all choosing the same ones.

        Parameters
        ----------
        counts
            How many transporters each delivery gets from a subset of all, of a quarter, of a sixteenth, ...
        rng
            Draws the subsets.

        Returns
        -------
        i, j
            (E,) rows of pairs; some may appear twice.
        """
        market = self.market
        rows, columns = np.flatnonzero(market.located), np.flatnonzero(market.open_slots > 0)
        net = market.column_gain[columns] - self.toll[columns]
        points = self._points(columns, net.max(initial=-np.inf) - net)
        pairs: list[tuple[Ints, Ints]] = [(np.zeros(0, dtype=np.int64),) * 2]
        for scale, k in enumerate(counts):
            size = max(columns.size // 4**scale, 1)
            parts = min(4**scale, _SUBSETS, 1 + rows.size // _PER_SUBSET) if columns.size else 0
            own, other = rng.permutation(rows.size), rng.permutation(columns.size)
            for part in range(parts):
                mine = own[part::parts]
                subset = other[(part * size) % max(columns.size - size, 1) :][:size]
                found = min(k, subset.size)
                _, at = _nearest(cKDTree(points[subset]), self.delivery_points[rows[mine]], found)
                pairs.append((np.repeat(rows[mine], found), columns[subset[at.ravel()]]))
        return np.concatenate([i for i, _ in pairs]), np.concatenate([j for _, j in pairs])


def equal_pairs(market: Market, rows: Ints, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs for deliveries that distance does not tell apart, drawn from the transporters worth having.

    Parameters
    ----------
    market, rows
        (R,) deliveries of it.
    count
        Pairs of each delivery.
    rng
        Draws them; deliveries that all chose the same few would leave the others without a price.
    """
    columns = np.flatnonzero(market.open_slots > 0)
    if rows.size * columns.size <= rows.size * count:
        return np.repeat(rows, columns.size), np.tile(columns, rows.size)
    quality = (market.column_gain + market.first_gain)[columns]
    columns = columns[np.argsort(-quality, kind="stable")]
    enough = int(np.searchsorted(np.cumsum(market.open_slots[columns]), 2 * rows.size)) + count
    pool = columns[:enough]
    return np.repeat(rows, count), pool[rng.integers(0, pool.size, rows.size * count)]


def level_tolls(market: Market) -> Floats:
    """(M,) tolls of a market where distance plays no part: the N best slots cost what they are better.

    A beginning: where everybody is within reach, these are the prices; elsewhere they keep deliveries from
    all looking at the same excellent transporters.
    """
    owner = np.repeat(np.arange(market.m), market.open_slots)
    quality = market.column_gain[owner] + market.slot_gain
    if not quality.size:
        return -market.first_gain
    spare = max(quality.size - market.n, 0)
    level = np.partition(quality, spare)[spare]
    tolls: Floats = market.column_gain - np.minimum(level, market.column_gain + market.first_gain)
    return tolls


def nearest_members(members: Floats, points: Floats, k: int) -> Ints:
    """(R, k) places of the members nearest to each point, in the metric of `Neighbourhood`."""
    return _nearest(cKDTree(members), points, k)[1]


def _nearest(tree: cKDTree, points: Floats, k: int, limit: float = np.inf) -> tuple[Floats, Ints]:
    """Summed differences to the k nearest members and their places, (R, k); inf where none is left."""
    workers = -1 if len(points) > _PARALLEL else 1
    away, at = tree.query(points, k=np.arange(1, k + 1), p=1, distance_upper_bound=limit, workers=workers)
    return np.asarray(away, dtype=np.float64), np.asarray(at, dtype=np.int64)


def _frame(market: Market) -> Floats:
    """(3, 3) map of unit vectors to metres in which sums of coordinate differences never exceed a chord.

    The third axis points at the middle of the transporters. A city is flat there, so nearly all of a
    distance lies along the other two, and the sum is at least 0.7 of it.
    """
    middle = market.transporters.vectors.mean(axis=1)
    across = np.sqrt((1.0 - _UPRIGHT**2) / 2.0)
    basis, _ = np.linalg.qr(np.column_stack((middle, np.eye(3))))
    frame: Floats = basis[:, :3] * np.array([_UPRIGHT, across, across]) * EARTH_RADIUS_M
    return frame

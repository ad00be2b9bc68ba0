"""One side of a market as the other side searches it: a tree over places, or lists of pairs.

Both are plain arrays, because compiled code walks them (`auction`). In a tree every node knows the box that
its members stand in, the best value among them and how far their capacity limits reach, so a search for the
best partner skips whole quarters of the city that cannot hold it.
"""

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.auction import BASE, HIGH, LIMIT, PLACED, REACH, Side

LEAF = 16  # members of a leaf: fewer cost more boxes, more cost more scores


def grown(place: Floats, placed: Bools, limit: Floats, base: Floats, *, largest: bool) -> tuple[Side, Ints]:
    """A side with a tree, and the order in which it holds its members.

    Parameters
    ----------
    place
        (P, 3) metres.
    placed
        (P,) whether the place counts.
    limit
        (P,) kg.
    base
        (P,) value before any price.
    largest
        Whether more kg are more favourable (free capacity) or fewer (weight).
    """
    order, cuts, depth = _split(place)
    points = np.zeros((len(place), 8))
    points[:, :3], points[:, PLACED] = place[order], placed[order]
    points[:, LIMIT], points[:, BASE] = limit[order], base[order]
    sign = 1.0 if largest else -1.0
    anywhere = np.where(points[:, PLACED, None] > 0, 0.0, np.inf)
    columns = np.hstack((anywhere - points[:, :3], anywhere + points[:, :3], sign * points[:, [LIMIT]]))
    levels = [np.maximum.reduceat(columns, cuts[:-1]) if len(place) else np.full((1, 7), -np.inf)]
    for _ in range(depth):
        levels.append(np.maximum(levels[-1][::2], levels[-1][1::2]))
    top = np.concatenate(levels[::-1])
    nodes = np.zeros((len(top), 8))
    nodes[:, :HIGH], nodes[:, HIGH:REACH], nodes[:, REACH] = -top[:, :3], top[:, 3:6], sign * top[:, 6]
    leaf = np.repeat(np.arange(cuts.size - 1) + len(top) - cuts.size + 1, np.diff(cuts))
    none = np.zeros(0, dtype=np.int64)
    return Side(points, nodes, cuts, leaf, none, none, np.zeros(0), np.zeros(len(place))), order


def _split(place: Floats) -> tuple[Ints, Ints, int]:
    """Order of points, where leaves begin in it, and the depth: halved along the longest edge, again and again."""
    size = len(place)
    depth = max(0, int(np.ceil(np.log2(max(size, 1) / LEAF))))
    order, cuts = np.arange(size), np.array([0, size])
    for _ in range(depth):
        part = np.repeat(np.arange(cuts.size - 1), np.diff(cuts))
        here = place[order]
        extent = np.maximum.reduceat(here, cuts[:-1]) - np.minimum.reduceat(here, cuts[:-1])
        along = here[np.arange(size), extent.argmax(axis=1)[part]]
        order = order[np.lexsort((along, part))]
        cuts = np.sort(np.concatenate((cuts, (cuts[:-1] + cuts[1:]) // 2)))
    return order, cuts, depth


def listed(searcher: Ints, member: Ints, gain: Floats, searchers: int, members: int) -> Side:
    """A side whose members are known to each searcher by a list of pairs (E,), in any order."""
    order = np.argsort(searcher, kind="stable")
    start = np.searchsorted(searcher[order], np.arange(searchers + 1))
    none = np.zeros(0, dtype=np.int64)
    empty = np.zeros((0, 8))
    return Side(empty, empty, none, none, start, member[order], gain[order], np.zeros(members))

"""One side of a market as the other side searches it: a tree over places, or lists of pairs.

Both are plain arrays, because compiled code walks them (`auction`). In a tree every node knows the box that
its members stand in, the best value among them and how far their capacity limits reach, so a search for the
best partner skips whole quarters of the city that cannot hold it.
"""

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.auction import BASE, BEST, FANOUT, HIGH, LIGHTEST, LIMIT, LOAD, PLACED, REACH, WIDTH, WORTH, Side


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
    leaf_member, depth = _split(place)
    inside = leaf_member < len(place)
    order, cuts = leaf_member[inside], np.concatenate(([0], np.cumsum(inside.sum(axis=1))))
    points = np.zeros((len(place), 8))
    points[:, :3], points[:, PLACED] = place[order], placed[order]
    points[:, LIMIT], points[:, BASE] = limit[order], base[order]
    leaf, lane = np.nonzero(inside)
    leaf = leaf.copy()  # every second number of one array: compiled code would be compiled for that once more
    leaves = np.zeros((len(leaf_member), 8, WIDTH))
    leaves[:, WORTH] = -np.inf
    leaves[leaf, :LOAD, lane] = points[:, :LOAD]
    leaves[leaf, LOAD, lane] = 1.0 / np.maximum(points[:, LIMIT], LIGHTEST) if largest else points[:, LIMIT]
    none = np.zeros(0, dtype=np.int64)
    nodes = _nodes(leaves, inside, depth)
    return Side(points, leaves, nodes, cuts, leaf, none, none, np.zeros(0), np.zeros(len(place))), order


def _nodes(leaves: Floats, inside: Bools, depth: int) -> Floats:
    """Boxes and least loads of every node's children, (T, 8, 4), level after level from the root."""
    place = leaves[:, :3]
    anywhere = np.where(leaves[:, PLACED] > 0, 0.0, np.inf)[:, None]
    low, high, load = place - anywhere, -place - anywhere, leaves[:, LOAD : LOAD + 1]
    least = np.concatenate((low, high, load), axis=1)
    least.transpose(0, 2, 1)[~inside] = np.inf
    level = least.min(axis=2)
    levels = []
    for height in range((depth + 1) // 2, 0, -1):
        whole = np.full((FANOUT**height, 7), np.inf)
        whole[: len(level)] = level
        children = whole.reshape(-1, FANOUT, 7).transpose(0, 2, 1)
        levels.append(children)
        level = children.min(axis=2)
    nodes = np.zeros((sum(map(len, levels)), 8, FANOUT))
    if levels:
        nodes[:, : REACH + 1] = np.concatenate(levels[::-1])
    nodes[:, HIGH:REACH] *= -1.0
    nodes[:, BEST] = -np.inf
    return nodes


def _split(place: Floats) -> tuple[Ints, int]:
    """Members of each leaf, (L, 16), and the depth: halved along the longest edge, again and again.

    Numbers of nobody (P and above) fill up the leaves; being infinitely far, they gather in the last ones.
    """
    size = len(place)
    depth = max(0, int(np.ceil(np.log2(max(size, 1) / WIDTH))))
    both = np.full((6, WIDTH << depth), np.inf)  # forwards and backwards: nobody is infinitely far either way
    both[:3, :size], both[3:, :size] = place.T, -place.T
    order = np.arange(both.shape[1])
    for level in range(depth):
        part = order.reshape(1 << level, -1)
        here = np.take(both, order, axis=1).reshape(6, *part.shape)
        least = here.min(axis=2)
        longest = (least[:3] + least[3:]).argmin(axis=0)
        along = here[longest, np.arange(len(part))]
        order = np.take_along_axis(part, np.argpartition(along, part.shape[1] // 2, axis=1), axis=1).ravel()
    return np.sort(order.reshape(-1, WIDTH), axis=1), depth


def listed(searcher: Ints, member: Ints, gain: Floats, searchers: int, members: int) -> Side:
    """A side whose members are known to each searcher by a list of pairs (E,), in any order."""
    order = np.argsort(searcher, kind="stable")
    start = np.searchsorted(searcher[order], np.arange(searchers + 1))
    none = np.zeros(0, dtype=np.int64)
    empty = np.zeros((0, 8))
    return Side(
        empty,
        np.zeros((0, 8, WIDTH)),
        np.zeros((0, 8, FANOUT)),
        none,
        none,
        start,
        member[order],
        gain[order],
        np.zeros(members),
    )

"""Scores of whole blocks of pairs, for those who want every one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.arrays import Floats
from scoring.inputs import Deliveries, Params, Transporters
from scoring.market import Market

_ARRAYS = 10  # arrays of a block's size that are alive at once while it is scored


@dataclass(frozen=True, eq=False)
class ScoreBlock:
    """Scores of some deliveries with every transporter, each as its next package.

    Attributes
    ----------
    start, stop
        The rows of deliveries it holds.
    score
        (stop - start, M) points, NaN where not a candidate.
    """

    start: int
    stop: int
    score: Floats


def score_blocks(
    deliveries: Deliveries, transporters: Transporters, params: Params, memory_bytes: int = 64 * 2**20
) -> Iterator[ScoreBlock]:
    """Score every pair, a block of deliveries at a time.

    Parameters
    ----------
    deliveries, transporters, params
        As for `solve`.
    memory_bytes
        What a block and its scoring may hold; at least one row is scored at a time, 80 bytes a transporter.
    """
    market = Market(deliveries, transporters, params)
    columns = np.arange(market.m)
    height = max(1, memory_bytes // (8 * _ARRAYS * max(market.m, 1)))
    for start in range(0, market.n, height):
        rows = np.arange(start, min(start + height, market.n))
        score = market.block(rows, columns) + market.first_gain
        score[np.isneginf(score)] = np.nan
        yield ScoreBlock(start, start + rows.size, score)

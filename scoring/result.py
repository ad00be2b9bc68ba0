"""What comes out: frozen results, and the reasons for what did not."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np

from scoring.arrays import Floats, Ints

Strategy = Literal["optimal", "greedy", "single_best"]
Maximise = Literal["score", "assignments"]


class Reason(IntEnum):
    """Why a delivery has no transporter, or a transporter is no candidate."""

    NONE = 0
    """Nothing stands against it."""
    NO_TRANSPORTERS = 1
    """There are no transporters at all."""
    UNAVAILABLE = 2
    """The transporter is not available."""
    TOO_FAR = 3
    """Beyond the radius."""
    TOO_HEAVY = 4
    """The package is over the free capacity."""
    NO_SLOT = 5
    """The transporter has as many deliveries under way as allowed."""
    OUTBID = 6
    """There are candidates, but their slots went to deliveries that the plan gains more from."""
    NO_ROOM = 7
    """Candidates have slots left, but no room beside the packages given to them in this plan."""
    FORBIDDEN = 8
    """There are candidates, none of whom may be paired with it."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Who gets what.

    Attributes
    ----------
    transporter
        (N,) row of the transporter of each delivery, -1 for none.
    slot
        (N,) how many packages the same transporter got before this one in the plan, -1 for none.
    score
        (N,) weighted mean of the terms, 0 for none.
    terms
        (N, 4) distance, rating, capacity and workload, 0 to 100, NaN for none.
    reason
        (N,) `Reason` codes, ``NONE`` where assigned.
    total
        Sum of `score`.
    upper_bound
        No plan totals more (with ``maximise="assignments"``: none of as many assignments by priority).
        Computed in float64 over all feasible pairs.
    gap
        ``(upper_bound - total) / upper_bound``, 0 where the bound is 0.
    certified
        Whether ``upper_bound - total <= 1e-6 * upper_bound``.
    strategy
        What made the plan.
    price
        (M,) points that one more slot of each transporter is worth to the plan, at least 0; what a
        delivery must gain there beyond its own alternatives. All 0 for the baselines.
    weight_price
        (M,) points that one more kg of room is worth, at least 0; all 0 with ``load="package"``.
    surplus
        (N,) points that each delivery gains beyond the price of its slot, at least 0; a transporter that
        would gain it more than its surplus and the slot's price would improve the plan.
    rounds
        How often the pairs considered were extended.
    pairs
        How many pairs were considered in the last round.
    """

    transporter: Ints
    slot: Ints
    score: Floats
    terms: Floats
    reason: Ints
    total: float
    upper_bound: float
    gap: float
    certified: bool
    strategy: Strategy
    price: Floats
    weight_price: Floats
    surplus: Floats
    rounds: int
    pairs: int

    def carried(self, deliveries: Ints, transporters: Ints) -> "Plan":
        """This plan as a beginning for other rows, to be given as `previous`.

        Parameters
        ----------
        deliveries
            (N',) row in this plan of each new row, -1 for a delivery it did not know.
        transporters
            (M',) the same for transporters.
        """
        place = np.full(self.price.size + 1, -1, dtype=np.int64)
        known = np.flatnonzero(transporters >= 0)
        place[transporters[known]] = known
        old = np.append(place[self.transporter], -1)
        return replace(
            self,
            transporter=old[deliveries],
            slot=np.append(self.slot, -1)[deliveries],
            score=np.append(self.score, 0.0)[deliveries],
            terms=np.vstack((self.terms, np.full((1, 4), np.nan)))[deliveries],
            reason=np.append(self.reason, Reason.NONE)[deliveries],
            price=np.append(self.price, 0.0)[transporters],
            weight_price=np.append(self.weight_price, 0.0)[transporters],
            surplus=np.append(self.surplus, np.inf)[deliveries],
        )


@dataclass(frozen=True, eq=False)
class Ranking:
    """One delivery against all transporters.

    Attributes
    ----------
    order
        (K,) rows of the best candidates, best first; ties go to the lower key, then the lower row.
    score
        (M,) weighted mean of the terms, NaN where not a candidate.
    terms
        (M, 4) distance, rating, capacity and workload; negative values say how far outside a limit
        somebody is who is not a candidate.
    reason
        (M,) `Reason` codes, ``NONE`` for candidates.
    """

    order: Ints
    score: Floats
    terms: Floats
    reason: Ints

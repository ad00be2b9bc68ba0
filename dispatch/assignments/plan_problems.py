"""What a plan has to solve: parcels, people, pairs that are in it whatever they score, and pairs that may not be.

Rows are those of the two sides. Whoever plans and whoever plans again what was planned asks here, so that both
solve the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from dispatch.assignments.solving import BulkProblem, Weights
from dispatch.geo import great_circles_between_m
from scoring import Deliveries, Params, Plan, Transporters, rank
from scoring.result import Strategy

Rows = npt.NDArray[np.int64]
NO_PAIRS: Rows = np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """``locked``: row of a delivery → row of its transporter. ``forbidden``: (K, 2) rows of both."""

    parcels: Deliveries
    people: Transporters
    radius_m: float
    weights: Weights = Params().weights
    locked: Mapping[int, int] = field(default_factory=dict)
    forbidden: Rows = field(default_factory=lambda: NO_PAIRS)

    @property
    def params(self) -> Params:
        """As the scoring wants them. All packages of one transporter travel together, so their weights add up."""
        return Params(weights=self.weights, radius_m=self.radius_m, load="sum")

    @property
    def free(self) -> list[int]:
        """The rows of those deliveries that are not locked."""
        return [row for row in range(len(self.parcels)) if row not in self.locked]

    def only(self, rows: Rows) -> "PlanProblem":
        """The same for these deliveries, in this order; all that are locked must be among them."""
        place = {int(row): at for at, row in enumerate(rows)}
        pairs = [(place[int(row)], int(who)) for row, who in self.forbidden if int(row) in place]
        locked = {place[row]: who for row, who in self.locked.items()}
        return replace(self, parcels=self.parcels.take(rows), locked=locked, forbidden=pairs_of_rows(pairs))

    def solved(self, within_s: float, strategy: Strategy = "optimal") -> BulkProblem:
        """The part that is not locked."""
        if not self.locked:
            parcels, forbidden = self.parcels, self.forbidden
        else:
            free = self.free
            place = {row: at for at, row in enumerate(free)}
            pairs = [(place[int(row)], int(who)) for row, who in self.forbidden if int(row) in place]
            parcels, forbidden = self.parcels.take(np.array(free, dtype=np.int64)), pairs_of_rows(pairs)
        return BulkProblem(
            parcels,
            self._people_beside_locked(),
            self.radius_m,
            within_s,
            weights=self.weights,
            forbidden=forbidden if len(forbidden) else None,
            strategy=strategy,
        )

    def whole(self, part: Plan) -> Plan:
        """A plan of the free ones together with what is locked. Scores what is locked, so off the event loop."""
        if not self.locked:
            return part
        n, free = len(self.parcels), self.free
        locked_total = sum(self._locked_scores())
        transporter, slot = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
        reason, total = np.zeros(n, dtype=np.int64), part.total + locked_total
        before = np.zeros(len(self.people) + 1, dtype=np.int64)
        for row, who in self.locked.items():
            transporter[row], slot[row] = who, before[who]
            before[who] += 1
        transporter[free], reason[free] = part.transporter, part.reason
        slot[free] = np.where(part.transporter >= 0, part.slot + before[part.transporter], -1)
        bound = part.upper_bound + locked_total
        gap = max(0.0, 1 - total / bound) if bound > 0 else 0.0
        return replace(part, transporter=transporter, slot=slot, reason=reason, total=total, upper_bound=bound, gap=gap)

    def way_m(self, plan: Plan) -> float:
        """Sum of the ways from where everybody is to the pickups."""
        rows = np.flatnonzero(plan.transporter >= 0)
        parcels, people, who = self.parcels, self.people, plan.transporter[rows]
        ways = great_circles_between_m(parcels.lat[rows], parcels.lon[rows], people.lat[who], people.lon[who])
        located = np.ones(rows.size, dtype=np.bool_) if parcels.located is None else parcels.located[rows]
        return float(ways[located].sum())

    def _params_of(self, row: int) -> Params:
        """By which a delivery is judged: its own rules where it has any."""
        radii, weights = self.parcels.radius_m, self.parcels.weights
        params = self.params if radii is None else replace(self.params, radius_m=float(radii[row]))
        return params if weights is None else replace(params, weights=tuple(weights[row].tolist()))

    def _people_beside_locked(self) -> Transporters:
        """Everybody with what is locked aboard already."""
        if not self.locked:
            return self.people
        free_kg, active = self.people.free_capacity_kg.copy(), self.people.active.copy()
        for row, who in self.locked.items():
            free_kg[who] -= self.parcels.weight_kg[row]
            active[who] += 1
        return replace(self.people, free_capacity_kg=np.maximum(free_kg, 0.0), active=active)

    def _locked_scores(self) -> list[float]:
        """What locked pairs score, each as the next of its transporter; beyond the radius distance counts nothing."""
        parcels, found = self.parcels, []
        given = dict.fromkeys(self.locked.values(), 0)
        for row, who in self.locked.items():
            located = parcels.located is None or bool(parcels.located[row])
            lat, lon = (float(parcels.lat[row]), float(parcels.lon[row])) if located else (None, None)
            one, params = self.people.take(np.array([who])), self._params_of(row)
            terms = rank(lat, lon, float(parcels.weight_kg[row]), one, params, top_k=0).terms
            values = np.maximum(terms[0], 0.0)
            values[3] -= 100.0 * given[who] / max(int(one.max_active[0]), 1)
            given[who] += 1
            found.append(float(values @ np.array(params.weights) / params.total_weight))
        return found


def pairs_of_rows(pairs: Iterable[tuple[int, int]]) -> Rows:
    """(K, 2) rows."""
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)

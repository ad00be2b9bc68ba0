"""What other weights would have made of a period: sums that grow with days and transporters, never with decisions."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from dispatch.assignments.plan_pairs import PairColumns
from dispatch.assignments.recomputing.deciding import NotRecomputed, Recomputed
from dispatch.assignments.recomputing.reading import Portion, Way
from dispatch.assignments.solving import Weights
from dispatch.decisions.models import Decision
from dispatch.decisions.snapshot import Parcels
from dispatch.deliveries.eta import Trip, straight_arrival
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME
from dispatch.ports import LivePosition
from dispatch.zones.kept import ZoneMap
from scoring import VERSION


@dataclass(slots=True)
class Sums:
    """One side of the comparison. Metres to the pickups, points, seconds; ``late`` of those ``promised`` a time.

    ``score_then``: by the weights of each decision, ``score_now``: by those that are tried.
    """

    given: int = 0
    distance_m: float = 0.0
    score_then: float = 0.0
    score_now: float = 0.0
    promised: int = 0
    late: int = 0
    late_s: float = 0.0

    def add(self, other: "Sums") -> None:
        """Both together."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Change:
    """A delivery that somebody else would have had; None for nobody."""

    decision_id: int
    made_at: datetime
    delivery_id: int
    before: int | None
    after: int | None


@dataclass(slots=True)
class Comparison:
    """Everything that is reported. ``before``, ``after``: as it was decided, as it would have been.

    ``days``: both by Nepal's date. ``loads``: transporter → deliveries on both sides, of all who were online once.
    ``other_engine``: decisions that another version of the scoring made; of them ``changed_by_engine`` changed, which
    may come from that. ``unproven``: plans that were not proven to be the best within the time for one.
    """

    before: Sums = field(default_factory=Sums)
    after: Sums = field(default_factory=Sums)
    days: dict[date, tuple[Sums, Sums]] = field(default_factory=dict)
    loads: dict[int, list[int]] = field(default_factory=dict)
    gained: Counter[int] = field(default_factory=Counter)
    lost: Counter[int] = field(default_factory=Counter)
    decisions: int = 0
    recomputed: int = 0
    changed: int = 0
    changed_deliveries: int = 0
    other_engine: int = 0
    changed_by_engine: int = 0
    unproven: int = 0
    not_recomputed: Counter[NotRecomputed] = field(default_factory=Counter)


class Comparing:
    """Adds decisions to a comparison, one after the other."""

    def __init__(self, *, road_factor: float, zones: ZoneMap | None = None, zone_id: int | None = None) -> None:
        """``zone_id``: only deliveries whose pickup lies there are counted."""
        self.found = Comparison()
        self._road_factor = road_factor
        self._zones = zones
        self._zone_id = zone_id

    def skip(self, why: NotRecomputed) -> None:
        """One that cannot be made again."""
        self.found.decisions += 1
        self.found.not_recomputed[why] += 1

    def add(self, decision: Decision, made: Recomputed, weights: Weights, portion: Portion) -> list[Change]:
        """One that was; its changes. ``weights``: those that were tried."""
        found, here = self.found, self._here(made.snapshot.parcels)
        found.decisions += 1
        if not here.any():
            return []
        found.recomputed += 1
        found.unproven += not made.proven
        found.other_engine += decision.engine != VERSION
        for number in made.snapshot.people.ids.tolist():
            found.loads.setdefault(number, [0, 0])
        day = found.days.setdefault(decision.made_at.astimezone(NEPAL_TIME).date(), (Sums(), Sums()))
        then = _weights(decision)
        for side, (pairs, whole) in enumerate(((made.before, found.before), (made.after, found.after))):
            sums = self._sums(decision, made, pairs, here, (then, weights), portion)
            whole.add(sums)
            day[side].add(sums)
            for row, who in _pairs(pairs, here):
                del row
                found.loads[int(made.snapshot.people.ids[who])][side] += 1
        changes = list(_changes(decision, made, here))
        found.changed += bool(changes)
        found.changed_deliveries += len(changes)
        found.changed_by_engine += bool(changes) and decision.engine != VERSION
        for change in changes:
            if change.before is not None:
                found.lost[change.before] += 1
            if change.after is not None:
                found.gained[change.after] += 1
        return changes

    def _here(self, parcels: Parcels) -> npt.NDArray[np.bool_]:
        """(N,) whether each is counted."""
        if self._zones is None or self._zone_id is None:
            return np.ones(parcels.ids.size, dtype=np.bool_)
        lat, lon = (np.where(parcels.located, column, np.nan) for column in (parcels.lat, parcels.lon))
        ids = np.array([*(zone.id for zone in self._zones.zones), 0])
        here: npt.NDArray[np.bool_] = ids[self._zones.of_many(lat, lon)] == self._zone_id
        return here

    def _sums(
        self,
        decision: Decision,
        made: Recomputed,
        pairs: PairColumns,
        here: npt.NDArray[np.bool_],
        weights: tuple[Weights, Weights],
        portion: Portion,
    ) -> Sums:
        some = here[pairs.rows]
        sums = Sums(
            int(np.count_nonzero(some)),
            float(pairs.distance_m[some].sum()),
            float(pairs.scores(weights[0])[some].sum()),
            float(pairs.scores(weights[1])[some].sum()),
        )
        for row, who in _pairs(pairs, here):
            way = portion.ways.get(int(made.snapshot.parcels.ids[row]))
            if way is None or way.due_at is None:
                continue
            late_s = self._late_s(decision.made_at, made, row, who, way, way.due_at, portion.vehicles)
            sums.promised += 1
            sums.late += late_s > 0
            sums.late_s += late_s
        return sums

    def _late_s(
        self,
        at: datetime,
        made: Recomputed,
        row: int,
        who: int,
        way: Way,
        due_at: datetime,
        vehicles: dict[int, str],
    ) -> float:
        """How much later than it was wanted it would arrive, did its transporter go there straight away."""
        people, parcels = made.snapshot.people, made.snapshot.parcels
        number = int(people.ids[who])
        pickup = (float(parcels.lat[row]), float(parcels.lon[row])) if parcels.located[row] else None
        trip = Trip(pickup, way.dropoff, vehicles.get(number, ""), way.pickup_from, way.distance_km)
        position = LivePosition(number, float(people.lat[who]), float(people.lon[who]), at, at)
        arrival = straight_arrival(trip, position, road_factor=self._road_factor, now=at)
        return max(0.0, (arrival.likely - due_at).total_seconds())


def _weights(decision: Decision) -> Weights:
    distance, rating, capacity, workload = decision.weights
    return distance, rating, capacity, workload


def _pairs(pairs: PairColumns, here: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Rows of those that are counted."""
    for row, who in zip(pairs.rows.tolist(), pairs.who.tolist(), strict=True):
        if here[row]:
            yield row, who


def _changes(decision: Decision, made: Recomputed, here: npt.NDArray[np.bool_]) -> Iterator[Change]:
    ids, people = made.snapshot.parcels.ids, made.snapshot.people.ids
    before, after = dict(_pairs(made.before, here)), dict(_pairs(made.after, here))
    for row in sorted(before.keys() | after.keys()):
        one, other = before.get(row), after.get(row)
        if one != other:
            yield Change(
                decision.id,
                decision.made_at,
                int(ids[row]),
                None if one is None else int(people[one]),
                None if other is None else int(people[other]),
            )

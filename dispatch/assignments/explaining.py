"""A kept decision in the light of one delivery: who could have had it, who got it, and why somebody did not."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dispatch.assignments.barriers import OF_STANDING, Barrier, Pair, Verdict, barriers_of, ways_to
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.results import Scores
from dispatch.decisions.models import Decision
from dispatch.decisions.snapshot import Snapshot
from dispatch.geo import great_circles_m
from dispatch.transporters.kept import Standing
from scoring import Params, Ranking, Reason, Transporters, rank

TIE = 1e-3
"""Points: what was kept is scored so exactly."""
_OF_REASON = {
    Reason.TOO_FAR: Verdict.TOO_FAR,
    Reason.TOO_HEAVY: Verdict.TOO_HEAVY,
    Reason.NO_SLOT: Verdict.NO_SLOT,
}


@dataclass(frozen=True, slots=True)
class Considered:
    """A transporter in a decision. Km, kg, points.

    ``place``: among the candidates, 1 for the highest score. ``scores`` None for who was none. ``behind``: so many
    points were missing, counted by what its place was worth to other deliveries; None where that is not known.
    """

    transporter_id: int
    verdict: Verdict
    place: int | None
    scores: Scores | None
    behind: float | None
    distance_km: float | None
    free_kg: float | None
    active: int | None
    max_active: int | None
    rating: float | None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One of them at length: all that stood against it, and what alone would have been enough where nothing did."""

    considered: Considered
    barriers: list[Barrier]
    ways: list[str]


class ExplainedDecision:
    """One delivery's share of a decision. Scores everybody anew, so off the event loop for thousands."""

    def __init__(self, decision: Decision, place: int) -> None:
        """``place``: the delivery's row among the parcels."""
        self.snapshot = Snapshot.unpack(decision.packed)
        self.delivery_id = int(self.snapshot.parcels.ids[place])
        distance, rating, capacity, workload = decision.weights
        own = self.snapshot.rule_of(place)
        radius_m, weights = own or (decision.radius_m, (distance, rating, capacity, workload))
        self.params = Params(weights=weights, radius_m=radius_m, load="sum")
        self._place = place
        locked = [person for delivery, person in self.snapshot.locked if delivery == self.delivery_id]
        self.by_hand = bool(locked)
        row = int(self.snapshot.outcome.person[place])
        chosen = locked[0] if locked else None
        self.chosen_id = int(self.snapshot.people.ids[row]) if row >= 0 else chosen
        self._chosen_row = row
        self._barred = {person for delivery, person in self.snapshot.forbidden if delivery == self.delivery_id}

    @property
    def reason(self) -> Reason:
        """Why nobody got it; NONE where somebody did."""
        return Reason(int(self.snapshot.outcome.reason[self._place]))

    @property
    def candidates(self) -> int:
        """How many could have had it, whatever else the plan did."""
        return int(np.count_nonzero(self._ranking.reason == Reason.NONE))

    def best(self, count: int) -> list[Considered]:
        """The candidates of the highest scores, and the chosen one wherever it stands."""
        rows = self._order[:count].tolist()
        if self._chosen_row >= 0 and self._chosen_row not in rows:
            rows.append(self._chosen_row)
        return [self._considered(row) for row in rows]

    def everyone(self) -> list[Considered]:
        """All who were online, by id."""
        return [self._considered(row) for row in range(self.snapshot.people.ids.size)]

    def counts(self) -> dict[Verdict, int]:
        """How many were no candidates, by the first thing that stood against them."""
        found: dict[Verdict, int] = {}
        for row in np.flatnonzero(self._ranking.reason != Reason.NONE).tolist():
            verdict = self._barrier(row)
            found[verdict] = found.get(verdict, 0) + 1
        return found

    def was_online(self, transporter_id: int) -> bool:
        """Whether it was on the map when this was decided."""
        return self._row(transporter_id) is not None

    def why_not(self, transporter_id: int) -> WhyNot:
        """About one, who need not have been online."""
        row = self._row(transporter_id)
        if row is None:
            verdict = Verdict.CHOSEN if transporter_id == self.chosen_id else Verdict.OFFLINE
            nowhere = Considered(transporter_id, verdict, *[None] * 8)
            words = [] if verdict is Verdict.CHOSEN else [Barrier(verdict, "Being online: nothing was heard of it.")]
            return WhyNot(nowhere, words, [])
        considered, pair = self._considered(row), self._pair(row)
        if considered.verdict is Verdict.CHOSEN:
            return WhyNot(considered, [], [])
        barriers = barriers_of(pair, self.params.radius_m / 1000)
        behind = considered.behind if considered.verdict is Verdict.OUTBID else None
        return WhyNot(considered, barriers, [] if behind is None else ways_to(pair, behind, self.params))

    def _row(self, transporter_id: int) -> int | None:
        ids = self.snapshot.people.ids
        at = int(np.searchsorted(ids, transporter_id))
        return at if at < ids.size and int(ids[at]) == transporter_id else None

    def _considered(self, row: int) -> Considered:
        people = self.snapshot.people
        terms, score = self._scored(row)
        is_candidate = self._ranking.reason[row] == Reason.NONE
        return Considered(
            int(people.ids[row]),
            self._verdict(row),
            int(self._places[row]) if is_candidate else None,
            scores_of(terms, score) if is_candidate else None,
            self._behind(row) if is_candidate and row != self._chosen_row else None,
            self._km(row),
            float(people.free_kg[row]),
            int(people.active[row]),
            int(people.max_active[row]),
            float(people.rating[row]),
        )

    def _verdict(self, row: int) -> Verdict:
        transporter_id = int(self.snapshot.people.ids[row])
        if transporter_id == self.chosen_id:
            return Verdict.CHOSEN
        ruled_out = self._ruled_out(transporter_id)
        if ruled_out is not None:
            return ruled_out
        if self._ranking.reason[row] != Reason.NONE:
            return self._barrier(row)
        if self.by_hand:
            return Verdict.BY_HAND
        return Verdict.OUTBID if self._behind(row) > TIE else Verdict.EQUAL

    def _ruled_out(self, transporter_id: int) -> Verdict | None:
        """What no score makes good."""
        if transporter_id in self._barred:
            return Verdict.FORBIDDEN
        if (self.delivery_id, transporter_id) in self.snapshot.gave_back:
            return Verdict.GAVE_BACK
        return Verdict.CHANGED if transporter_id in self.snapshot.changed else None

    def _barrier(self, row: int) -> Verdict:
        standing = int(self.snapshot.people.standing[row])
        if standing in OF_STANDING:
            return OF_STANDING[standing].why
        return _OF_REASON[Reason(int(self._ranking.reason[row]))]

    def _behind(self, row: int) -> float:
        """Points less than the best, or than nobody, by the prices of the plan."""
        best = self._worth[self._chosen_row] if self._chosen_row >= 0 else 0.0
        return float(best - self._worth[row])

    def _scored(self, row: int) -> tuple[npt.NDArray[np.float64], float]:
        """Terms and score as the next of its parcels; of the chosen one with the slot that it got."""
        outcome, most = self.snapshot.outcome, max(int(self.snapshot.people.max_active[row]), 1)
        before = int(outcome.slot[self._place]) if row == self._chosen_row else int(self._given[row])
        fall = 100.0 * before / most
        terms = self._ranking.terms[row].copy()
        terms[3] -= fall
        return terms, self._ranking.score[row] - self.params.weights[3] / self.params.total_weight * fall

    def _pair(self, row: int) -> Pair:
        people, parcels = self.snapshot.people, self.snapshot.parcels
        return Pair(
            int(people.standing[row]),
            self._km(row),
            float(people.rating[row]),
            float(people.free_kg[row]),
            int(people.active[row]),
            int(people.max_active[row]),
            float(parcels.weight_kg[self._place]),
        )

    def _km(self, row: int) -> float | None:
        return float(self._distances_km[row]) if self.snapshot.parcels.located[self._place] else None

    @cached_property
    def _distances_km(self) -> npt.NDArray[np.float64]:
        people, parcels = self.snapshot.people, self.snapshot.parcels
        here = float(parcels.lat[self._place]), float(parcels.lon[self._place])
        return great_circles_m(*here, people.lat, people.lon) / 1000

    @cached_property
    def _given(self) -> npt.NDArray[np.int64]:
        """How many parcels each got in the plan."""
        person = self.snapshot.outcome.person
        return np.bincount(person[person >= 0], minlength=self.snapshot.people.ids.size)

    @cached_property
    def _worth(self) -> npt.NDArray[np.float64]:
        """Score less what the place and the room are worth to others."""
        outcome, weight = self.snapshot.outcome, float(self.snapshot.parcels.weight_kg[self._place])
        worth = self._ranking.score.copy()
        if outcome.price.size:
            worth -= outcome.price + outcome.weight_price * weight
        return worth

    @cached_property
    def _order(self) -> npt.NDArray[np.int64]:
        return self._ranking.order

    @cached_property
    def _places(self) -> npt.NDArray[np.int64]:
        places = np.zeros(self.snapshot.people.ids.size, dtype=np.int64)
        places[self._order] = np.arange(1, self._order.size + 1)
        return places

    @cached_property
    def _ranking(self) -> Ranking:
        parcels, place = self.snapshot.parcels, self._place
        located = bool(parcels.located[place])
        return rank(
            float(parcels.lat[place]) if located else None,
            float(parcels.lon[place]) if located else None,
            float(parcels.weight_kg[place]),
            transporters_of(self.snapshot),
            self.params,
            top_k=self.snapshot.people.ids.size,
        )


def transporters_of(snapshot: Snapshot) -> Transporters:
    """Everybody of a snapshot as the scoring wants them; those with something against them are not available."""
    people = snapshot.people
    return Transporters(
        people.lat,
        people.lon,
        people.rating,
        people.free_kg,
        people.active,
        people.max_active,
        people.standing == Standing.FITS,
        key=people.ids,
    )

"""The market of one call: everything about its pairs that does not depend on who gets whom."""

from functools import cached_property
from typing import Protocol

import numpy as np

from scoring.arrays import Bools, Floats, Ints
from scoring.geometry import arc_m, squared_chords
from scoring.inputs import Deliveries, Params, Transporters
from scoring.rules import rules_of
from scoring.terms import (
    BEST,
    Pairs,
    Term,
    active_terms,
    capacity_term,
    distance_term,
    rating_term,
    workload_term,
)

_WEIGHT_GROUPS = 5


class PairSource(Protocol):
    """What a search for plans needs to know of a market, geographic or not."""

    n: int
    m: int
    slot_start: Ints
    slot_gain: Floats
    open_slots: Ints
    capacity_kg: Floats

    def gain(self, i: Ints, j: Ints) -> Floats:
        """(E,) points of pairs without the slot's, -inf where not feasible."""

    def load(self, i: Ints, j: Ints) -> Floats:
        """(E,) room that each pair takes of its transporter's."""


class Market:
    """Prepared gains of pairs and slots.

    A plan's value is a sum of pair gains and slot gains: ``gain(i, j)`` holds every term but the workload,
    and the k-th package given to j adds the k-th gain of its slots, which never rise with k.

    Parameters
    ----------
    deliveries, transporters, params
        As given to `solve`.
    bonus
        (N,) added to every gain of a delivery, in points; how assignments are put before scores.
    forbidden
        (K, 2) rows of deliveries and transporters that may not be paired.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        transporters: Transporters,
        params: Params,
        bonus: Floats | None = None,
        forbidden: Ints | None = None,
    ) -> None:
        self.deliveries, self.transporters, self.params = deliveries, transporters, params
        self.n, self.m = len(deliveries), len(transporters)
        pairs = np.zeros((0, 2), dtype=np.int64) if forbidden is None else forbidden
        self.forbidden: Ints = pairs[:, 0] * np.int64(max(self.m, 1)) + pairs[:, 1]
        self.rules = rules_of(deliveries, params)
        shares = [weight / params.total_weight for weight in params.weights]
        if self.rules is not None:
            shares[3] = float(self.rules.shares[:, 3].min(initial=np.inf)) if self.n else 0.0
        self.distance_share, rating_share, self.capacity_share, self.workload_share = shares
        self.located: Bools = np.ones(self.n, dtype=np.bool_) if deliveries.located is None else deliveries.located
        self.bonus: Floats = np.zeros(self.n) if bonus is None else bonus
        self.row_gain: Floats = self.bonus.copy()
        self.stars: Floats = rating_term(transporters.rating)
        self.column_gain: Floats = np.zeros(self.m) if self.rules is not None else rating_share * self.stars
        self.pair_terms: list[tuple[Term, float]] = []
        for term, weight in active_terms(deliveries, transporters, params):
            share = weight / params.total_weight
            if term.of == "delivery":
                self.row_gain += share * term.function(deliveries)
            elif term.of == "transporter":
                self.column_gain += share * term.function(transporters)
            else:
                self.pair_terms.append((term, share))
        self.weight_kg: Floats = deliveries.weight_kg
        self.capacity_kg: Floats = transporters.free_capacity_kg
        slots = np.minimum(transporters.slots, self.n)
        self.slot_start: Ints = np.concatenate(([0], np.cumsum(slots))).astype(np.int64)
        self.open_slots: Ints = slots
        self.slot_gain: Floats = self.workload_share * self.slot_workload(slots)
        self.first_gain: Floats = np.zeros(self.m)
        self.first_gain[slots > 0] = self.slot_gain[self.slot_start[:-1][slots > 0]]

    @cached_property
    def first_workload(self) -> Floats:
        """(M,) workload term of each one's next package."""
        return workload_term(self.transporters.active, 0, self.transporters.max_active)

    def slot_workload(self, slots: Ints) -> Floats:
        """Workload term of every slot, transporter by transporter."""
        owner = np.repeat(np.arange(self.m), slots)
        extra = np.arange(owner.size) - self.slot_start[owner]
        return workload_term(self.transporters.active[owner], extra, self.transporters.max_active[owner])

    @cached_property
    def weight_group(self) -> Ints:
        """(N,) deliveries of like weight, see `weight_groups`."""
        return weight_groups(self.weight_kg, self.capacity_kg[self.open_slots > 0])

    def distance_m(self, i: Ints, j: Ints) -> Floats:
        """(E,) great-circle metres of pairs; 0 where the delivery is not located."""
        chords = squared_chords(self.deliveries.vectors[:, i], self.transporters.vectors[:, j])
        return np.where(self.located[i], arc_m(chords), 0.0)

    def gain(self, i: Ints, j: Ints) -> Floats:
        """Gain of pairs without the slot's.

        Parameters
        ----------
        i, j
            (E,) rows of both sides.

        Returns
        -------
        numpy.ndarray
            (E,) points; -inf where the pair is not feasible.
        """
        distance = self.distance_m(i, j)
        return self._combine(i, j, distance, capacity_term(self.weight_kg[i], self.capacity_kg[j]))

    def load(self, i: Ints, j: Ints) -> Floats:
        """(E,) kg that each pair takes of its transporter's free capacity."""
        return np.broadcast_to(self.weight_kg[i], j.shape)

    def block(self, rows: Ints, columns: Ints) -> Floats:
        """`gain` of every pair of some rows and columns, (R, C), without forming index arrays first."""
        chords = squared_chords(self.deliveries.vectors[:, rows, None], self.transporters.vectors[:, None, columns])
        distance = arc_m(chords)
        distance[~self.located[rows]] = 0.0
        capacity = capacity_term(self.weight_kg[rows, None], self.capacity_kg[columns])
        return self._combine(rows[:, None], columns, distance, capacity)

    def _combine(self, i: Ints, j: Ints, distance: Floats, capacity: Floats) -> Floats:
        radius_m = self.radius_m(i)
        near = distance_term(distance, radius_m)
        near[~np.broadcast_to(self.located[i], near.shape)] = 0.0
        if self.rules is None:
            out = near * self.distance_share
            out += self.capacity_share * capacity
        else:
            shares = self.rules.shares[i]
            out = near * shares[..., 0]
            out += shares[..., 2] * capacity
            out += shares[..., 1] * self.stars[j]
            out += (shares[..., 3] - self.workload_share) * self.first_workload[j]
        out += self.row_gain[i] + self.column_gain[j]
        if self.pair_terms:
            out += self._optional(i, j, distance)
        infeasible = (distance > radius_m) | (self.weight_kg[i] > self.capacity_kg[j])
        infeasible |= np.broadcast_to(self.open_slots[j] == 0, infeasible.shape)
        if self.forbidden.size:
            infeasible |= np.isin(np.broadcast_to(i * np.int64(max(self.m, 1)) + j, infeasible.shape), self.forbidden)
        out[infeasible] = -np.inf
        return out

    def _optional(self, i: Ints, j: Ints, distance: Floats) -> Floats:
        rows = np.broadcast_to(i, distance.shape).ravel()
        columns = np.broadcast_to(j, distance.shape).ravel()
        pairs = Pairs(self.deliveries, self.transporters, rows, columns, distance.ravel())
        total = np.zeros(distance.size)
        for term, share in self.pair_terms:
            total += share * term.function(pairs)
        return total.reshape(distance.shape)

    def radius_m(self, i: Ints) -> Floats | float:
        """The radius of deliveries, one number where it is that of all."""
        return self.params.radius_m if self.rules is None else self.rules.radius_m[i]

    def overcount(self, i: Ints, j: Ints, extra: Ints) -> Floats:
        """(E,) points that the gains of pairs and slots together say more than a delivery's own weights.

        Slots fall as the lightest weight of the workload says, so that they are the same for all deliveries; what a
        later slot costs a delivery of a greater weight is counted once it is known who has which.
        """
        if self.rules is None:
            return np.zeros(i.size)
        fall = BEST * extra / np.maximum(self.transporters.max_active[j], 1)
        over: Floats = (self.rules.shares[i, 3] - self.workload_share) * fall
        return over

    @property
    def beyond_trees(self) -> bool:
        """Whether pairs differ in what no tree knows: optional terms of pairs, or being forbidden."""
        return bool(self.pair_terms) or self.forbidden.size > 0

    @property
    def by_pairs(self) -> bool:
        """Whether one tree does not know all pairs: also where deliveries have rules of their own."""
        return self.beyond_trees or self.rules is not None

    @property
    def pair_term_ceiling(self) -> float:
        """The most that all optional terms of pairs can add to a gain."""
        return BEST * sum(share for _, share in self.pair_terms)

    def main_terms(self, i: Ints, j: Ints, extra: Ints) -> Floats:
        """(E, 4) distance, rating, capacity and workload of pairs, `extra` packages given before each."""
        near = distance_term(self.distance_m(i, j), self.radius_m(i))
        near[~self.located[i]] = 0.0
        t = self.transporters
        return np.column_stack(
            (
                near,
                rating_term(t.rating[j]),
                capacity_term(self.weight_kg[i], self.capacity_kg[j]),
                workload_term(t.active[j], extra, t.max_active[j]),
            )
        )


def weight_groups(weight_kg: Floats, capacity_kg: Floats) -> Ints:
    """(N,) group of each delivery: light ones that everybody carries alike, heavier ones by quantiles.

    Within a group the capacity term is bounded by that of the lightest, so groups keep ceilings tight.

    Parameters
    ----------
    weight_kg
        (N,) of the deliveries.
    capacity_kg
        (C,) free capacities of the transporters that can take any.
    """
    groups = np.zeros(weight_kg.size, dtype=np.int64)
    if not capacity_kg.size:
        return groups
    heavy: Bools = 2.0 * weight_kg > capacity_kg.min()
    if heavy.any():
        cuts = np.quantile(weight_kg[heavy], np.linspace(0.0, 1.0, _WEIGHT_GROUPS)[:-1])
        groups[heavy] = np.searchsorted(cuts, weight_kg[heavy], side="right")
    return groups

"""What a decision is kept as: everybody who was online at it, the parcels, and who got which."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.assignments.exclusions import UNLESS_EXPIRED
from dispatch.assignments.pool import URGENCY, Pool
from dispatch.assignments.ranked import nearest_reason
from dispatch.assignments.rules import Rules
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays
from dispatch.database.work import Work
from dispatch.decisions.snapshot import LEFT_OUT, OTHER_VEHICLE, Outcome, Parcels, People, Snapshot
from dispatch.decisions.store import Asked, Terms, keep_decision
from dispatch.deliveries.models import Delivery
from dispatch.transporters.kept import Standing
from scoring import VERSION, Plan, Ranking, Reason

Pairs = Sequence[tuple[int, int]]


class SingleDecision:
    """The record of a decision about one delivery."""

    def __init__(
        self, delivery: Delivery, pool: Pool, ranking: Ranking, rules: Rules, *, gave_back: Collection[int] = ()
    ) -> None:
        self._parcels = Parcels(
            np.array([delivery.id]),
            np.array([delivery.pickup_lat or 0.0]),
            np.array([delivery.pickup_lon or 0.0]),
            np.array([delivery.pickup_lat is not None]),
            np.array([float(delivery.package_weight)]),
            np.array([URGENCY[delivery.priority]]),
        )
        self._pool = pool
        could = pool.ids[ranking.reason == Reason.NONE]
        refused = could.size and np.isin(could, list(gave_back)).all()
        self._nobody = Reason.FORBIDDEN if refused else nearest_reason(ranking)
        self._terms = terms_of(rules, pool)
        self._delivery_id = delivery.id
        self._chosen: int | None = None
        self._by_hand = False
        self._gave_back = sorted(gave_back)
        self._changed: list[int] = []
        self._ruled_out: list[int] = []

    def choose(self, transporter_id: int | None, *, by_hand: bool = False) -> None:
        """Who is to get it; ``by_hand``: because somebody said so."""
        self._chosen, self._by_hand = transporter_id, by_hand

    def rule_out(self, transporter_ids: Sequence[int]) -> None:
        """Whoever scores higher and could not be it for another reason than the score."""
        self._ruled_out.extend(transporter_ids)

    def note_change(self, transporter_id: int) -> None:
        """This one could not take it any more when it was written."""
        self._changed.append(transporter_id)

    def pack(self) -> bytes:
        """Some milliseconds for ten thousand people, so off the event loop."""
        people, chosen = people_of(self._pool), self._chosen
        rows = rows_of(people, np.array([-1 if chosen is None else chosen]))
        reason = Reason.NONE if chosen is not None else self._nobody
        outcome = Outcome(rows, np.zeros(1, dtype=np.int64), np.array([int(reason)]))
        locked = [(self._delivery_id, chosen)] if self._by_hand and chosen is not None else []
        gave_back = [(self._delivery_id, who) for who in self._gave_back]
        forbidden = [(self._delivery_id, who) for who in sorted(self._ruled_out)]
        return Snapshot(
            people, self._parcels, outcome, locked, forbidden, changed=self._changed, gave_back=gave_back
        ).pack()

    async def keep(self, work: Work, asked: Asked, packed: bytes) -> None:
        """In the transaction of the assignment."""
        await keep_decision(
            work, asked, self._terms, packed, online=len(self._pool.online), delivery_ids=[self._delivery_id]
        )


def packed_plan(
    deliveries: Sequence[WaitingDelivery],
    pool: Pool,
    plan: Plan,
    locked: Pairs = (),
    forbidden: Pairs = (),
    gave_back: Collection[tuple[int, int]] = (),
    rules: Sequence[Rules] = (),
) -> bytes:
    """A plan for many, whose rows are those of the pool; for thousands, off the event loop.

    ``rules``: of each delivery, kept where they differ.
    """
    people, parcels = people_of(pool), delivery_arrays(deliveries)
    of_pool = rows_of(people, pool.ids)
    person = np.append(of_pool, -1)[plan.transporter]
    price, weight_price = np.zeros(people.ids.size), np.zeros(people.ids.size)
    price[of_pool], weight_price[of_pool] = plan.price, plan.weight_price
    located = np.ones(person.size, dtype=np.bool_) if parcels.located is None else parcels.located
    ids = np.array([one.id for one in deliveries], dtype=np.int64)
    urgency = np.zeros(person.size) if parcels.priority is None else parcels.priority
    return Snapshot(
        people,
        Parcels(ids, parcels.lat, parcels.lon, located, parcels.weight_kg, urgency),
        Outcome(person, plan.slot, plan.reason, price, weight_price),
        list(locked),
        list(forbidden),
        gave_back=sorted(gave_back),
        **_kept(rules),
    ).pack()


def _kept(rules: Sequence[Rules]) -> dict[str, Any]:
    """Rules by their numbers, where there is more than one."""
    numbers = {one: number for number, one in enumerate(dict.fromkeys(rules))}
    if len(numbers) < 2:  # noqa: PLR2004  all are judged alike
        return {}
    return {
        "rules": [(one.radius_m, one.weights) for one in numbers],
        "rule": np.array([numbers[one] for one in rules], dtype=np.int64),
    }


def terms_of(rules: Rules, pool: Pool) -> Terms:
    """Under which the scoring decides."""
    return Terms(VERSION, rules.weights, rules.radius_m, pool.vehicle_type)


def people_of(pool: Pool) -> People:
    """Everybody who is on the map, with what stands against each whatever the parcel."""
    rows, places = pool.online, pool.online_places
    everybody = pool.everybody
    ids, standing = everybody.keys[rows], everybody["standing"][rows].astype(np.int64)
    standing[(everybody["papers_until"][rows] < pool.today) & UNLESS_EXPIRED[standing]] = Standing.PAPERS
    fits = standing == Standing.FITS
    if np.count_nonzero(fits) != len(pool):
        barred = np.flatnonzero(fits & ~pool.candidates.places_of(ids)[1])
        of_type = everybody["vehicle_type"][rows[barred]] == pool.vehicle_type
        standing[barred] = np.where(of_type | (pool.vehicle_type is None), LEFT_OUT, OTHER_VEHICLE)
    return People(
        ids,
        standing,
        pool.places.lat[places],
        pool.places.lon[places],
        everybody["rating"][rows],
        everybody["free_kg"][rows],
        everybody["active"][rows],
        everybody["max_active"][rows],
    )


def rows_of(people: People, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The row of each id, -1 for who is not among them."""
    if not people.ids.size:
        return np.full(ids.size, -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(people.ids, ids), people.ids.size - 1)
    return np.where(people.ids[at] == ids, at, -1)

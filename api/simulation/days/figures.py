"""A day in figures: the same for every way of dispatching, from what its parcels and couriers went through."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from api.simulation.days.day import Day
from api.simulation.days.parcels import Parcel
from api.simulation.days.run import Outcome

CDF_MINUTES = range(0, 181, 5)
LEAST_ON_DUTY_S = 1_800.0
"""Who was on duty for less is not counted among those who share the work."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Minutes, kilometres and shares of 1; None where there is nothing to count.

    ``waiting``: from placement until a courier has it. ``at_door``: from placement to the door. ``late``: of all
    orders, those at the door after the target or never. ``waited_at_restaurants_min``: of all couriers together, until
    parcels were ready. ``work_gini``: of the parcels an hour on duty, 0 where all couriers have the same. ``churn``: of
    a hundred assigned orders, how often one was taken from its courier before the pickup. ``score``: mean of the
    server's scores of who got each parcel first, 0 to 100; ``score_sum``: their sum.
    """

    policy: str
    orders: int
    assigned: int
    delivered: int
    late: int
    late_share: float
    waiting_median_min: float | None
    waiting_p90_min: float | None
    at_door_median_min: float | None
    at_door_p90_min: float | None
    to_pickups_km: float
    total_km: float
    to_pickup_mean_km: float | None
    waited_at_restaurants_min: float
    utilisation: float | None
    work_gini: float | None
    churn: float
    withdrawals: dict[str, int]
    moved: dict[str, int]
    moved_free: int | None
    moved_accepted: int | None
    score: float | None
    score_sum: float
    scored: int
    offers: dict[str, int]
    acceptance: float | None
    door_curve: list[float]
    """Share of all orders that were at the door within 0, 5, … 180 minutes."""
    unheard: int
    calls: int
    moments: int
    real_s: float

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return asdict(self)


def figures_of(outcome: Outcome, day: Day) -> DayFigures:
    """Count and measure."""
    parcels = outcome.parcels
    assigned = [parcel for parcel in parcels if parcel.assignments]
    at_door = [(parcel.delivered_s - parcel.placed_s) / 60 for parcel in parcels if parcel.delivered_s is not None]
    waiting = [(parcel.assignments[0].at_s - parcel.placed_s) / 60 for parcel in assigned]
    late = len(parcels) - sum(minutes <= day.target_min for minutes in at_door)
    work = [rider.work for rider in outcome.riders if rider.work.on_s > 0]
    on_s = sum(one.on_s for one in work)
    to_pickups_km, loaded_km = sum(one.empty_m for one in work) / 1000, sum(one.loaded_m for one in work) / 1000
    withdrawals = _withdrawals(parcels)
    scores = list(outcome.scores.values())
    answered = sum(outcome.offers[name] for name in ("accept", "decline", "nothing"))
    return DayFigures(
        policy=outcome.policy.name,
        orders=len(parcels),
        assigned=len(assigned),
        delivered=len(at_door),
        late=late,
        late_share=round(late / len(parcels), 4),
        waiting_median_min=quantile(waiting, 0.5),
        waiting_p90_min=quantile(waiting, 0.9),
        at_door_median_min=quantile(at_door, 0.5),
        at_door_p90_min=quantile(at_door, 0.9),
        to_pickups_km=round(to_pickups_km, 1),
        total_km=round(to_pickups_km + loaded_km, 1),
        to_pickup_mean_km=round(to_pickups_km / len(at_door), 3) if at_door else None,
        waited_at_restaurants_min=round(sum(one.waited_s for one in work) / 60, 1),
        utilisation=round(sum(one.busy_s for one in work) / on_s, 4) if on_s else None,
        work_gini=gini([one.delivered / one.on_s for one in work if one.on_s >= LEAST_ON_DUTY_S]),
        churn=round(100 * sum(withdrawals.values()) / len(assigned), 2) if assigned else 0.0,
        withdrawals=withdrawals,
        moved=outcome.moved,
        moved_free=outcome.moved.get("free"),
        moved_accepted=outcome.moved.get("accepted"),
        score=round(sum(scores) / len(scores), 2) if scores else None,
        score_sum=round(sum(scores), 1),
        scored=len(scores),
        offers=outcome.offers,
        acceptance=round(outcome.offers["accept"] / answered, 3) if answered else None,
        door_curve=[round(sum(one <= edge for one in at_door) / len(parcels), 4) for edge in CDF_MINUTES],
        unheard=outcome.unheard,
        calls=outcome.calls,
        moments=outcome.moments,
        real_s=round(outcome.real_s, 1),
    )


def _withdrawals(parcels: Iterable[Parcel]) -> dict[str, int]:
    found: dict[str, int] = {}
    for parcel in parcels:
        for reason, count in parcel.withdrawals.items():
            found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items()))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share does not exceed, to a tenth; None of nothing."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 1)


def gini(values: Sequence[float]) -> float | None:
    """0 where all have the same, towards 1 where one has all; None where nobody has anything."""
    total, count = sum(values), len(values)
    if not total:
        return None
    weighted = sum(rank * value for rank, value in enumerate(sorted(values), start=1))
    return round(2 * weighted / (count * total) - (count + 1) / count, 3)

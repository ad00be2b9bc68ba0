"""Why a delivery got the transporter it has, why not another, and what would have to change."""

from dataclasses import dataclass

import numpy as np

from scoring.arrays import Floats
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params, Transporters
from scoring.ranking import rank
from scoring.result import Plan, Ranking, Reason


@dataclass(frozen=True, eq=False)
class Explanation:
    """One delivery and one transporter in the light of a plan.

    Attributes
    ----------
    delivery, transporter
        The rows asked about; -1 where the plan gave the delivery to nobody and no other was named.
    chosen
        Whether the plan made this pair.
    reason
        What bars the transporter whatever the plan, or ``OUTBID`` where the plan gave its slots to
        others, or ``NONE`` where the pair was made.
    score
        What the pair scores, with the workload of the slot it has or would come next; NaN where barred.
    terms
        (4,) distance, rating, capacity and workload behind it.
    price
        Points that one more slot of the transporter and the room the package takes are worth to others.
    margin
        Points by which the pair, less its price, beats (or, below 0, misses) the best the delivery has
        elsewhere at the plan's prices. A pair the plan did not make would have to score this much more, or
        its slots cost this much less, before it could be made without loss to the total.
    alternatives
        (K,) rows of the best other transporters by score less price, best first.
    """

    delivery: int
    transporter: int
    chosen: bool
    reason: Reason
    score: float
    terms: Floats
    price: float
    margin: float
    alternatives: tuple[int, ...]


def explain(
    plan: Plan,
    deliveries: Deliveries,
    transporters: Transporters,
    params: Params,
    *,
    delivery: int,
    transporter: int | None = None,
    top_k: int = 5,
) -> Explanation:
    """Say why `plan` did or did not give one delivery to one transporter.

    Parameters
    ----------
    plan, deliveries, transporters, params
        A plan and what it was made from.
    delivery
        The row asked about.
    transporter
        The row asked about; by default the one that the plan chose.
    top_k
        How many alternatives to name.

    Raises
    ------
    InputError
        If a row does not exist or the plan belongs to other sides.
    """
    _check(plan, deliveries, transporters, delivery, transporter)
    ranking = _ranked(deliveries, transporters, params, delivery)
    mine = int(plan.transporter[delivery])
    asked = mine if transporter is None else transporter
    cost = plan.price + plan.weight_price * deliveries.weight_kg[delivery]
    worth = np.where(np.isnan(ranking.score), -np.inf, ranking.score - cost)
    others = [int(j) for j in np.argsort(-worth, kind="stable") if j != asked and np.isfinite(worth[j])]
    named = tuple(others[:top_k])
    if asked < 0:
        reason = Reason(int(plan.reason[delivery]))
        return Explanation(delivery, -1, True, reason, 0.0, np.full(4, np.nan), 0.0, 0.0, named)
    margin = float(worth[asked] - max(worth[others[0]] if others else 0.0, 0.0))
    price = float(cost[asked])
    if mine == asked:
        score, terms = float(plan.score[delivery]), plan.terms[delivery]
        return Explanation(delivery, asked, True, Reason.NONE, score, terms, price, margin, named)
    barred = Reason(int(ranking.reason[asked]))
    score, terms = _next(plan, ranking, params, transporters, asked)
    reason = Reason.OUTBID if barred == Reason.NONE else barred
    return Explanation(delivery, asked, False, reason, score, terms, price, margin, named)


def _next(plan: Plan, ranking: Ranking, params: Params, transporters: Transporters, asked: int) -> tuple[float, Floats]:
    """Score and terms of a pair as the transporter's next package in the plan."""
    given = int((plan.transporter == asked).sum())
    terms = ranking.terms[asked].copy()
    fall = 100.0 * given / max(int(transporters.max_active[asked]), 1)
    terms[3] -= fall
    return float(ranking.score[asked] - params.weights[3] / params.total_weight * fall), terms


def _ranked(deliveries: Deliveries, transporters: Transporters, params: Params, row: int) -> Ranking:
    located = deliveries.located is None or bool(deliveries.located[row])
    return rank(
        float(deliveries.lat[row]) if located else None,
        float(deliveries.lon[row]) if located else None,
        float(deliveries.weight_kg[row]),
        transporters,
        params,
        top_k=0,
        priority=None if deliveries.priority is None else float(deliveries.priority[row]),
        deadline_s=None if deliveries.deadline_s is None else float(deliveries.deadline_s[row]),
        vehicle=None if deliveries.vehicle is None else int(deliveries.vehicle[row]),
        incumbent=None if deliveries.incumbent is None else int(deliveries.incumbent[row]),
    )


def _check(
    plan: Plan, deliveries: Deliveries, transporters: Transporters, delivery: int, transporter: int | None
) -> None:
    if plan.transporter.size != len(deliveries) or plan.price.size != len(transporters):
        raise InputError("plan", "was made from other deliveries or transporters")
    if not 0 <= delivery < len(deliveries):
        raise InputError("delivery", f"is {delivery}, outside 0 to {len(deliveries) - 1}")
    if transporter is not None and not 0 <= transporter < len(transporters):
        raise InputError("transporter", f"is {transporter}, outside 0 to {len(transporters) - 1}")

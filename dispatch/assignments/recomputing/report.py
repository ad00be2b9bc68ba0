"""A comparison as people and machines read it: km, minutes, points, deliveries a transporter."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dispatch.assignments.recomputing.comparing import Comparison, Sums
from scoring import VERSION

MOVED_NAMED = 100
"""So many of the transporters who would have gained or lost most are named."""


def figures_of(sums: Sums, loads: Iterable[int]) -> dict[str, Any]:
    """One side. ``spread``: how unequally deliveries fell to those who were online once."""
    return {
        "given": sums.given,
        "distance_km": round(sums.distance_m / 1000, 3),
        "score_by_kept_weights": round(sums.score_then, 3),
        "score_by_tried_weights": round(sums.score_now, 3),
        "promised": sums.promised,
        "late": sums.late,
        "late_minutes": round(sums.late_s / 60, 1),
        "spread": spread_of(loads),
    }


def spread_of(loads: Iterable[int]) -> dict[str, float]:
    """Mean, standard deviation and most of the deliveries a transporter, how many had none, and Gini's coefficient."""
    values = np.sort(np.fromiter(loads, dtype=np.float64))
    if not values.size:
        return {"transporters": 0, "mean": 0.0, "deviation": 0.0, "most": 0, "without": 0, "gini": 0.0}
    total = float(values.sum())
    ranks = 2 * np.arange(1, values.size + 1) - values.size - 1
    return {
        "transporters": values.size,
        "mean": round(total / values.size, 3),
        "deviation": round(float(values.std()), 3),
        "most": int(values[-1]),
        "without": int(np.count_nonzero(values == 0)),
        "gini": round(float(ranks @ values) / (values.size * total), 4) if total else 0.0,
    }


def report_of(found: Comparison) -> dict[str, Any]:
    """All but single changes, for machines."""
    moved = sorted(
        found.gained.keys() | found.lost.keys(),
        key=lambda who: (-abs(found.gained[who] - found.lost[who]), -found.gained[who], who),
    )
    return {
        "engine": VERSION,
        "decisions": found.decisions,
        "recomputed": found.recomputed,
        "not_recomputed": {why.value: number for why, number in sorted(found.not_recomputed.items())},
        "outside_zone": found.decisions - found.recomputed - found.not_recomputed.total(),
        "other_engine": found.other_engine,
        "unproven": found.unproven,
        "changed": {
            "decisions": found.changed,
            "of_another_engine": found.changed_by_engine,
            "deliveries": found.changed_deliveries,
        },
        "before": figures_of(found.before, (pair[0] for pair in found.loads.values())),
        "after": figures_of(found.after, (pair[1] for pair in found.loads.values())),
        "transporters": [
            {"transporter_id": who, "gained": found.gained[who], "lost": found.lost[who]} for who in moved[:MOVED_NAMED]
        ],
        "transporters_moved": len(moved),
        "days": [
            {"day": day.isoformat(), "before": _day(before), "after": _day(after)}
            for day, (before, after) in sorted(found.days.items())
        ],
    }


def _day(sums: Sums) -> dict[str, float]:
    return {
        "given": sums.given,
        "distance_km": round(sums.distance_m / 1000, 3),
        "score_by_tried_weights": round(sums.score_now, 3),
        "late": sums.late,
        "late_minutes": round(sums.late_s / 60, 1),
    }

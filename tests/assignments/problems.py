"""Problems for the solver's process."""

import sys

import numpy as np

from dispatch.assignments.solving import BulkProblem
from scoring import Deliveries, Transporters


def problem_of(size: int, *, time_limit_s: float = 10) -> BulkProblem:
    draw = np.random.default_rng(7)
    return BulkProblem(
        Deliveries(27.7 + draw.normal(0, 0.03, size), 85.3 + draw.normal(0, 0.03, size), draw.uniform(0.5, 5, size)),
        Transporters(
            27.7 + draw.normal(0, 0.03, size),
            85.3 + draw.normal(0, 0.03, size),
            draw.uniform(3, 5, size),
            draw.uniform(5, 50, size),
            np.zeros(size, dtype=np.int64),
            np.full(size, 3),
        ),
        radius_m=20_000,
        time_limit_s=time_limit_s,
    )


def is_compiled_code_loaded() -> bool:
    """Whether this process has what a plan with weights is made with, before anybody asked it for one."""
    cheapen = getattr(sys.modules.get("scoring.tolls"), "cheapen", None)
    return bool(getattr(cheapen, "signatures", []))

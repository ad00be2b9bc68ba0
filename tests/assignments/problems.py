"""Problems for the solver's process."""

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

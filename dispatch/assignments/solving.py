"""Solving a bulk assignment somewhere else than on the event loop."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring import Deliveries, Params, Plan, Transporters, solve
from scoring.inputs import Load
from scoring.result import Strategy

Weights: TypeAlias = tuple[float, float, float, float]
"""Of distance, rating, capacity and workload; only their ratios count."""

# However late a process comes to a problem, it has so long for it: enough for a plan of a city without a proof.
LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class BulkProblem:
    """What is to be solved; it can be sent to another process.

    ``weights``: of distance, rating, capacity and workload; ``forbidden``: (K, 2) rows of deliveries and transporters
    that may not be paired; ``previous``: a plan of nearly the same rows to begin from; ``optional``: weights of further
    terms.

    All packages of one transporter travel together, so their weights add up, unless ``load`` says otherwise.
    ``time_limit_s`` runs from ``asked_at``, by the machine's monotonic clock: who asks also waits while a process
    starts, or works on somebody else's problem. None for no limit: then the plan does not depend on the machine.
    """

    deliveries: Deliveries
    transporters: Transporters
    radius_m: float
    time_limit_s: float | None
    weights: Weights = Params().weights
    forbidden: npt.NDArray[np.int64] | None = None
    strategy: Strategy = "optimal"
    load: Load = "sum"
    previous: Plan | None = None
    optional: Mapping[str, float] = field(default_factory=dict)
    asked_at: float = field(default_factory=time.monotonic)

    def left_s(self) -> float | None:
        """How long the search may still take."""
        if self.time_limit_s is None:
            return None
        return max(LEAST_S, self.time_limit_s - (time.monotonic() - self.asked_at))

    def solve(self) -> Plan:
        """The plan of the highest total; the same for the same problem."""
        params = Params(weights=self.weights, radius_m=self.radius_m, load=self.load, optional=self.optional)
        return solve(
            self.deliveries,
            self.transporters,
            params,
            strategy=self.strategy,
            time_limit_s=self.left_s(),
            seed=0,
            forbidden=self.forbidden,
            previous=self.previous,
        )


class BulkSolver(Protocol):
    """Solves while the event loop goes on."""

    async def solve(self, problem: BulkProblem) -> Plan:
        """Raises Unavailable where it cannot be solved now."""
        ...

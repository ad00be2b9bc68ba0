"""Solving a bulk assignment somewhere else than on the event loop."""

from dataclasses import dataclass
from typing import Protocol

from scoring import Deliveries, Params, Plan, Transporters, solve


@dataclass(frozen=True, slots=True)
class BulkProblem:
    """What is to be solved; it can be sent to another process.

    All packages of one transporter travel together, so their weights add up.
    """

    deliveries: Deliveries
    transporters: Transporters
    radius_m: float
    time_limit_s: float

    def solve(self) -> Plan:
        """The plan of the highest total; the same for the same problem."""
        params = Params(radius_m=self.radius_m, load="sum")
        return solve(
            self.deliveries,
            self.transporters,
            params,
            strategy="optimal",
            time_limit_s=self.time_limit_s,
            seed=0,
        )


class BulkSolver(Protocol):
    """Solves while the event loop goes on."""

    async def solve(self, problem: BulkProblem) -> Plan:
        """Raises Unavailable where it cannot be solved now."""
        ...

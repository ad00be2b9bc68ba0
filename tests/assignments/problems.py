"""Problems for the solver's process."""

import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from dispatch.assignments.solving import BulkProblem
from scoring import Deliveries, Plan, Transporters
from tests.support.waiting import PATIENCE_S


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProblem(BulkProblem):
    """Takes as long as its test wants, on any machine: it is solved once a file is there."""

    until: Path

    def solve(self) -> Plan:
        ends_s = time.monotonic() + PATIENCE_S
        while not self.until.exists() and time.monotonic() < ends_s:
            time.sleep(0.01)
        return BulkProblem.solve(self)  # by name: a class with slots is made anew, and super() is of the former one


def held_problem_of(size: int, *, until: Path) -> HeldProblem:
    problem = problem_of(size, time_limit_s=1000)
    return HeldProblem(**{field.name: getattr(problem, field.name) for field in fields(problem)}, until=until)


def is_compiled_code_loaded() -> bool:
    """Whether this process has what a plan with weights is made with, before anybody asked it for one."""
    cheapen = getattr(sys.modules.get("scoring.tolls"), "cheapen", None)
    return bool(getattr(cheapen, "signatures", []))

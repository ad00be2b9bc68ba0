"""Who should carry what: scores of (delivery, transporter) pairs and assignments that are provably best.

Arrays in, frozen results out: no I/O, no clock but the time limit's, explicit seed. See docs/scoring.md.
"""

from scoring import optional_terms as _optional_terms  # noqa: F401 - registers them
from scoring.blocks import ScoreBlock, score_blocks
from scoring.errors import InputError
from scoring.explain import Explanation, explain
from scoring.inputs import Deliveries, Params, Transporters
from scoring.matrix import MatrixPlan, solve_matrix
from scoring.ranking import rank
from scoring.result import Plan, Ranking, Reason
from scoring.solver import solve
from scoring.terms import Pairs, Term, register

VERSION = 1
"""Raised whenever the same input may score differently, or the same input and seed give another plan."""

__all__ = [
    "VERSION",
    "Deliveries",
    "Explanation",
    "InputError",
    "MatrixPlan",
    "Pairs",
    "Params",
    "Plan",
    "Ranking",
    "Reason",
    "ScoreBlock",
    "Term",
    "Transporters",
    "explain",
    "rank",
    "register",
    "score_blocks",
    "solve",
    "solve_matrix",
]

"""Who should carry what: scores of (delivery, transporter) pairs and assignments that are provably best.

Arrays in, frozen results out: no I/O, no clock but the time limit's, explicit seed. See docs/scoring.md.
"""

from scoring import optional_terms as _optional_terms  # noqa: F401 - registers them
from scoring.errors import InputError
from scoring.inputs import Deliveries, Params, Transporters
from scoring.ranking import rank
from scoring.result import Plan, Ranking, Reason
from scoring.solver import solve
from scoring.terms import Pairs, Term, register

__all__ = [
    "Deliveries",
    "InputError",
    "Pairs",
    "Params",
    "Plan",
    "Ranking",
    "Reason",
    "Term",
    "Transporters",
    "rank",
    "register",
    "solve",
]

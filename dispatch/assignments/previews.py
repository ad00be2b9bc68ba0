"""What a plan is worth beside the greedy way, for whoever looks at it before it is carried out."""

import numpy as np

from dispatch.assignments.plan_problems import PlanProblem
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.results import PlanFigures, PlannedPair
from dispatch.geo import great_circles_between_m
from scoring import Plan


def figures_of(problem: PlanProblem, plan: Plan, greedy: Plan) -> PlanFigures:
    """Of a whole plan and of what the greedy way makes of the same problem; for thousands, off the event loop."""
    return PlanFigures(
        float(plan.total),
        float(plan.upper_bound),
        bool(plan.certified),
        problem.way_m(plan),
        float(greedy.total),
        problem.way_m(greedy),
        int(np.count_nonzero(greedy.transporter >= 0)),
    )


def planned_pairs(problem: PlanProblem, plan: Plan) -> list[PlannedPair]:
    """Who would get what by a plan without locked pairs. Both sides bear keys: the numbers of what they are."""
    parcels, people = problem.parcels, problem.people
    rows = np.flatnonzero(plan.transporter >= 0)
    who = plan.transporter[rows]
    ways = great_circles_between_m(parcels.lat[rows], parcels.lon[rows], people.lat[who], people.lon[who])
    found = []
    for place, row in enumerate(rows.tolist()):
        located = parcels.located is None or bool(parcels.located[row])
        found.append(
            PlannedPair(
                row if parcels.key is None else int(parcels.key[row]),
                int(who[place]) if people.key is None else int(people.key[who[place]]),
                scores_of(plan.terms[row], plan.score[row]),
                float(ways[place]) if located else None,
            )
        )
    return found

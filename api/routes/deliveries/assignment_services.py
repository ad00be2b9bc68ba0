"""What the routes are given of who gets which delivery, by a decision."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from api.adapters.solving import ProcessSolver
from api.routes.deliveries.carrying_services import CarryingServices
from dispatch.assignments.bulk import BulkAssignments
from dispatch.assignments.by_hand import AssignmentsByHand
from dispatch.assignments.candidates import Candidates
from dispatch.assignments.changes.calling_off import DeliveryChanges
from dispatch.assignments.changes.reassigning import Reassignments
from dispatch.assignments.changes.refusals import Refusals
from dispatch.assignments.changes.relieving import Reliefs
from dispatch.assignments.changes.undoing import Undoing
from dispatch.assignments.deciding import Deciding
from dispatch.assignments.plan_commits import PlanCommits
from dispatch.assignments.plans import AssignmentPlans
from dispatch.assignments.rules import AssignmentRules
from dispatch.assignments.run_tasks import RunTasks
from dispatch.assignments.service import Assignments
from dispatch.assignments.sets import AssignmentSets
from dispatch.database.work import Work
from dispatch.transporters.kept import KeptTransporters

Decides = TypeVar("Decides", bound=Deciding)


@dataclass(frozen=True, slots=True)
class AssignmentServices(CarryingServices):
    """Assigning, and changing what was assigned."""

    solver: ProcessSolver
    runs: RunTasks
    kept: KeptTransporters

    @property
    def assignment_rules(self) -> AssignmentRules:
        """By which radius and weights deliveries are assigned, place by place."""
        return AssignmentRules(self.settings.assign_radius_km * 1000, self.zones)

    def assignments(self, work: Work) -> Assignments:
        """Assigning in a unit of work."""
        return Assignments(
            work,
            self.clock,
            self.kept,
            self.live,
            self.deliveries(work),
            self.assignment_sets(work),
            rules=self.assignment_rules,
        )

    def bulk_assignments(self, work: Work) -> BulkAssignments:
        """Assigning many in a unit of work."""
        return BulkAssignments(
            work,
            self.clock,
            self.kept,
            self.live,
            self.assignment_sets(work),
            self.solver,
            rules=self.assignment_rules,
        )

    def plans(self, work: Work) -> AssignmentPlans:
        """Plans that are looked at first, in a unit of work."""
        return AssignmentPlans(work, self.clock, self.kept, self.live, self.solver, rules=self.assignment_rules)

    def plan_commits(self, work: Work) -> PlanCommits:
        """Committing them, in a unit of work."""
        return PlanCommits(work, self.clock, self.live, self.assignment_sets(work))

    def assignment_sets(self, work: Work) -> AssignmentSets:
        """Writing assignments in a unit of work."""
        return AssignmentSets(work, self.clock, self.publisher, road_factor=self.settings.road_factor, zones=self.zones)

    def candidates(self, work: Work) -> Candidates:
        """Who could carry a delivery, in a unit of work."""
        return Candidates(
            work,
            self.clock,
            self.kept,
            self.live,
            self.deliveries(work),
            rules=self.assignment_rules,
            road_factor=self.settings.road_factor,
        )

    def by_hand(self, work: Work) -> AssignmentsByHand:
        """A dispatcher's own decisions in a unit of work."""
        return self._deciding(AssignmentsByHand, work)

    def reassignments(self, work: Work) -> Reassignments:
        """Moving deliveries between transporters in a unit of work."""
        return self._deciding(Reassignments, work)

    def _deciding(self, kind: type[Decides], work: Work) -> Decides:
        return kind(
            work,
            self.clock,
            self.kept,
            self.live,
            self.publisher,
            self.taking(work),
            rules=self.assignment_rules,
        )

    def reliefs(self, work: Work) -> Reliefs:
        """Taking all that a transporter has from it, in a unit of work."""
        return Reliefs(work, self.clock, self.publisher, self.reassignments(work), self.bulk_assignments(work))

    def refusals(self, work: Work) -> Refusals:
        """What transporters give back in a unit of work."""
        deliveries = self.deliveries(work)
        return Refusals(work, self.clock, self.publisher, deliveries, times=self.handover_rules.times)

    def undoing(self, work: Work) -> Undoing:
        """What transporters take back of what they did a moment ago, in a unit of work."""
        within = timedelta(seconds=self.settings.undo_s)
        return Undoing(work, self.clock, self.taking(work), within=within)

    def delivery_changes(self, work: Work) -> DeliveryChanges:
        """Cancelling deliveries and changing their priority in a unit of work."""
        return DeliveryChanges(work, self.clock, self.publisher, self.deliveries(work))

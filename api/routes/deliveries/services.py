"""What the routes of deliveries are given."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.guess_limits import RedisGuessLimits
from api.adapters.solving import ProcessSolver
from api.process.resources import Feature
from api.routes.deliveries.proof_links import ProofLinks
from dispatch.assignments.bulk import BulkAssignments
from dispatch.assignments.by_hand import AssignmentsByHand
from dispatch.assignments.candidates import Candidates
from dispatch.assignments.changes.calling_off import DeliveryChanges
from dispatch.assignments.changes.reassigning import Reassignments
from dispatch.assignments.changes.refusals import Refusals
from dispatch.assignments.changes.relieving import Reliefs
from dispatch.assignments.changes.undoing import Undoing
from dispatch.assignments.plan_commits import PlanCommits
from dispatch.assignments.plans import AssignmentPlans
from dispatch.assignments.rules import AssignmentRules
from dispatch.assignments.run_tasks import RunTasks
from dispatch.assignments.service import Assignments
from dispatch.assignments.sets import AssignmentSets
from dispatch.cancellations.losses import Losses
from dispatch.cancellations.objections import Objections
from dispatch.cancellations.rests import Rests
from dispatch.cancellations.returns import Returns
from dispatch.database.work import Work
from dispatch.deliveries.attempts.rescheduling import Rescheduling
from dispatch.deliveries.attempts.service import AttemptRules, DeliveryAttempts
from dispatch.deliveries.expected_times import ExpectedTimes
from dispatch.deliveries.fees import DeliveryFees
from dispatch.deliveries.handing_over import HandingOver
from dispatch.deliveries.handover import HandoverRules
from dispatch.deliveries.instructing import Instructing
from dispatch.deliveries.making import DeliveryLimits, DeliveryMaking
from dispatch.deliveries.proof_keys import ProofKeys
from dispatch.deliveries.proving import Proving, Refused
from dispatch.deliveries.ratings import DeliveryRatings
from dispatch.deliveries.readdressing import Readdressing
from dispatch.deliveries.refused_steps import RefusedHandovers
from dispatch.deliveries.service import Deliveries
from dispatch.deliveries.step_times import TimeRules
from dispatch.deliveries.taking import Taking
from dispatch.offers.answers import OfferAnswers
from dispatch.offers.holding import Holding
from dispatch.offers.models import Exhausted, OfferMode
from dispatch.offers.notices import OfferNotices
from dispatch.offers.rounds import SearchRounds
from dispatch.offers.rules import OfferRules
from dispatch.offers.search import OfferSearches
from dispatch.offers.waves import WavePicker
from dispatch.ports import PhotoStore
from dispatch.proofs.codes import DeliveryCodes
from dispatch.rolling.asking import Asking
from dispatch.rolling.calls import PlanCalls
from dispatch.rolling.giving import Giving
from dispatch.rolling.leases import Leases
from dispatch.rolling.moving import Moving
from dispatch.rolling.nobody_left import NobodyLeft
from dispatch.rolling.planning import Planner
from dispatch.rolling.rounds import PoolSource, RollingRounds
from dispatch.rolling.rules import RollingRules
from dispatch.tracking.privacy import Privacy, Shown
from dispatch.tracking.unlocking import UnlockTokens
from dispatch.transporters.kept import KeptTransporters
from dispatch.zones.kept import Fees, KeptZones
from dispatch.zones.models import ZoneMode


@dataclass(frozen=True, slots=True)
class DeliveryServices(Feature):
    """The deliveries' share of a process."""

    photos: PhotoStore
    solver: ProcessSolver
    runs: RunTasks
    kept: KeptTransporters
    zones: KeptZones
    planner: Planner
    leader: str
    unlock_tokens: UnlockTokens
    guesses: RedisGuessLimits
    proof_keys: ProofKeys

    @property
    def usual_privacy(self) -> Privacy:
        """What is shown of parcels whose seller has chosen nothing."""
        return Privacy(position=Shown(self.settings.tracking_position))

    @property
    def assignment_rules(self) -> AssignmentRules:
        """By which radius and weights deliveries are assigned, place by place."""
        return AssignmentRules(self.settings.assign_radius_km * 1000, self.zones)

    @property
    def delivery_limits(self) -> DeliveryLimits:
        """The highest amounts that a delivery may name."""
        return DeliveryLimits(self.settings.max_delivery_fee, self.settings.max_package_value)

    @property
    def delivery_fees(self) -> DeliveryFees:
        """What deliveries cost that name no fee."""
        settings = self.settings
        usual = Fees(settings.delivery_fee_base, settings.delivery_fee_per_km)
        return DeliveryFees(usual, settings.max_delivery_fee, self.zones)

    def deliveries(self, work: Work) -> Deliveries:
        """The deliveries of a unit of work."""
        return Deliveries(work, self.clock, self.publisher, road_factor=self.settings.road_factor)

    def expected_times(self, work: Work) -> ExpectedTimes:
        """When they should be at their doors, in a unit of work."""
        return ExpectedTimes(work, self.clock, road_factor=self.settings.road_factor)

    def making(self, work: Work) -> DeliveryMaking:
        """Those that are made in a unit of work."""
        return DeliveryMaking(
            work,
            self.deliveries(work),
            limits=self.delivery_limits,
            fees=self.delivery_fees,
            proving=self.proving(work),
        )

    def taking(self, work: Work) -> Taking:
        """Who gets what in a unit of work."""
        return Taking(
            work,
            self.clock,
            self.publisher,
            self.deliveries(work),
            self.expected_times(work),
            times=self.handover_rules.times,
        )

    def handing_over(self, work: Work) -> HandingOver:
        """Pickups and handovers of a unit of work."""
        settings = self.settings
        return HandingOver(
            work,
            self.clock,
            self.photos,
            self.deliveries(work),
            self.expected_times(work),
            commission_rate=Decimal(settings.commission_rate),
            rules=self.handover_rules,
            proving=self.proving(work),
            follow=Rests(self.clock, self.publisher, road_factor=settings.road_factor).follow,
        )

    def proving(self, work: Work) -> Proving:
        """What proves steps, in a unit of work."""
        settings = self.settings
        refused = Refused(settings.handover_refuse_m, settings.handover_refuse_fix_s)
        return self.proof_keys.proving(work, self.clock, refused=refused)

    @property
    def handover_rules(self) -> HandoverRules:
        """What is believed of places and times."""
        settings = self.settings
        return HandoverRules(
            settings.handover_far_m,
            settings.handover_old_fix_s,
            settings.ping_max_speed_mps,
            settings.service_area,
            TimeRules(settings.ping_max_ahead_s, settings.step_max_age_h),
        )

    @property
    def attempt_rules(self) -> AttemptRules:
        """How often a parcel is tried, and how far ahead the next try may lie."""
        return AttemptRules(self.settings.max_attempts, timedelta(days=self.settings.next_try_days))

    def attempts(self, work: Work) -> DeliveryAttempts:
        """Attempts at the door in a unit of work."""
        return DeliveryAttempts(
            work,
            self.clock,
            self.deliveries(work),
            self.photos,
            proving=self.proving(work),
            rules=self.attempt_rules,
            handover_rules=self.handover_rules,
        )

    @property
    def refused_handovers(self) -> RefusedHandovers:
        """What proved steps that came too late."""
        return RefusedHandovers(self.database, self.clock, self.photos)

    def rescheduling(self, work: Work) -> Rescheduling:
        """When they are tried again, in a unit of work."""
        deliveries = self.deliveries(work)
        return Rescheduling(work, self.clock, self.publisher, deliveries, rules=self.attempt_rules)

    def readdressing(self, work: Work) -> Readdressing:
        """Where they go instead, in a unit of work."""
        return Readdressing(
            work,
            self.publisher,
            self.live,
            self.deliveries(work),
            self.expected_times(work),
            fees=self.delivery_fees,
            most_km=self.settings.address_change_km,
        )

    def instructing(self, work: Work) -> Instructing:
        """What couriers are told about the door, in a unit of work."""
        return Instructing(work, self.publisher, self.deliveries(work))

    def codes(self, work: Work) -> DeliveryCodes:
        """Customers' codes in a unit of work."""
        return self.proof_keys.delivery_codes(work, self.clock)

    @property
    def proof_links(self) -> ProofLinks:
        """Links to pictures that end."""
        settings = self.settings
        return ProofLinks(self.proof_keys.links, settings.public_url, settings.proof_link_s, self.clock)

    def ratings(self, work: Work) -> DeliveryRatings:
        """Customers' ratings in a unit of work."""
        return DeliveryRatings(work, self.deliveries(work))

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
        return AssignmentsByHand(
            work,
            self.clock,
            self.kept,
            self.live,
            self.publisher,
            self.taking(work),
            rules=self.assignment_rules,
        )

    def reassignments(self, work: Work) -> Reassignments:
        """Moving deliveries between transporters in a unit of work."""
        return Reassignments(
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

    def losses(self, work: Work) -> Losses:
        """What was lost or damaged in a unit of work."""
        deliveries = self.deliveries(work)
        return Losses(work, self.clock, self.publisher, deliveries, times=self.handover_rules.times)

    def objections(self, work: Work) -> Objections:
        """What buyers object to of what was told as delivered, in a unit of work."""
        deliveries, open_for = self.deliveries(work), timedelta(seconds=self.settings.objection_s)
        return Objections(work, self.clock, deliveries, self.losses(work), open_for=open_for)

    def returns(self, work: Work) -> Returns:
        """Parcels that go back to their sellers, in a unit of work."""
        most = self.attempt_rules.most
        factor = self.settings.road_factor
        return Returns(
            work,
            self.clock,
            self.publisher,
            self.deliveries(work),
            most_attempts=most,
            road_factor=factor,
            times=self.handover_rules.times,
        )

    def holding(self, work: Work) -> Holding:
        """Deliveries that people let wait, in a unit of work."""
        deliveries = self.deliveries(work)
        searches = OfferSearches(work, self.clock, deliveries)
        return Holding(work, self.clock, deliveries, searches)

    def delivery_changes(self, work: Work) -> DeliveryChanges:
        """Cancelling deliveries and changing their priority in a unit of work."""
        return DeliveryChanges(work, self.clock, self.publisher, self.deliveries(work))

    @property
    def offer_rules(self) -> OfferRules:
        """How transporters are asked."""
        settings = self.settings
        return OfferRules(
            OfferMode(settings.offer_mode),
            settings.offer_deadline_s,
            settings.offer_waves,
            settings.offer_all_most,
            settings.offer_stagger_s,
            settings.offer_moving_s,
            settings.offer_unanswered_most,
            Exhausted(settings.offer_exhausted),
        )

    def offer_searches(self, work: Work) -> OfferSearches:
        """A dispatcher's searches in a unit of work."""
        return OfferSearches(work, self.clock, self.deliveries(work))

    def offer_answers(self, work: Work) -> OfferAnswers:
        """Transporters' answers in a unit of work."""
        return OfferAnswers(work, self.clock, self.taking(work))

    @property
    def search_rounds(self) -> SearchRounds:
        """What carries searches on."""
        settings = self.settings
        picker = WavePicker(
            self.clock,
            self.kept,
            self.live,
            PlanCalls(self.clock),
            rules=self.assignment_rules,
            soft_cap=settings.offer_soft_cap,
        )
        return SearchRounds(
            self.database,
            self.clock,
            self.publisher,
            picker,
            self.offer_rules,
            lambda work, delivery_id: self.assignments(work).assign(delivery_id, None),
        )

    @property
    def offer_notices(self) -> OfferNotices:
        """What tells transporters of their offers."""
        return OfferNotices(self.database, self.clock, self.publisher)

    @property
    def rolling_rules(self) -> RollingRules:
        """What rolling dispatch goes by."""
        settings = self.settings
        return RollingRules(
            outside=settings.rolling,
            mode=ZoneMode(settings.rolling_mode),
            tick_s=settings.tick_s,
            gain_s=settings.rolling_gain_min * 60,
            stay_points=settings.rolling_stay_points,
            road_factor=settings.road_factor,
        )

    @property
    def rolling(self) -> RollingRounds:
        """The ticks of places that are dispatched by themselves."""
        rules = self.offer_rules
        return RollingRounds(
            self.database,
            self.clock,
            PoolSource(self.kept, self.live, self.clock),
            Leases(self.database, self.leader, self.rolling_rules),
            self.planner,
            Giving(self.database, self.assignment_sets),
            Asking(self.database, self.clock, self.offer_searches, rules.wanted),
            Moving(self.database, self.clock, self.publisher, self.taking),
            NobodyLeft(self.database),
            zones=self.zones,
            assignment=self.assignment_rules,
            rules=self.rolling_rules,
        )

    def close(self) -> None:
        """End the solver's processes."""
        self.solver.close()


GivenServices: TypeAlias = NamedDependency[SkipValidation[DeliveryServices]]
"""The parts of this feature, as its routes name them."""

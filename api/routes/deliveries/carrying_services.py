"""What the routes are given of deliveries that are made and carried, up to their doors."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from api.process.resources import Feature
from api.routes.deliveries.proof_links import ProofLinks
from dispatch.cancellations.rests import Rests
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
from dispatch.ports import PhotoStore
from dispatch.proofs.codes import DeliveryCodes
from dispatch.zones.kept import Fees, KeptZones


@dataclass(frozen=True, slots=True)
class CarryingServices(Feature):
    """Making, taking and handing over deliveries, and what proves it."""

    photos: PhotoStore
    zones: KeptZones
    proof_keys: ProofKeys

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

    def proving(self, work: Work) -> Proving:
        """What proves steps, in a unit of work."""
        settings = self.settings
        refused = Refused(settings.handover_refuse_m, settings.handover_refuse_fix_s)
        return self.proof_keys.proving(work, self.clock, refused=refused)

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

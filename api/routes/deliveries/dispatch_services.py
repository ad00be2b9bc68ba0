"""What the routes and rounds are given of dispatching by itself: asking transporters, and places that roll."""

from dataclasses import dataclass

from api.routes.deliveries.assignment_services import AssignmentServices
from dispatch.database.work import Work
from dispatch.offers.answers import OfferAnswers
from dispatch.offers.holding import Holding
from dispatch.offers.models import Exhausted, OfferMode
from dispatch.offers.notices import OfferNotices
from dispatch.offers.rounds import SearchRounds
from dispatch.offers.rules import OfferRules
from dispatch.offers.search import OfferSearches
from dispatch.offers.waves import WavePicker
from dispatch.rolling.asking import Asking
from dispatch.rolling.calls import PlanCalls
from dispatch.rolling.giving import Giving
from dispatch.rolling.leases import Leases
from dispatch.rolling.moving import Moving
from dispatch.rolling.nobody_left import NobodyLeft
from dispatch.rolling.planning import Planner
from dispatch.rolling.rounds import PoolSource, RollingRounds
from dispatch.rolling.rules import RollingRules
from dispatch.zones.models import ZoneMode


@dataclass(frozen=True, slots=True)
class DispatchServices(AssignmentServices):
    """Offers and rolling dispatch, and what people hold back from both."""

    planner: Planner
    leader: str

    def holding(self, work: Work) -> Holding:
        """Deliveries that people let wait, in a unit of work."""
        deliveries = self.deliveries(work)
        searches = OfferSearches(work, self.clock, deliveries)
        return Holding(work, self.clock, deliveries, searches)

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

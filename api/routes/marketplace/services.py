"""What the routes of the marketplace are given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.product_pictures import FOLDER, ProductPictures
from api.adapters.rate_limits import RateLimiter
from api.adapters.stores import build_store
from api.process.resources import Feature, Resources
from api.routes.deliveries.services import DeliveryServices
from dispatch.assignments.estimates.service import DeliveryEstimates
from dispatch.cancellations.order_refunds import OrderRefunds
from dispatch.cancellations.sale_calling_off import SaleCallingOff
from dispatch.catalogue.sums import PriceTerms
from dispatch.database.work import Work
from dispatch.deliveries.order_doors import OrderDoors
from dispatch.orders.service import OrderRules
from dispatch.payments.orders.completion import OrderCompletion
from dispatch.payments.orders.expiry import OrderExpiry
from dispatch.payments.refunds.sender import RefundSender
from dispatch.ports import PhotoStore
from dispatch.settings import Settings


@dataclass(frozen=True, slots=True)
class MarketplaceServices(Feature):
    """The marketplace's share of a process."""

    deliveries: DeliveryServices
    pictures: ProductPictures
    limiter: RateLimiter
    refunds: RefundSender
    expiry: OrderExpiry
    completion: OrderCompletion

    @property
    def prices(self) -> PriceTerms:
        """What the shop decides about tax and shipping."""
        return price_terms(self.settings)

    @property
    def order_rules(self) -> OrderRules:
        """What the shop decides about orders."""
        return OrderRules(self.prices, self.settings.unpaid_orders)

    def order_refunds(self, work: Work) -> OrderRefunds:
        """Cancelling and refunding orders in a unit of work."""
        return OrderRefunds(work, self.clock, self.deliveries.deliveries(work))

    def order_doors(self, work: Work) -> OrderDoors:
        """Where orders go whose parcels are not made, in a unit of work."""
        return OrderDoors(work, self.clock, self.settings.address_change_km)

    def estimates(self, work: Work) -> DeliveryEstimates:
        """What delivery of carts would cost and when it would come, in a unit of work."""
        deliveries = self.deliveries
        return DeliveryEstimates(
            work,
            self.clock,
            deliveries.kept,
            self.live,
            rules=deliveries.assignment_rules,
            fees=deliveries.delivery_fees,
            road_factor=self.settings.road_factor,
        )

    def sale_calling_off(self, work: Work) -> SaleCallingOff:
        """Calling single sales off in a unit of work."""
        return SaleCallingOff(work, self.clock, self.deliveries.deliveries(work))


GivenServices: TypeAlias = NamedDependency[SkipValidation[MarketplaceServices]]
"""The parts of this feature, as its routes name them."""


def price_terms(settings: Settings) -> PriceTerms:
    """What the shop decides about tax and shipping."""
    return PriceTerms(settings.vat_rate, settings.shipping_cost, settings.other_shipping_costs)


def build_marketplace_services(
    resources: Resources, deliveries: DeliveryServices, refunds: RefundSender, pictures: PhotoStore | None = None
) -> MarketplaceServices:
    """Join them. ``pictures``: where those of products are kept."""
    settings, database, clock = resources.settings, resources.database, resources.clock
    store = pictures or build_store(settings, f"media/{FOLDER}")
    return MarketplaceServices(
        resources,
        deliveries=deliveries,
        pictures=ProductPictures(store, settings.data_dir / "media"),
        limiter=RateLimiter(resources.redis, resources.keys),
        refunds=refunds,
        expiry=OrderExpiry(database, clock, expires_after=timedelta(hours=settings.order_expires_h)),
        completion=OrderCompletion(database, clock, grace=timedelta(seconds=settings.objection_s)),
    )

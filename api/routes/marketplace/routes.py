"""The routes of the marketplace, with what they are given."""

from litestar import Router

from api.http.described_examples import examples
from api.http.injected import given
from api.routes.marketplace.addresses import AddressController, ProvinceController
from api.routes.marketplace.analytics import AnalyticsController
from api.routes.marketplace.carts import CartController
from api.routes.marketplace.catalogue import ProductController
from api.routes.marketplace.categories import CategoryController
from api.routes.marketplace.delivery_estimates import DeliveryEstimateController
from api.routes.marketplace.delivery_fees import DeliveryFeeController
from api.routes.marketplace.examples import OF_OPERATIONS
from api.routes.marketplace.fiscal_years import FiscalYearController
from api.routes.marketplace.media import MediaController
from api.routes.marketplace.order_lists import OrderListController
from api.routes.marketplace.orders import OrderController
from api.routes.marketplace.product_pictures import ProductPictureController
from api.routes.marketplace.sale_invoices import SaleInvoiceController
from api.routes.marketplace.sales import SaleController
from api.routes.marketplace.services import MarketplaceServices
from api.routes.marketplace.setbacks import SetbackController
from api.routes.marketplace.spending import SpendingController
from api.routes.marketplace.stock import StockController
from api.routes.marketplace.tracking_privacy import TrackingPrivacyController


def marketplace_routes(services: MarketplaceServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            ProductController,
            CategoryController,
            ProductPictureController,
            StockController,
            MediaController,
            CartController,
            DeliveryEstimateController,
            ProvinceController,
            AddressController,
            OrderController,
            OrderListController,
            AnalyticsController,
            FiscalYearController,
            SpendingController,
            SaleController,
            SaleInvoiceController,
            DeliveryFeeController,
            SetbackController,
            TrackingPrivacyController,
        ],
        dependencies=given(services),
        opt=examples(OF_OPERATIONS),
    )

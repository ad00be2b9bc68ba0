"""The application: routes, dependencies, errors, documentation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig
from litestar.types import ControllerRouterHandler

from api.http.documentation import openapi_config, page_assets
from api.http.errors import EXCEPTION_HANDLERS
from api.http.idempotency import IdempotentRequests
from api.http.injected import GivenServices
from api.http.middleware.commit_counting import CountedCommits
from api.http.middleware.http_rules import HttpRules
from api.http.path_numbers import check_path_numbers
from api.http.queries import KnownQueries
from api.http.requests import JsonRequest
from api.http.security import BearerAuthentication
from api.monitoring.business import Business
from api.routes.accounts.accounts import AccountController
from api.routes.accounts.own_account import OwnAccountController
from api.routes.accounts.pages import AccountPageController
from api.routes.accounts.users import UserController
from api.routes.deliveries.assignments import AssignmentController
from api.routes.deliveries.deliveries import DeliveryController
from api.routes.deliveries.lists import DeliveryListController
from api.routes.deliveries.paths import PathController
from api.routes.marketplace.analytics import AnalyticsController
from api.routes.marketplace.carts import CartController
from api.routes.marketplace.catalogue import ProductController
from api.routes.marketplace.media import MediaController
from api.routes.marketplace.orders import OrderController
from api.routes.marketplace.sales import SaleController
from api.routes.operations.audit import AuditController
from api.routes.operations.health import HealthController
from api.routes.operations.metrics import MetricsController
from api.routes.operations.outbox import OutboxController
from api.routes.payments.held_payments import HeldPaymentController
from api.routes.payments.invoices import InvoiceController
from api.routes.payments.payments import PaymentController
from api.routes.payments.refunds import RefundController
from api.routes.payments.reviews import ReviewController
from api.routes.payments.webhooks import WebhookController
from api.routes.transporters.devices import DeviceController
from api.routes.transporters.nearby import NearbyController
from api.routes.transporters.phones import PhoneController
from api.routes.transporters.transporters import TransporterController
from api.server.services import Services, running
from api.sockets.endpoints import console_socket, track_socket, transporter_socket
from api.sockets.events import delivery_events
from dispatch.database.work import Work

MAX_BODY_BYTES = 2**20


CONTROLLERS: list[ControllerRouterHandler] = [
    AccountController,
    OwnAccountController,
    AccountPageController,
    UserController,
    AuditController,
    ProductController,
    MediaController,
    CartController,
    OrderController,
    PaymentController,
    InvoiceController,
    RefundController,
    HeldPaymentController,
    ReviewController,
    WebhookController,
    OutboxController,
    AnalyticsController,
    SaleController,
    TransporterController,
    NearbyController,
    DeviceController,
    PhoneController,
    DeliveryController,
    DeliveryListController,
    PathController,
    AssignmentController,
    HealthController,
    MetricsController,
    transporter_socket,
    track_socket,
    page_assets,
    console_socket,
    delivery_events,
]


def provide_services(state: State) -> Services:
    """The services of this process."""
    services: Services = state.services
    return services


async def provide_work(services: GivenServices) -> AsyncIterator[Work]:
    """The request's unit of work: committed once, when the handler is done and before the answer leaves."""
    async with services.database.work() as work:
        yield work


def create_app(services: Services) -> Litestar:
    """The application over built services, which run as long as it does."""

    @asynccontextmanager
    async def run_services(_: Litestar) -> AsyncIterator[None]:
        async with running(services):
            yield

    queries = KnownQueries()
    app = Litestar(
        route_handlers=CONTROLLERS,
        lifespan=[run_services],
        state=State({"services": services, "business": Business(services)}),
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "work": Provide(provide_work),
        },
        middleware=[
            PrometheusConfig(app_name="dispatch", prefix="dispatch", group_path=True).middleware,
            DefineMiddleware(BearerAuthentication, exclude=["^/schema"]),
            IdempotentRequests(),
            CountedCommits(),
        ],
        guards=[check_path_numbers],
        before_request=queries.check,
        exception_handlers=EXCEPTION_HANDLERS,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=openapi_config(),
        signature_types=[Services, Work],
        debug=False,
        logging_config=None,  # ours is set up before; Litestar's would replace it
    )
    queries.read(app)
    return app


def create_asgi_app(services: Services) -> HttpRules:
    """The application as the server runs it, behind what every request goes through."""
    return HttpRules(create_app(services), services.settings)

"""The application: routes, dependencies, errors, documentation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig
from litestar.types import ControllerRouterHandler

from api.account_pages import AccountPageController
from api.accounts import AccountController
from api.analytics import AnalyticsController
from api.assignments import AssignmentController
from api.audit import AuditController
from api.carts import CartController
from api.catalogue import ProductController
from api.commit_counting import CountedCommits
from api.deliveries import DeliveryController
from api.delivery_lists import DeliveryListController
from api.devices import DeviceController
from api.documentation import openapi_config, page_assets
from api.edge.door import Door
from api.errors import EXCEPTION_HANDLERS
from api.events import delivery_events
from api.health import HealthController
from api.held import HeldPaymentController
from api.idempotency import IdempotentRequests
from api.injected import GivenServices
from api.invoices import InvoiceController
from api.live import console_socket, track_socket, transporter_socket
from api.media import MediaController
from api.metrics import MetricsController
from api.monitoring.trade import Trade
from api.nearby import NearbyController
from api.orders import OrderController
from api.outbox import OutboxController
from api.own_account import OwnAccountController
from api.path_numbers import check_path_numbers
from api.paths import PathController
from api.payments import PaymentController
from api.phones import PhoneController
from api.queries import KnownQueries
from api.refunds import RefundController
from api.requests import JsonRequest
from api.reviews import ReviewController
from api.sales import SaleController
from api.security import BearerAuthentication
from api.services import Services, running
from api.transporters import TransporterController
from api.users import UserController
from api.webhooks import WebhookController
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
        state=State({"services": services, "trade": Trade(services)}),
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


def create_door(services: Services) -> Door:
    """The application as the server runs it, behind what every request goes through."""
    return Door(create_app(services), services.settings)

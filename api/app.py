"""The application: routes, dependencies, errors, documentation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from api.accounts import AccountController
from api.analytics import AnalyticsController
from api.assignments import AssignmentController
from api.audit import AuditController
from api.carts import CartController
from api.catalogue import ProductController
from api.deliveries import DeliveryController
from api.errors import EXCEPTION_HANDLERS
from api.events import delivery_events
from api.health import HealthController
from api.idempotency import IdempotentRequests
from api.injected import GivenServices
from api.invoices import InvoiceController
from api.live import console_socket, track_socket, transporter_socket
from api.metrics import MetricsController
from api.orders import OrderController
from api.outbox import OutboxController
from api.paths import PathController
from api.payments import PaymentController
from api.phones import DeviceController, PhoneController
from api.refunds import RefundController
from api.requests import JsonRequest
from api.reviews import ReviewController
from api.sales import SaleController
from api.security import PUBLIC, BearerAuthentication
from api.services import Services, running
from api.transporters import TransporterController
from api.version import VERSION
from api.webhooks import WebhookController
from dispatch.database.work import Work

MAX_BODY_BYTES = 2**20
PAGE_ASSETS = "/schema-assets"
# The documentation page comes from a wheel, not from somebody's CDN: it works without the internet.
PAGE_ASSETS_FOLDER = Path(str(files("swagger_ui"))) / "static"


CONTROLLERS: list[ControllerRouterHandler] = [
    AccountController,
    AuditController,
    ProductController,
    CartController,
    OrderController,
    PaymentController,
    InvoiceController,
    RefundController,
    ReviewController,
    WebhookController,
    OutboxController,
    AnalyticsController,
    SaleController,
    TransporterController,
    DeviceController,
    PhoneController,
    DeliveryController,
    PathController,
    AssignmentController,
    HealthController,
    MetricsController,
    transporter_socket,
    track_socket,
    create_static_files_router(
        path=PAGE_ASSETS, directories=[PAGE_ASSETS_FOLDER], opt=PUBLIC, include_in_schema=False, name="schema-assets"
    ),
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

    origins = list(services.settings.allowed_origins)
    return Litestar(
        route_handlers=CONTROLLERS,
        lifespan=[run_services],
        state=State({"services": services}),
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "work": Provide(provide_work),
        },
        middleware=[
            PrometheusConfig(app_name="dispatch", prefix="dispatch", group_path=True).middleware,
            DefineMiddleware(BearerAuthentication, exclude=["^/schema"]),
            IdempotentRequests(),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        cors_config=CORSConfig(allow_origins=origins, allow_credentials=False) if origins else None,
        openapi_config=openapi_config(),
        signature_types=[Services, Work],
        debug=False,
        logging_config=None,  # ours is set up before; Litestar's would replace it
    )


def openapi_config() -> OpenAPIConfig:
    """The documentation under ``/schema``."""
    components = Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
    )
    return OpenAPIConfig(
        title="dispatch-server",
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[
            SwaggerRenderPlugin(
                path=["/", "/swagger"],
                js_url=f"{PAGE_ASSETS}/swagger-ui-bundle.js",
                css_url=f"{PAGE_ASSETS}/swagger-ui.css",
                standalone_preset_js_url=f"{PAGE_ASSETS}/swagger-ui-standalone-preset.js",
                favicon=f"<link rel='icon' type='image/png' href='{PAGE_ASSETS}/favicon-32x32.png'>",
            )
        ],
        version=VERSION,
        description="Orders become deliveries, deliveries find transporters, transporters are followed live.",
        components=components,
        security=[{"bearer": []}],
    )

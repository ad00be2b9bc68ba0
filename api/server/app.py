"""The application: routes, dependencies, errors, documentation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig

from api.http.documentation import openapi_config, page_assets
from api.http.error_shapes import SECTIONS, sections_of
from api.http.errors import EXCEPTION_HANDLERS
from api.http.idempotency import IdempotentRequests
from api.http.middleware.commit_counting import CountedCommits
from api.http.middleware.http_rules import HttpRules
from api.http.path_numbers import check_path_numbers
from api.http.queries import KnownQueries
from api.http.requests import JsonRequest
from api.http.security import BearerAuthentication
from api.routes.accounts.routes import account_routes
from api.routes.deliveries.routes import delivery_routes
from api.routes.imports.routes import import_routes
from api.routes.marketplace.routes import marketplace_routes
from api.routes.operations.routes import operation_routes
from api.routes.pages.routes import page_routes
from api.routes.payments.routes import payment_routes
from api.routes.transporters.routes import transporter_routes
from api.server.jobs import business_of
from api.server.lifecycle import running
from api.server.services import Services
from api.sockets.endpoints import TRANSPORTER_PATH, transporter_app
from api.sockets.routes import socket_routes

MAX_BODY_BYTES = 2**20


def routes_of(services: Services) -> list[Router]:
    """The groups of routes, each with the parts of its feature."""
    return [
        account_routes(services.accounts),
        marketplace_routes(services.marketplace),
        payment_routes(services.payments),
        transporter_routes(services.transporters),
        delivery_routes(services.deliveries),
        import_routes(services.imports),
        operation_routes(services.operations),
        page_routes(services.deliveries),
        socket_routes(services.sockets),
    ]


def create_app(services: Services) -> Litestar:
    """The application over built services, which run as long as it does."""

    @asynccontextmanager
    async def run_services(_: Litestar) -> AsyncIterator[None]:
        async with running(services):
            yield

    queries = KnownQueries()
    app = Litestar(
        route_handlers=[*routes_of(services), page_assets],
        lifespan=[run_services],
        state=State({"services": services, "business": business_of(services)}),
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
        debug=False,
        logging_config=None,  # ours is set up before; Litestar's would replace it
    )
    queries.read(app)
    app.state[SECTIONS] = sections_of(app)
    return app


def create_asgi_app(services: Services) -> HttpRules:
    """The application as the server runs it, behind what every request goes through."""
    sockets = {TRANSPORTER_PATH: transporter_app(services.sockets)}
    return HttpRules(create_app(services), services.settings, sockets)

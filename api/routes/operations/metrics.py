"""``/metrics`` for Prometheus: what all processes of this server count together, and the trade in figures."""

import os
from typing import Any

from litestar import Controller, Litestar, Request, Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.http.security import PUBLIC
from api.monitoring.access import check_reader
from api.monitoring.business import Business, BusinessCollector
from api.routes.operations.services import GivenServices

# Without its charset, which the framework adds.
MEDIA_TYPE = CONTENT_TYPE_LATEST.partition("; charset")[0]


class MetricsController(Controller):
    """``/metrics`` on the public port: for this machine, or with the token."""

    path = "/metrics"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def get(self, request: Request[Any, Any, Any], services: GivenServices) -> Response[bytes]:
        """The counters of every process summed up, whichever answers."""
        check_reader(services.settings, request.client.host if request.client else None, request.headers)
        return await _metrics(request.app.state.business)


async def _metrics(business: Business) -> Response[bytes]:
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    traded = CollectorRegistry()
    traded.register(BusinessCollector(await business.figures()))
    content = generate_latest(counted) + generate_latest(traded)
    return Response(content, media_type=MEDIA_TYPE)


@get("/metrics", include_in_schema=False)
async def private_metrics(state: State) -> Response[bytes]:
    """The same on a port of its own, where nobody is asked who they are."""
    return await _metrics(state.business)


def create_metrics_app(business: Business) -> Litestar:
    """The application of that port: nothing else is there."""
    return Litestar(
        [private_metrics],
        state=State({"business": business}),
        openapi_config=None,
        debug=False,
        logging_config=None,
    )

"""``/metrics`` for Prometheus: what all processes of this server count together, and the trade in figures."""

from typing import Any

from litestar import Controller, Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import PermissionDeniedException
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from api.http.security import PUBLIC
from api.monitoring.access import check_reader, named_here
from api.monitoring.business import Business, BusinessCollector
from api.monitoring.counted import counted_registry
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
    traded = CollectorRegistry()
    traded.register(BusinessCollector(await business.figures()))
    content = generate_latest(counted_registry()) + generate_latest(traded)
    return Response(content, media_type=MEDIA_TYPE)


@get("/metrics", include_in_schema=False)
async def private_metrics(request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """The same on a port of its own, where nobody is asked who they are.

    On one that is this machine's alone, under a name of this machine: see ``named_here``.
    """
    if state.here_only and not named_here(request.headers.get("host", "")):
        raise PermissionDeniedException("This port is for this machine: ask for localhost.")
    return await _metrics(state.business)


def create_metrics_app(business: Business, *, host: str) -> Litestar:
    """The application of that port, which is bound to ``host``: nothing else is there."""
    return Litestar(
        [private_metrics],
        state=State({"business": business, "here_only": named_here(f"[{host}]" if ":" in host else host)}),
        openapi_config=None,
        debug=False,
        logging_config=None,
    )

"""``/metrics`` for Prometheus: what all processes of this server count together, and how the log of pings stands."""

from collections.abc import Iterator

from litestar import Response, get
from litestar.plugins.prometheus import PrometheusController
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.health import find_log_state
from api.injected import GivenServices
from api.queries import OPEN_QUERY
from api.security import PUBLIC
from realtime.log_state import LogState


class MetricsController(PrometheusController):
    """``/metrics``."""

    path = "/metrics"
    opt = PUBLIC | OPEN_QUERY
    include_in_schema = False

    @get()
    async def get(self, services: GivenServices) -> Response[bytes]:
        """The counters of every worker summed up, whichever answers."""
        counted: Response[bytes] = await PrometheusController.get.fn(self)
        state = await find_log_state(services)
        if state is not None:
            registry = CollectorRegistry()
            registry.register(_LogCollector(state))
            counted.content += generate_latest(registry)
        return counted


class _LogCollector(Collector):
    """The state of the log as gauges."""

    def __init__(self, state: LogState) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = self._state
        yield GaugeMetricFamily("dispatch_log_backlog_pings", "Pings that wait for PostgreSQL.", state.backlog)
        yield GaugeMetricFamily("dispatch_log_dead_pings", "Pings that PostgreSQL will never take.", state.dead)
        if state.history_seen_s is not None:
            seen = "Seconds since a history writer last asked for work."
            yield GaugeMetricFamily("dispatch_history_seen_seconds", seen, state.history_seen_s)

"""The routes of operations, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.operations.audit import AuditController
from api.routes.operations.dead_letters import DeadLetterController
from api.routes.operations.events import EventController
from api.routes.operations.health import HealthController
from api.routes.operations.history import HistoryController
from api.routes.operations.metrics import MetricsController
from api.routes.operations.outbox import OutboxController
from api.routes.operations.search import SearchController
from api.routes.operations.services import OperationServices
from api.routes.operations.summary import SummaryController
from api.routes.operations.webhooks import WebhookController


def operation_routes(services: OperationServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            AuditController,
            OutboxController,
            DeadLetterController,
            EventController,
            WebhookController,
            HealthController,
            HistoryController,
            MetricsController,
            SearchController,
            SummaryController,
        ],
        dependencies=given(services),
    )

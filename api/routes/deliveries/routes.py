"""The routes of deliveries, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.deliveries.assignments import AssignmentController
from api.routes.deliveries.deliveries import DeliveryController
from api.routes.deliveries.lists import DeliveryListController
from api.routes.deliveries.paths import PathController
from api.routes.deliveries.services import DeliveryServices


def delivery_routes(services: DeliveryServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            DeliveryController,
            DeliveryListController,
            PathController,
            AssignmentController,
        ],
        dependencies=given(services),
    )

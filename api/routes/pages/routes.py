"""The pages, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.deliveries.services import DeliveryServices
from api.routes.pages.pages import PageController


def page_routes(services: DeliveryServices) -> Router:
    """All of them. Pages show what deliveries' own routes answer."""
    return Router(path="/", route_handlers=[PageController], dependencies=given(services))

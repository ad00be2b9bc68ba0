"""The pages, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.deliveries.services import DeliveryServices
from api.routes.pages.built import page_policy
from api.routes.pages.maps import MapController
from api.routes.pages.pages import PageController


def page_routes(services: DeliveryServices) -> Router:
    """All of them. Pages show what deliveries' own routes answer."""
    policy = page_policy(services.settings.tiles_origin)
    pages = Router(path="/", route_handlers=[PageController], opt={"csp": policy})
    return Router(path="/", route_handlers=[pages, MapController], dependencies=given(services))

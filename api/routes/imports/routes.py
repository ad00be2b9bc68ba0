"""The routes of imports, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.imports.house_tables import HouseTableController
from api.routes.imports.imports import ImportController
from api.routes.imports.product_tables import ProductTableController
from api.routes.imports.services import ImportServices


def import_routes(services: ImportServices) -> Router:
    """All of them, over the parts of this feature."""
    handlers = [ImportController, ProductTableController, HouseTableController]
    return Router(path="/", route_handlers=handlers, dependencies=given(services))

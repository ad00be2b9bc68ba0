"""Parameters of a query that no route knows are named, not ignored."""

from typing import Any, Final

from litestar import Litestar, Request
from litestar.exceptions import InternalServerException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.bodies import fields_of
from api.suggestions import nearest
from dispatch.errors import Invalid

OPEN_QUERY: Final[dict[str, Any]] = {"open_query": True}
"""For ``opt=``: others send here what they like, such as gateways and phone apps."""

MOST_KEY = 100


class KnownQueries:
    """The parameters of each route; read once, when the application is made."""

    def __init__(self) -> None:
        self._models: dict[HTTPRouteHandler, Any] = {}

    def read(self, app: Litestar) -> None:
        """Of every route that the application has."""
        for route in app.routes:
            if isinstance(route, HTTPRoute):
                self._models |= {
                    handler: model
                    for handler, model in route.route_handler_map.values()
                    if not handler.opt.get("open_query")
                }

    async def check(self, request: Request[Any, Any, Any]) -> None:
        """Raises Invalid, naming also what else is wrong with the request."""
        if not request.scope["query_string"]:
            return
        handler: Any = request.route_handler
        model = self._models.get(handler)
        if model is None:
            return
        known = {parameter.field_alias for parameter in model.expected_query_params}
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            fields = {name[:MOST_KEY]: "is no parameter here" + nearest(name[:MOST_KEY], known) for name in unknown}
            raise Invalid(WRONG, fields=fields | await _others(request, handler, model))


WRONG = "Some fields are missing or wrong."


async def _others(request: Request[Any, Any, Any], handler: HTTPRouteHandler, model: Any) -> dict[str, str]:  # noqa: ANN401
    try:
        handler.signature_model.parse_values_from_connection_kwargs(
            connection=request, kwargs=await model.to_kwargs(connection=request)
        )
    except ValidationException as error:
        return fields_of(error, request)
    except InternalServerException:  # the dependencies, which nobody has resolved yet
        pass
    return {}

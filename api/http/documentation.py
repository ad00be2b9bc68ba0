"""The documentation of the API under ``/schema``: the description, and a page that shows it.

The page's files come from a wheel, not from somebody's CDN: it works without the internet.
"""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme, Tag
from litestar.params import FromPath
from litestar.serialization import encode_json

from api.http.described_errors import describe_errors
from api.http.described_schemas import tidy_schemas
from api.http.middleware.compression import KEPT
from api.http.queries import OPEN_QUERY
from api.http.security import BEARER, DEVICE_ID, DEVICE_PASSWORD, PUBLIC
from api.version import VERSION

ASSETS = "/schema-assets"
ASSETS_FOLDER = Path(str(files("swagger_ui"))) / "static"
# Nothing else of that folder is given out, and no name of a file is ever made of a path.
ASSET_TYPES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui-standalone-preset.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
START: Final = b"""window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/schema/openapi.json",
    dom_id: "#page",
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  });
});
"""
PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dispatch-server</title>
<link rel="icon" type="image/png" href="{ASSETS}/favicon-32x32.png">
<link rel="stylesheet" href="{ASSETS}/swagger-ui.css">
<script src="{ASSETS}/swagger-ui-bundle.js"></script>
<script src="{ASSETS}/swagger-ui-standalone-preset.js"></script>
<script src="{ASSETS}/start.js"></script>
</head>
<body><div id="page"></div></body>
</html>
""".encode()
# Nothing inline but styles, which the page's program makes as it draws; nothing of another host.
PAGE_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
SHOWN: Final[dict[str, Any]] = PUBLIC | KEPT | OPEN_QUERY | {"csp": PAGE_CSP.encode()}


SECURITY_SCHEMES: Final[dict[str, SecurityScheme | Reference]] = {
    BEARER: SecurityScheme(
        type="http", scheme="bearer", bearer_format="JWT", description="An access token of `auth/token/`."
    ),
    DEVICE_ID: SecurityScheme(
        type="apiKey", name="id", security_scheme_in="query", description="A device's token, as OsmAnd sends it."
    ),
    DEVICE_PASSWORD: SecurityScheme(
        type="http", scheme="basic", description="A device's token as the password; the user name is free."
    ),
}
TAGS: Final = {
    "accounts": "Registering, signing in, one's own account.",
    "keys": "Keys for machines, for admins.",
    "users": "Accounts, for admins.",
    "catalogue": "Products.",
    "imports": "Tables of products, transporters and deliveries.",
    "images": "Pictures of products.",
    "carts": "What a customer means to buy.",
    "addresses": "Addresses that a customer keeps; Nepal's provinces and districts.",
    "orders": "What a customer has ordered.",
    "sales": "The seller's side of an order.",
    "analytics": "Figures for sellers and buyers.",
    "payments": "Opening and settling payments through Khalti.",
    "invoices": "What a completed payment is proved by.",
    "refunds": "Money that goes back.",
    "held payments": "Payments that wait for a person.",
    "reviews": "Unusual payments, decided by a person before they are opened.",
    "deliveries": "Parcels, from their making to the door.",
    "assignments": "Who carries what.",
    "offers": "Transporters are asked whether they want a delivery.",
    "zones": "Areas on the map that are dispatched in their own way, and may be paused.",
    "operations": "How the server does, for admins.",
    "transporters": "Profiles, papers, positions.",
    "phones": "Apps that send positions without a socket, and their tokens.",
    "notifications": "Messages that were sent or wait.",
    "dead letters": "What background work gave up.",
    "events": "What happened, in one order, for those who follow it.",
    "webhooks": "Addresses that events are sent to.",
    "audit": "Who did what.",
    "health": "Whether this process lives and can work.",
}


class _Page(OpenAPIRenderPlugin):
    """The page without a line of script in it, so that its policy can forbid them."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """See OpenAPIRenderPlugin."""
        del request, openapi_schema
        return PAGE


def description_of(app: Litestar, schema: dict[str, Any] | None = None) -> bytes:
    """The description of an application as JSON, with all that the framework cannot know of the routes."""
    described = app.openapi_schema.to_schema() if schema is None else schema
    tidy_schemas(described)
    describe_errors(app, described)
    described["components"]["schemas"] = dict(sorted(described["components"]["schemas"].items()))
    described["paths"] = {path: dict(sorted(described["paths"][path].items())) for path in sorted(described["paths"])}
    return encode_json(described)


def operation_id(handler: HTTPRouteHandler, method: object, path: object) -> str:
    """``<tag>_<handler>`` in snake case: what clients call a route, wherever its module stands and its path leads."""
    del method, path
    (tag,) = sorted(handler.tags or ()) or [tag for layer in handler.ownership_layers for tag in layer.tags or ()]
    return f"{tag}_{handler.fn.__name__}".replace(" ", "_")


class _Description(JsonRenderPlugin):
    """The description with the errors of every route, made once."""

    _made = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """See OpenAPIRenderPlugin."""
        if not self._made:
            self._made = description_of(request.app, openapi_schema)
        return self._made


@lru_cache
def _asset(name: str) -> bytes:
    return START if name == "start.js" else (ASSETS_FOLDER / name).read_bytes()


@get(ASSETS + "/{name:str}", opt=PUBLIC | KEPT | OPEN_QUERY, include_in_schema=False, sync_to_thread=False)
def page_assets(name: FromPath[str]) -> Response[bytes]:
    """A file of the page."""
    media_type = "text/javascript" if name == "start.js" else ASSET_TYPES.get(name)
    if media_type is None:
        raise NotFoundException("There is no such file.")
    return Response(_asset(name), media_type=media_type)


def openapi_config() -> OpenAPIConfig:
    """The documentation under ``/schema``."""
    components = Components(security_schemes=SECURITY_SCHEMES)
    return OpenAPIConfig(
        title="dispatch-server",
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt=SHOWN),
        use_handler_docstrings=True,
        render_plugins=[_Page(path=["/", "/swagger"]), _Description()],
        version=VERSION,
        description="Orders become deliveries, deliveries find transporters, transporters are followed live.",
        components=components,
        operation_id_creator=operation_id,
        tags=[Tag(name, words) for name, words in TAGS.items()],
        security=[{BEARER: []}],
    )

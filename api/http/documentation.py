"""The documentation of the API under ``/schema``: the description, and a page that shows it.

The page's files come from a wheel, not from somebody's CDN: it works without the internet.
"""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath

from api.http.described_errors import describe_errors
from api.http.described_schemas import tidy_schemas
from api.http.middleware.compression import KEPT
from api.http.queries import OPEN_QUERY
from api.http.security import PUBLIC
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


class _Page(OpenAPIRenderPlugin):
    """The page without a line of script in it, so that its policy can forbid them."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """See OpenAPIRenderPlugin."""
        del request, openapi_schema
        return PAGE


class _Description(JsonRenderPlugin):
    """The description with the errors of every route, made once."""

    _made = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """See OpenAPIRenderPlugin."""
        if not self._made:
            tidy_schemas(openapi_schema)
            describe_errors(request.app, openapi_schema)
            self._made = self.render_json(request, openapi_schema)
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
    components = Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
    )
    return OpenAPIConfig(
        title="dispatch-server",
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt=SHOWN),
        use_handler_docstrings=True,
        render_plugins=[_Page(path=["/", "/swagger"]), _Description()],
        version=VERSION,
        description="Orders become deliveries, deliveries find transporters, transporters are followed live.",
        components=components,
        security=[{"bearer": []}],
    )

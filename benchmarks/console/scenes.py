"""The scenes that are compared: our console, and the same fleet drawn by others. A page each, in the same Chromium."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Route

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "web" / "node_modules"
FOLDERS = {"maplibre-gl": MODULES / "maplibre-gl" / "dist", "leaflet": MODULES / "leaflet" / "dist"}
PEERS = ROOT / "benchmarks" / "peers" / "console"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>peer</title>
<style>html, body, #map {{ margin: 0; height: 100% }}</style>{head}</head>
<body><div id="map"></div><script type="module" src="/peer/{name}.js"></script></body></html>"""

# Counts of couriers around a place would be another scene than the peers', who draw everybody.
DRAWN = """Number(document.querySelector(".map-box:not([data-crowd=counts])")
  && document.querySelector("[data-couriers]").dataset.couriers)"""


@dataclass(frozen=True)
class Scene:
    """A page; ``shown``: an expression that says how many transporters it has."""

    name: str
    path: str
    head: str = ""
    shown: str = "globalThis.shown ?? 0"


SCENES = {
    scene.name: scene
    for scene in (
        Scene("console", "/console", shown=DRAWN),
        Scene("geojson", "/peer/geojson.html", '<link rel="stylesheet" href="/peer/maplibre-gl/maplibre-gl.css">'),
        Scene(
            "leaflet",
            "/peer/leaflet.html",
            '<link rel="stylesheet" href="/peer/leaflet/leaflet.css"><script src="/peer/leaflet/leaflet.js"></script>',
        ),
    )
}


async def serve_peers(context: BrowserContext) -> None:
    """Answer ``/peer/…`` out of our folders, on the address of the server, so that its socket is the peers' own."""
    await context.route("**/peer/**", _answer)


async def _answer(route: Route) -> None:
    path = route.request.url.split("/peer/", 1)[1]
    name, _, rest = path.partition("/")
    if path.endswith(".html"):
        scene = SCENES[path.removesuffix(".html")]
        await route.fulfill(content_type="text/html", body=PAGE.format(head=scene.head, name=scene.name))
    elif (file := FOLDERS[name] / rest if rest else PEERS / path).is_file():
        await route.fulfill(content_type=TYPES.get(file.suffix, "application/octet-stream"), body=file.read_bytes())
    else:
        await route.fulfill(status=404, body="")

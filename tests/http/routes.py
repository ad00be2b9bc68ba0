"""Every route of the application, as something that can be called."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.http.middleware.http_rules import HttpRules

SHOP = "https://shop.example"

PARAMETER = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True)
class Place:
    """A path with something in the place of each parameter, and the methods that lead somewhere."""

    path: str
    methods: frozenset[str]


def places_of(app: Litestar) -> list[Place]:
    """Every path of HTTP once, with the methods of all routes that have it."""
    found: dict[str, set[str]] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            path = PARAMETER.sub("1", route.path)
            found.setdefault(path, set()).update(route.methods)
    return [Place(path, frozenset(methods)) for path, methods in sorted(found.items())]


def transport_to(door: HttpRules) -> httpx.ASGITransport:
    """A way to an application that no server runs."""
    app: Any = door  # Litestar and httpx describe ASGI with types of their own
    return httpx.ASGITransport(app)

"""The application's own list of routes: what is added later is tested too."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.http.middleware.http_rules import HttpRules
from api.server.app import create_app
from tests.http.routes import SHOP, Place, places_of, transport_to
from tests.support.world import World


@pytest.fixture(scope="session")
def places(world: World) -> list[Place]:
    """Every path that the application answers."""
    found = places_of(create_app(world.server.services))
    assert len(found) > 50
    return found


@pytest.fixture
async def shop(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The application of a public server whose answers a shop's pages may read."""
    services = world.server.services
    settings = services.settings.model_copy(update={"site_url": "https://api.example", "allowed_origins": (SHOP,)})
    door = HttpRules(create_app(services), settings)
    async with httpx.AsyncClient(transport=transport_to(door), base_url="https://api.example") as client:
        yield client

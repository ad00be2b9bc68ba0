"""What several tests of proofs need."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.server.app import create_app
from tests.support.waiting import PATIENCE_S
from tests.support.world import World


@pytest.fixture
async def near(world: World) -> AsyncIterator[World]:
    """The same business where the shop has said that 150 m are the most."""
    services = world.server.services
    settings = services.settings.model_copy(update={"handover_refuse_m": 150.0})
    resources = replace(services.deliveries.resources, settings=settings)
    app = create_app(replace(services, deliveries=replace(services.deliveries, resources=resources)))
    door: Any = app  # Litestar and httpx describe ASGI with types of their own
    here = {settings.public_url: httpx.ASGITransport(door)}  # the gateway stays where it is
    async with httpx.AsyncClient(mounts=here, base_url=settings.public_url, timeout=PATIENCE_S) as client:
        yield World(world.server, client)

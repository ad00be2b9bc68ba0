"""The business of a world in a shop that refuses more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from api.server.app import create_app
from tests.support.waiting import PATIENCE_S
from tests.support.world import World


@asynccontextmanager
async def stricter(world: World, **settings_of_its: object) -> AsyncIterator[World]:
    """The same people and parcels under other settings."""
    services = world.server.services
    settings = services.settings.model_copy(update=settings_of_its)
    resources = replace(services.deliveries.resources, settings=settings)
    app = create_app(replace(services, deliveries=replace(services.deliveries, resources=resources)))
    door: Any = app  # Litestar and httpx describe ASGI with types of their own
    here = {settings.public_url: httpx.ASGITransport(door)}  # the gateway stays where it is
    async with httpx.AsyncClient(mounts=here, base_url=settings.public_url, timeout=PATIENCE_S) as client:
        yield World(world.server, client)

"""A dispatcher sees everything that there is, so each test of the console has a database of its own."""

from collections.abc import AsyncIterator

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.world import Person, World


@pytest.fixture
async def world(server: RunningServer) -> AsyncIterator[World]:
    """The same server over a database in which there is nothing yet; windows of the test look at it."""
    async with world_of_its_own(server) as own:
        yield own


@pytest.fixture
async def admin(world: World) -> Person:
    """The dispatcher."""
    return await world.admin()

"""A dispatcher sees everything that there is, so each test of the console has a database of its own."""

from collections.abc import AsyncIterator

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.world import Person, World


@pytest.fixture
async def world(server: RunningServer) -> AsyncIterator[World]:
    """The same server over a database in which there is nothing yet; windows of the test look at it.

    A courier who has said once where they are is there for the whole test: by default they are silent after 45 s and
    gone after two minutes, and on a busy machine a page takes as long.
    """
    async with world_of_its_own(server, stale_after_s=600, offline_after_s=900) as own:
        yield own


@pytest.fixture
async def admin(world: World) -> Person:
    """The dispatcher."""
    return await world.admin()

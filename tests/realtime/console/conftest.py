"""An admin before the consoles of these tests."""

import pytest

from tests.support.world import Person, World


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()

"""Fixtures of rolling dispatch."""

from collections.abc import AsyncIterator

import pytest

from tests.support.rolling_zones import RollingZone
from tests.support.world import Person, World


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A dispatcher."""
    return await world.admin()


@pytest.fixture
async def zones() -> AsyncIterator[list[RollingZone]]:
    """Those that a test makes; they are turned off after it."""
    made: list[RollingZone] = []
    yield made
    for zone in made:
        await zone.change(rolling=False)

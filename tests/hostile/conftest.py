"""One stage for all hostile tests: nothing that they send changes what the next one finds."""

import pytest

from tests.support.calls import Stage, make_stage
from tests.support.world import World


@pytest.fixture(scope="session")
async def stage(world: World) -> Stage:
    """People and things that the calls are about."""
    return await make_stage(world)

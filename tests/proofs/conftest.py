"""What several tests of proofs need."""

from collections.abc import AsyncIterator

import pytest

from tests.proofs.strict_shops import stricter
from tests.support.world import World


@pytest.fixture
async def near(world: World) -> AsyncIterator[World]:
    """The same business where the shop has said that 150 m are the most."""
    async with stricter(world, handover_refuse_m=150.0) as strict:
        yield strict

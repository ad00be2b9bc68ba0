"""What the money tests share."""

import pytest

from tests.support.till import Till
from tests.support.world import World


@pytest.fixture(scope="session")
def till(world: World) -> Till:
    """Pays, refunds and counts on the test run's server."""
    return Till(world)

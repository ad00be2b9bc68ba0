"""What the tests of jobs share."""

import pytest

from tests.support.checkout import Checkout
from tests.support.world import World


@pytest.fixture(scope="session")
def checkout(world: World) -> Checkout:
    """Pays, refunds and counts on the test run's server."""
    return Checkout(world)

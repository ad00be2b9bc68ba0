"""What the money tests share."""

from collections.abc import AsyncIterator

import pytest

from api.server.serving import RunningServer
from tests.support.checkout import Checkout
from tests.support.own_database import world_of_its_own
from tests.support.world import World


@pytest.fixture(scope="session")
def checkout(world: World) -> Checkout:
    """Pays, refunds and counts on the test run's server."""
    return Checkout(world)


@pytest.fixture(scope="module")
async def quiet(server: RunningServer) -> AsyncIterator[Checkout]:
    """On a server of which nobody asks anything but the module's tests, so that no message is written but theirs.

    Nor is there another payment or refund: a round of the sweeper or the sender takes fifty, and is enough for theirs.
    """
    async with world_of_its_own(server) as own:
        yield Checkout(own)

"""People of each role."""

import pytest

from tests.support.world import Person, World


@pytest.fixture(scope="session")
async def one_of_each(world: World) -> dict[str, Person]:
    """Role → somebody who holds it alone."""
    people = {role: await world.person(role) for role in ("customer", "seller", "transporter")}
    return people | {"admin": await world.admin()}

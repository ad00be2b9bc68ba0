"""A bit of everything, made once; and a key of each scope."""

import pytest

from dispatch.accounts.api_keys import Scope
from tests.accounts.access.asking import Stage
from tests.support.business import business_of
from tests.support.checkout import Checkout
from tests.support.world import Person, World, ok


@pytest.fixture(scope="session")
async def stage(world: World) -> Stage:
    """What askings are made with."""
    admin = await world.admin()
    return Stage(world, await business_of(world, admin), Checkout(world), admin)


@pytest.fixture(scope="session")
async def anybody(world: World) -> dict[str, Person]:
    """Somebody of each role, who owns nothing."""
    return {
        "customer": await world.person("customer"),
        "seller": await world.person("seller"),
        "transporter": await world.driver(),
        "unverified": await world.driver(verified=False),
        "admin": await world.admin(),
    }


@pytest.fixture(scope="session")
async def keys(stage: Stage) -> dict[str, str]:
    """Scope → a key that is good for it alone, of an admin."""
    made = {}
    for scope in Scope:
        body = {"name": scope.value, "scopes": [scope.value]}
        made[scope.value] = ok(await stage.admin.post("/api/v1/api-keys/", body), 201)["api_key"]
    return made

"""A simulated transporter leaves the work to a person who has signed in as it, and a parcel to its next try."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from api.simulation.accounts.signed_in import SignedIn
from api.simulation.demo.driver import Driver
from api.simulation.demo.people import CARRIERS
from api.simulation.demo.sign_ins import AppTokens, Caller, Callers
from api.simulation.demo.whereabouts import Whereabouts
from dispatch.accounts.models import User
from dispatch.accounts.service import Accounts
from tests.support.waiting import until
from tests.support.watching import step, under_way
from tests.support.world import Driver as RealDriver
from tests.support.world import World, ok


class Played:
    """A transporter with a parcel aboard whom the simulation plays."""

    def __init__(self, world: World, caller: Caller, driver: RealDriver, delivery: dict[str, Any]) -> None:
        self.world, self.caller, self.person, self.delivery = world, caller, driver, delivery
        self.path = f"/api/deliveries/{delivery['id']}/"
        self.signed_in = SignedIn(world.server.services)
        self.simulated = Driver(
            driver.transporter_id,
            CARRIERS[0],
            caller,
            socket_url=f"{world.ws_url}/ws/transporter",
            whereabouts=Whereabouts(caller),
            signed_in=self.signed_in,
            own_deliveries={delivery["id"]},
        )

    async def status(self) -> str:
        return str(ok(await self.person.get(self.path))["status"])

    async def is_somebody(self) -> bool:
        return await self.signed_in.elsewhere(self.caller.email, self.caller.sign_ins)

    async def sign_in(self) -> None:
        services = self.world.server.services
        async with services.database.work() as work:
            user = await work.session.get_one(User, self.person.user_id)
            tokens = Accounts(work, services.accounts.tokens, services.clock).open_sign_in(user)
        self.person.access, self.person.refresh = tokens.access, tokens.refresh


@pytest_asyncio.fixture(loop_scope="session")
async def played(world: World) -> AsyncIterator[Played]:
    delivery, driver = await under_way(world)
    await step(driver, delivery, "pickup")
    tokens = {driver.email: AppTokens(driver.access, driver.refresh)}
    async with aclosing(Callers(world.server.settings.public_url, "not needed", tokens)) as callers:
        yield Played(world, callers.of(driver.email), driver, delivery)


async def test_nobody_is_there_until_somebody_signs_in_and_again_once_they_sign_out(played: Played) -> None:
    assert not await played.is_somebody()
    await played.sign_in()
    assert await played.is_somebody()
    ok(await played.person.post("/api/v1/auth/logout/"), 204)
    assert not await played.is_somebody()


async def test_the_simulation_hands_nothing_over_while_a_person_is_signed_in(played: Played) -> None:
    task = (await played.simulated.tasks_now())[0]
    assert task.ours
    await played.sign_in()
    await played.simulated.hand_over(task)
    assert await played.status() in {"picked_up", "in_transit"}
    assert [one.ours for one in await played.simulated.tasks_now()] == [False]
    ok(await played.person.post("/api/v1/auth/logout/"), 204)
    await played.simulated.hand_over(task)
    await played.sign_in()
    assert await played.status() == "delivered"


async def test_a_parcel_that_was_tried_in_vain_waits_for_its_next_try(played: Played) -> None:
    again = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0)
    body = {"reason": "nobody_there", "next_try_at": again.isoformat()}
    ok(await played.person.post(f"{played.path}attempts/", body), 201)
    (task,) = await until(played.simulated.tasks_now)
    assert task.not_before == again.timestamp()
    assert task.waits

"""A simulated transporter comes to its stops in the order that the server's times of arrival are reckoned by."""

from contextlib import aclosing

from api.simulation.accounts.signed_in import SignedIn
from api.simulation.demo.driver import Driver
from api.simulation.demo.kathmandu import CENTRE
from api.simulation.demo.people import CARRIERS
from api.simulation.demo.sign_ins import AppTokens, Callers
from api.simulation.demo.whereabouts import Whereabouts
from tests.support.places import between, north_of
from tests.support.watching import step
from tests.support.world import World, ok

HERE = CENTRE.lat, CENTRE.lon
NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


async def test_a_pickup_close_by_comes_before_the_door_far_off_of_what_is_aboard(world: World) -> None:
    driver = await world.driver()
    await world.online_at(driver, *HERE)
    aboard, close = await world.deliveries(
        between(HERE, north_of(HERE, 9_000)) | NO_TIME,
        between(north_of(HERE, 300), north_of(HERE, 1_500)) | NO_TIME,
    )
    for one in (aboard, close):
        ok(await driver.post(f"/api/deliveries/{one['id']}/accept/"))
    await step(driver, aboard, "pickup")
    tokens = {driver.email: AppTokens(driver.access, driver.refresh)}
    async with aclosing(Callers(world.server.settings.public_url, "not needed", tokens)) as callers:
        caller = callers.of(driver.email)
        simulated = Driver(
            driver.transporter_id,
            CARRIERS[0],
            caller,
            socket_url=f"{world.ws_url}/ws/transporter",
            whereabouts=Whereabouts(caller),
            signed_in=SignedIn(world.server.services),
            own_deliveries={aboard["id"], close["id"]},
        )
        await simulated.look_for_work()
        task = simulated.next_task()
    shown = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/?status=assigned"))["results"]
    assert [(stop["kind"], stop["number"]) for stop in shown[0]["stops"]] == [("pickup", 1), ("dropoff", 2)]
    assert task is not None
    assert (task.delivery_id, task.carrying, task.place) == (close["id"], False, 1)

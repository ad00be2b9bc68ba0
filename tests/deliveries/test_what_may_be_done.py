"""What a parcel's tracking answer says may be done is what its routes then let be done, in every state."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from dispatch.deliveries.changers import MOST_CHANGES
from dispatch.sales.models import Sale
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
NOT_THERE = {"reason": "not_received", "note": "Nobody came"}


class Stage:
    """A parcel of one buyer, and what happens to it."""

    def __init__(self, world: World, bought: Bought, driver: Driver, delivery: dict[str, Any]) -> None:
        self.world = world
        self.bought = bought
        self.driver = driver
        self.delivery = delivery

    def path(self, step: str) -> str:
        return f"/api/deliveries/{self.delivery['tracking_number']}/{step}/"

    async def steps(self, *steps: str) -> None:
        for step in steps:
            where = AT_PICKUP if step == "pickup" else AT_DOOR if step == "deliver" else {}
            ok(await self.driver.post(f"/api/deliveries/{self.delivery['id']}/{step}/", where))

    async def tried(self, times: int, reason: str = "nobody_there") -> None:
        for _ in range(times):
            body = AT_DOOR | {"reason": reason}
            ok(await self.driver.post(f"/api/deliveries/{self.delivery['id']}/attempts/", body), 201)

    async def wish(self, hours: int) -> Any:
        at = datetime.now(UTC) + timedelta(hours=hours)
        body = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()}
        return await self.bought.customer.post(self.path("reschedule"), body)

    async def unlock(self) -> str:
        seen = ok(await (await self.world.admin()).get(f"/api/deliveries/{self.delivery['id']}/"))
        code = {"code": seen["delivery_contact_phone"][-4:]}
        token: str = ok(await self.world.http.post(self.path("unlock"), json=code))["token"]
        return token


async def _begun(world: World) -> Stage:
    bought = await world.bought()
    return Stage(world, bought, await world.driver(), await world.delivery(bought))


def stage(
    *steps: str, tries: int = 0, reason: str = "nobody_there", wishes: int = 0, then: tuple[str, ...] = ()
) -> Any:
    async def made(world: World) -> Stage:
        one = await _begun(world)
        await one.steps(*steps)
        await one.tried(tries, reason)
        for hours in range(wishes):
            ok(await one.wish(hours + 1))
        await one.steps(*then)
        return one

    return made


async def lost(world: World) -> Stage:
    one: Stage = await stage("accept", "pickup", "deliver")(world)
    body = {"ending": "lost", "reason": "Fell into a river"}
    ok(await (await world.admin()).post(f"/api/deliveries/{one.delivery['id']}/loss/", body))
    return one


async def objected(world: World) -> Stage:
    one: Stage = await stage("accept", "pickup", "deliver")(world)
    ok(await one.bought.customer.post(one.path("objection"), NOT_THERE | {"reason": "damaged"}))
    return one


async def delivered_long_ago(world: World) -> Stage:
    one: Stage = await stage("accept", "pickup", "deliver")(world)
    earlier = datetime.now(UTC) - timedelta(seconds=world.server.settings.objection_s + 60)
    async with world.server.services.database.work() as work:
        await work.session.execute(update(Sale).where(Sale.id == one.bought.sale_id).values(delivered_at=earlier))
    return one


ABOARD = ("accept", "pickup")
STATES: dict[str, Callable[[World], Awaitable[Stage]]] = {
    "waiting": stage(),
    "accepted": stage("accept"),
    "picked up": stage(*ABOARD),
    "tried": stage(*ABOARD, tries=1),
    "told as damaged": stage(*ABOARD, tries=1, reason="damaged"),
    "tried once less than it may be": stage(*ABOARD, tries=2),
    "tried as often as it may be": stage(*ABOARD, tries=3),
    "tried, and another time was chosen": stage(*ABOARD, tries=1, wishes=1),
    "tried, and other times were chosen as often as may be": stage(*ABOARD, tries=1, wishes=MOST_CHANGES),
    "delivered": stage(*ABOARD, "deliver"),
    "tried and delivered": stage(*ABOARD, tries=1, then=("deliver",)),
    "lost": lost,
    "objected to": objected,
    "delivered long ago": delivered_long_ago,
}


@pytest.mark.parametrize("who", ["its buyer", "who knows its code"])
@pytest.mark.parametrize("state", STATES)
async def test_a_parcel_says_that_something_may_be_done_exactly_where_its_route_does_it(
    world: World, state: str, who: str
) -> None:
    one = await STATES[state](world)
    sent = {"unlock": await one.unlock()} if who == "who knows its code" else {}
    asks = one.bought.customer.headers if who == "its buyer" else {}
    shown = ok(await world.http.get(one.path("track"), params=sent, headers=asks))
    by_number = ok(await world.http.get(one.path("track")))
    # Of another time it tells whoever looks whether its buyer may choose it, of an objection whether who looks may.
    assert (by_number["can_reschedule"], by_number["objects_until"]) == (shown["can_reschedule"], None)
    wished, said = await one.wish(48), f"{state}, as {who}"
    assert shown["can_reschedule"] is wished.is_success, f"{said}: {wished.status_code} {wished.text}"
    way = "objection" if who == "its buyer" else "objection/by-code"
    assert (await world.http.post(one.path("objection/by-code"), json=NOT_THERE)).status_code == 403
    objected = await world.http.post(one.path(way), json=NOT_THERE, params=sent, headers=asks)
    told = shown["objects_until"]
    assert (told is not None) is objected.is_success, f"{said}: {objected.status_code} {objected.text}"
    assert {wished.status_code, objected.status_code} <= {200, 409}


@pytest.mark.parametrize("then", ["tried", "delivered"])
async def test_a_shared_link_offers_nothing_that_is_asked_for_by_the_number_which_it_does_not_tell(
    world: World, then: str
) -> None:
    one: Stage = await stage(*ABOARD)(world)
    link = ok(await one.bought.customer.post(one.path("share-links"), {}), 201)["url"].rsplit("/", 1)[1]
    await (one.tried(1) if then == "tried" else one.steps("deliver"))
    sent = {"unlock": await one.unlock()}
    shown = ok(await world.http.get(f"/api/deliveries/s.{link}/track/", params=sent))
    assert (shown["tracking_number"], shown["can_reschedule"], shown["objects_until"]) == ("", False, None)
    by_link = f"/api/deliveries/s.{link}/objection/by-code/"
    assert (await world.http.post(by_link, json=NOT_THERE, params=sent)).status_code == 404
    by_number = ok(await world.http.get(one.path("track"), params=sent))
    assert (by_number["can_reschedule"], by_number["objects_until"] is not None) == (
        then == "tried",
        then == "delivered",
    )

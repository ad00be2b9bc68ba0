"""The list of transporters for dispatchers: by presence, state, area, time and text."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.support.places import north_of, somewhere
from tests.support.world import Driver, Person, World, ok

PATH = "/api/transporters/"


async def _numbers(admin: Person, **wanted: Any) -> list[int]:
    return [row["id"] for row in ok(await admin.get(PATH, page_size=100, **wanted))["results"]]


async def _named(world: World, word: str, **more: Any) -> Driver:
    return await world.driver(business_name=f"Carriers {word}", **more)


async def test_a_dispatcher_finds_transporters_by_presence(world: World) -> None:
    word, admin = uuid4().hex, await world.admin()
    silent, online = await _named(world, word), await _named(world, word)
    await world.online_at(online, *somewhere())
    assert await _numbers(admin, search=word, presence="online") == [online.transporter_id]
    assert await _numbers(admin, search=word, presence=["offline", "stale"]) == [silent.transporter_id]
    both = await _numbers(admin, search=word, presence=["online", "stale", "offline"])
    assert both == await _numbers(admin, search=word) == [online.transporter_id, silent.transporter_id]


async def test_a_dispatcher_finds_transporters_by_what_keeps_them_from_carrying(world: World) -> None:
    word, admin = uuid4().hex, await world.admin()
    good, unseen = await _named(world, word), await _named(world, word, verified=False)
    expired = await _named(world, word, documents=[{"kind": "licence", "number": "1", "expires_on": "2020-01-01"}])
    resting = await _named(world, word, vehicle_type="van")
    ok(await resting.patch(f"{PATH}me/", {"is_available": False}))
    assert await _numbers(admin, search=word, is_verified=True) == [resting.transporter_id, good.transporter_id]
    assert await _numbers(admin, search=word, is_verified=False) == [expired.transporter_id, unseen.transporter_id]
    assert await _numbers(admin, search=word, is_available=False) == [resting.transporter_id]
    assert await _numbers(admin, search=word, vehicle_type="van") == [resting.transporter_id]


async def test_an_area_has_those_who_are_online_in_it(world: World) -> None:
    place, admin = somewhere(), await world.admin()
    near, beyond = await world.driver(), await world.driver()
    await world.online_at(near, *place)
    await world.online_at(beyond, *north_of(place, 3_000))
    circle = {"lat": place[0], "lon": place[1]}
    assert await _numbers(admin, **circle, radius_km=1) == [near.transporter_id]
    assert await _numbers(admin, **circle, radius_km=4) == [beyond.transporter_id, near.transporter_id]


async def test_newcomers_are_found_by_when_they_came(world: World) -> None:
    word, admin = uuid4().hex, await world.admin()
    driver = await _named(world, word)
    [row] = ok(await admin.get(PATH, search=word))["results"]
    at = datetime.fromisoformat(row["created_at"])
    before, after = (at - timedelta(seconds=1)).isoformat(), (at + timedelta(seconds=1)).isoformat()
    assert await _numbers(admin, search=word, date_from=before, date_to=after) == [driver.transporter_id]
    assert await _numbers(admin, search=word, date_from=after) == []


async def test_each_is_shown_with_its_load_its_presence_and_its_last_place(world: World) -> None:
    word, admin, place = uuid4().hex, await world.admin(), somewhere()
    driver = await _named(world, word, capacity_kg=50)
    [before] = ok(await admin.get(PATH, search=word))["results"]
    assert (before["presence"], before["position"], before["active_deliveries"]) == ("offline", None, 0)
    delivery = await world.delivery(package_weight=2.5)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *place)
    [row] = ok(await admin.get(PATH, search=driver.email))["results"]
    assert (row["presence"], row["active_deliveries"], row["free_capacity_kg"]) == ("online", 1, 47.5)
    assert (row["position"]["lat"], row["position"]["lon"]) == place
    assert (row["name"], row["email"], row["is_verified"]) == ("Some Driver", driver.email, True)
    assert ok(await admin.get(f"{PATH}{driver.transporter_id}/")) == row
    assert (await admin.get(f"{PATH}{2**62}/")).status_code == 404

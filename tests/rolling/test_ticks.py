"""A zone that is dispatched by itself: what waits there is given every few seconds, by one plan for all of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, Place, World, ok

NOW = {"requested_pickup_date": None, "requested_delivery_date": None}


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


class Zone:
    """A square around a place that is dispatched by itself."""

    def __init__(self, admin: Person, told: dict[str, Any]) -> None:
        self.admin = admin
        self.path = f"/api/zones/{told['id']}/"

    async def change(self, **changes: Any) -> None:
        ok(await self.admin.patch(self.path, changes))

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = ok(await self.admin.get(f"{self.path}rolling/"))
        return found

    async def next_tick(self) -> dict[str, Any]:
        """The place after a tick that began from now on."""
        begun = datetime.now(UTC)

        async def ticked() -> dict[str, Any] | None:
            found = await self.state()
            last = found["last_tick"]
            return found if last is not None and datetime.fromisoformat(last["at"]) > begun else None

        found: dict[str, Any] = await until(ticked)
        return found


async def _zone(admin: Person, place: Place, **more: Any) -> Zone:
    lat, lon = place
    ring = [[lon + x * 0.01, lat + y * 0.01] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    area = {"type": "Polygon", "coordinates": [ring]}
    body = {"name": f"Zone {uuid4().hex[:8]}", "area": area, "rolling": True, "tick_s": 2, "radius_km": 5} | more
    return Zone(admin, ok(await admin.post("/api/zones/", body), 201))


@pytest.fixture
async def zones() -> AsyncIterator[list[Zone]]:
    """Those that a test makes; they are turned off after it."""
    made: list[Zone] = []
    yield made
    for zone in made:
        await zone.change(rolling=False)


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def _deliveries(world: World, place: Place, *wanted: dict[str, Any]) -> list[int]:
    return [one["id"] for one in await world.deliveries(*(at(place) | NOW | one for one in wanted))]


async def _shown(admin: Person, number: int) -> dict[str, Any]:
    found: dict[str, Any] = ok(await admin.get(f"/api/deliveries/{number}/"))
    return found


async def _given(admin: Person, numbers: list[int]) -> dict[int, int]:
    """Who has each, once all are given."""

    async def all_given() -> dict[int, int] | None:
        shown = [await _shown(admin, number) for number in numbers]
        return (
            {one["id"]: one["transporter"]["id"] for one in shown} if all(one["transporter"] for one in shown) else None
        )

    found: dict[int, int] = await until(all_given)
    return found


async def test_what_waits_in_the_zone_is_given_by_itself_and_kept_as_a_decision(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    [number] = await _deliveries(world, here, {})
    zones.append(zone := await _zone(admin, here))
    assert await _given(admin, [number]) == {number: driver.transporter_id}
    decision = ok(await admin.get(f"/api/deliveries/{number}/decision/"))
    assert (decision["kind"], decision["asked_by"]) == ("rolling", None)

    async def told() -> dict[str, Any] | None:
        found = await zone.state()
        return found if found["last_hour"]["given"] else None

    state = await until(told)
    assert (state["is_on"], state["mode"], state["tick_s"], state["error"]) == (True, "direct", 2, "")
    assert state["leader"] == world.server.services.deliveries.leader
    assert (state["last_hour"]["given"], state["last_hour"]["per_hundred"]) == (1, 0)


async def test_a_transporter_is_given_one_more_delivery_a_tick(world: World, admin: Person, zones: list[Zone]) -> None:
    here = somewhere()
    driver = await _at(world, here, max_active=5)
    numbers = await _deliveries(world, here, {}, {}, {})
    zones.append(await _zone(admin, here))
    assert set((await _given(admin, numbers)).values()) == {driver.transporter_id}
    times = sorted([(await _shown(admin, number))["assigned_at"] for number in numbers])
    assert len(set(times)) == 3, "each in a tick of its own"


async def test_the_plan_is_for_the_highest_total_and_not_for_who_comes_first(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    near, far = await _at(world, here, max_active=1), await _at(world, north_of(here, 800), max_active=1)
    first, second = await _deliveries(world, north_of(here, 300), {}) + await _deliveries(
        world, north_of(here, -100), {}
    )
    zones.append(await _zone(admin, here))
    assert await _given(admin, [first, second]) == {first: far.transporter_id, second: near.transporter_id}


async def test_a_pause_stops_it_and_what_lies_outside_of_the_zone_is_left_alone(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    await _at(world, here)
    zones.append(zone := await _zone(admin, here))
    await zone.next_tick()
    ok(await admin.post(f"{zone.path}pause/", {"reason": "Flood."}))
    [inside] = await _deliveries(world, here, {})
    [outside] = await _deliveries(world, north_of(here, 4000), {})
    other = await _zone(admin, somewhere())
    zones.append(other)
    await other.next_tick()
    await other.next_tick()
    assert (await zone.state())["is_on"] is False
    assert (await _shown(admin, inside))["transporter"] is None
    ok(await admin.post(f"{zone.path}resume/"))
    await _given(admin, [inside])
    assert (await _shown(admin, outside))["transporter"] is None


async def test_a_delivery_is_held_while_whoever_went_to_it_would_only_wait(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    driver = await _at(world, north_of(here, 2000), max_active=1)
    ready = datetime.now(UTC) + timedelta(hours=1)
    later, now = await _deliveries(world, here, {"ready_at": ready.isoformat()}, {})
    zones.append(zone := await _zone(admin, here))
    assert await _given(admin, [now]) == {now: driver.transporter_id}
    await zone.next_tick()
    hold = (await _shown(admin, later))["hold"]
    assert hold["reason"] == "not_ready"
    assert timedelta(minutes=5) < ready - datetime.fromisoformat(hold["until"]) < timedelta(minutes=45)
    [told] = (await zone.state())["held"]
    assert (told["delivery_id"], told["until"]) == (later, hold["until"])
    await zone.change(rolling=False)

    async def no_longer_held() -> bool:
        return bool((await _shown(admin, later))["hold"] is None)

    await until(no_longer_held)


async def test_who_gave_it_back_is_not_given_it_again(world: World, admin: Person, zones: list[Zone]) -> None:
    here = somewhere()
    driver = await _at(world, here)
    [number] = await _deliveries(world, here, {})
    zones.append(zone := await _zone(admin, here))
    await _given(admin, [number])
    ok(await driver.post(f"/api/deliveries/{number}/give-back/", {"reason": "too_far"}))
    await zone.next_tick()
    state = await zone.next_tick()
    assert (await _shown(admin, number))["transporter"] is None
    assert [one["delivery_id"] for one in state["left_out"]] == [number]
    other = await _at(world, here)
    assert await _given(admin, [number]) == {number: other.transporter_id}


async def _searches(admin: Person, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await admin.get(f"/api/deliveries/{number}/offers/"))["searches"]
    return found


async def _first_asked(admin: Person, number: int) -> dict[str, Any]:
    """The first offer of a delivery's newest search."""

    async def asked() -> dict[str, Any] | None:
        searches = await _searches(admin, number)
        return searches[0]["offers"][0] if searches and searches[0]["offers"] else None

    found: dict[str, Any] = await until(asked)
    return found


async def test_a_zone_that_offers_asks_whom_the_plan_calls_for_and_not_whoever_scores_highest(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    near, far = await _at(world, here, max_active=1), await _at(world, north_of(here, 800), max_active=1)
    [first] = await _deliveries(world, north_of(here, 300), {})
    [second] = await _deliveries(world, north_of(here, -100), {})
    zones.append(zone := await _zone(admin, here, mode="one"))
    asked = {number: await _first_asked(admin, number) for number in (first, second)}
    assert (asked[first]["transporter_id"], asked[second]["transporter_id"]) == (
        far.transporter_id,
        near.transporter_id,
    )
    ok(await far.post(f"/api/offers/{asked[first]['id']}/accept/"))
    await zone.next_tick()
    state = await zone.next_tick()
    assert (await _shown(admin, first))["transporter"]["id"] == far.transporter_id
    assert len(await _searches(admin, second)) == 1, "who is asked already is asked once"
    assert (state["mode"], state["last_hour"]["offered"], state["last_hour"]["given"]) == ("one", 2, 0)


async def test_what_everybody_declined_is_held_with_that_reason_and_is_not_asked_about_again_at_once(
    world: World, admin: Person, zones: list[Zone]
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    [number] = await _deliveries(world, here, {})
    zones.append(zone := await _zone(admin, here, mode="waves"))
    offer = await _first_asked(admin, number)
    ok(await driver.post(f"/api/offers/{offer['id']}/decline/", {"reason": "too_far"}))

    async def held() -> dict[str, Any] | None:
        hold: dict[str, Any] | None = (await _shown(admin, number))["hold"]
        return hold

    assert (await until(held))["reason"] == "no_answer"
    await zone.next_tick()
    assert [search["status"] for search in await _searches(admin, number)] == ["exhausted"]


async def test_a_dispatcher_who_asks_without_naming_a_mode_asks_as_the_zone_does(world: World, admin: Person) -> None:
    here = somewhere()
    await _at(world, here)
    await _zone(admin, here, mode="all", rolling=False)
    [number] = await _deliveries(world, here, {})
    ok(await admin.post(f"/api/deliveries/{number}/offers/"), 201)
    assert [search["mode"] for search in await _searches(admin, number)] == ["all"]

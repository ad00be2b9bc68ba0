"""A zone that is dispatched by itself: what waits there is given every few seconds, by one plan for all of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.places import north_of, somewhere
from tests.support.rolling_zones import (
    RollingZone,
    all_given,
    deliveries_at,
    driver_at,
    holder_of,
    rolling_zone,
    shown,
)
from tests.support.waiting import until
from tests.support.world import Person, World, ok


async def test_what_waits_in_the_zone_is_given_by_itself_and_kept_as_a_decision(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    driver = await driver_at(world, here)
    [number] = await deliveries_at(world, here, {})
    zones.append(zone := await rolling_zone(admin, here))
    assert await all_given(admin, [number]) == {number: driver.transporter_id}
    decision = ok(await admin.get(f"/api/deliveries/{number}/decision/"))
    assert (decision["kind"], decision["asked_by"]) == ("rolling", None)

    async def told() -> dict[str, Any] | None:
        found = await zone.state()
        return found if found["last_hour"]["given"] else None

    state = await until(told)
    assert (state["is_on"], state["mode"], state["tick_s"], state["error"]) == (True, "direct", 2, "")
    assert state["leader"] == world.server.services.deliveries.leader
    assert (state["last_hour"]["given"], state["last_hour"]["per_hundred"]) == (1, 0)


async def test_a_transporter_is_given_one_more_delivery_a_tick(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    driver = await driver_at(world, here, max_active=5)
    numbers = await deliveries_at(world, here, {}, {}, {})
    zones.append(await rolling_zone(admin, here))
    assert set((await all_given(admin, numbers)).values()) == {driver.transporter_id}
    times = sorted([(await shown(admin, number))["assigned_at"] for number in numbers])
    assert len(set(times)) == 3, "each in a tick of its own"


async def test_the_plan_is_for_the_highest_total_and_not_for_who_comes_first(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    near, far = await driver_at(world, here, max_active=1), await driver_at(world, north_of(here, 800), max_active=1)
    first, second = await deliveries_at(world, north_of(here, 300), {}) + await deliveries_at(
        world, north_of(here, -100), {}
    )
    zones.append(await rolling_zone(admin, here))
    assert await all_given(admin, [first, second]) == {first: far.transporter_id, second: near.transporter_id}


async def test_a_pause_stops_it_and_what_lies_outside_of_the_zone_is_left_alone(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    await driver_at(world, here)
    zones.append(zone := await rolling_zone(admin, here))
    await zone.next_tick()
    ok(await admin.post(f"{zone.path}pause/", {"reason": "Flood."}))
    [inside] = await deliveries_at(world, here, {})
    [outside] = await deliveries_at(world, north_of(here, 4000), {})
    other = await rolling_zone(admin, somewhere())
    zones.append(other)
    await other.next_tick()
    await other.next_tick()
    assert (await zone.state())["is_on"] is False
    assert (await shown(admin, inside))["transporter"] is None
    ok(await admin.post(f"{zone.path}resume/"))
    await all_given(admin, [inside])
    assert (await shown(admin, outside))["transporter"] is None


async def test_a_delivery_is_held_while_whoever_went_to_it_would_only_wait(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    driver = await driver_at(world, north_of(here, 2000), max_active=1)
    ready = datetime.now(UTC) + timedelta(hours=1)
    later, now = await deliveries_at(world, here, {"ready_at": ready.isoformat()}, {})
    zones.append(zone := await rolling_zone(admin, here))
    assert await all_given(admin, [now]) == {now: driver.transporter_id}
    await zone.next_tick()
    hold = (await shown(admin, later))["hold"]
    assert hold["reason"] == "not_ready"
    assert timedelta(minutes=5) < ready - datetime.fromisoformat(hold["until"]) < timedelta(minutes=45)
    [told] = (await zone.state())["held"]
    assert (told["delivery_id"], told["until"]) == (later, hold["until"])
    await zone.change(rolling=False)

    async def no_longer_held() -> bool:
        return bool((await shown(admin, later))["hold"] is None)

    await until(no_longer_held)


async def test_a_delivery_is_given_once_whom_the_plan_calls_for_has_to_leave_though_somebody_nearer_need_not(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    near, far = await driver_at(world, here), await driver_at(world, north_of(here, 4500))
    [aboard] = await deliveries_at(world, here, {})
    ok(await admin.post(f"/api/deliveries/{aboard}/assign/", {"transporter_id": near.transporter_id}))
    ready = datetime.now(UTC) + timedelta(minutes=9)
    [number] = await deliveries_at(world, here, {"ready_at": ready.isoformat()})
    weights = {"distance": 0, "rating": 0, "capacity": 0, "workload": 1}
    zones.append(await rolling_zone(admin, here, weights=weights))
    assert await all_given(admin, [number]) == {number: far.transporter_id}


async def test_what_is_held_takes_nobody_from_what_is_due(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    driver = await driver_at(world, here, max_active=1)
    ready = datetime.now(UTC) + timedelta(minutes=9)
    [later] = await deliveries_at(world, here, {"ready_at": ready.isoformat()})
    zones.append(zone := await rolling_zone(admin, here))
    await zone.next_tick()
    assert (await shown(admin, later))["hold"]["reason"] == "not_ready"
    [now] = await deliveries_at(world, north_of(here, 900), {})
    assert await all_given(admin, [now]) == {now: driver.transporter_id}
    assert await holder_of(admin, later) is None


async def _nobody_left(world: World, zone: RollingZone) -> list[dict[str, Any]]:
    """What was told of a zone that has nobody for a delivery."""
    async with world.server.services.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT data FROM events WHERE subject = $1 AND type = 'zone.exhausted' ORDER BY id", f"zone:{zone.id}"
        )
    return [row["data"] if isinstance(row["data"], dict) else json.loads(row["data"]) for row in rows]


async def test_that_a_zone_has_nobody_for_a_delivery_is_told_once_until_somebody_has_had_it_with_who_could_not(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    full = await driver_at(world, here, max_active=1)
    [aboard, number] = await deliveries_at(world, here, {}, {})
    ok(await admin.post(f"/api/deliveries/{aboard}/assign/", {"transporter_id": full.transporter_id}))
    zones.append(zone := await rolling_zone(admin, here))

    async def told_once() -> list[dict[str, Any]]:
        await zone.next_tick()
        await zone.next_tick()
        return await _nobody_left(world, zone)

    [first] = await told_once()
    assert (first["delivery_id"], first["search_id"]) == (number, None)
    assert first["reasons"]["no_slot"] >= 1
    driver = await driver_at(world, here)
    await all_given(admin, [number])
    assert len(await told_once()) == 1
    ok(await driver.post(f"/api/deliveries/{number}/give-back/", {"reason": "too_far"}))
    [_, second] = await told_once()
    assert (second["delivery_id"], second["reasons"]["gave_back"]) == (number, 1)


async def test_who_gave_it_back_is_not_given_it_again(world: World, admin: Person, zones: list[RollingZone]) -> None:
    here = somewhere()
    driver = await driver_at(world, here)
    [number] = await deliveries_at(world, here, {})
    zones.append(zone := await rolling_zone(admin, here))
    await all_given(admin, [number])
    ok(await driver.post(f"/api/deliveries/{number}/give-back/", {"reason": "too_far"}))
    await zone.next_tick()
    state = await zone.next_tick()
    assert (await shown(admin, number))["transporter"] is None
    assert [one["delivery_id"] for one in state["left_out"]] == [number]
    other = await driver_at(world, here)
    assert await all_given(admin, [number]) == {number: other.transporter_id}


async def _searches(admin: Person, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await admin.get(f"/api/deliveries/{number}/offers/"))["searches"]
    return found


async def _first_asked(admin: Person, number: int, zone: RollingZone) -> dict[str, Any]:
    """The first offer of a delivery's newest search."""
    searches: list[dict[str, Any]] = []

    async def asked() -> dict[str, Any] | None:
        searches[:] = await _searches(admin, number)
        return searches[0]["offers"][0] if searches and searches[0]["offers"] else None

    try:
        found: dict[str, Any] = await until(asked)
    except AssertionError as error:
        hold, state = (await shown(admin, number))["hold"], await zone.state()
        raise AssertionError(f"nobody was asked: {searches=}, {hold=}, {state=}") from error
    return found


async def test_a_zone_that_offers_asks_whom_the_plan_calls_for_and_not_whoever_scores_highest(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    near, far = await driver_at(world, here, max_active=1), await driver_at(world, north_of(here, 800), max_active=1)
    [first] = await deliveries_at(world, north_of(here, 300), {})
    [second] = await deliveries_at(world, north_of(here, -100), {})
    zones.append(zone := await rolling_zone(admin, here, mode="one"))
    asked = {number: await _first_asked(admin, number, zone) for number in (first, second)}
    assert (asked[first]["transporter_id"], asked[second]["transporter_id"]) == (
        far.transporter_id,
        near.transporter_id,
    )
    why = ok(await admin.get(f"/api/deliveries/{first}/decision/?transporter={near.transporter_id}"))
    assert (why["kind"], why["transporter_id"]) == ("rolling_asked", far.transporter_id)
    assert (why["asked"]["verdict"], why["asked"]["place"]) == ("outbid", 1)
    ok(await far.post(f"/api/offers/{asked[first]['id']}/accept/"))
    await zone.next_tick()
    state = await zone.next_tick()
    assert (await shown(admin, first))["transporter"]["id"] == far.transporter_id
    assert len(await _searches(admin, second)) == 1, "who is asked already is asked once"
    assert (state["mode"], state["last_hour"]["offered"], state["last_hour"]["given"]) == ("one", 2, 0)


async def test_what_everybody_declined_is_held_with_that_reason_and_is_not_asked_about_again_at_once(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    driver = await driver_at(world, here)
    [number] = await deliveries_at(world, here, {})
    zones.append(zone := await rolling_zone(admin, here, mode="waves"))
    offer = await _first_asked(admin, number, zone)
    ok(await driver.post(f"/api/offers/{offer['id']}/decline/", {"reason": "too_far"}))

    async def held() -> dict[str, Any] | None:
        hold: dict[str, Any] | None = (await shown(admin, number))["hold"]
        return hold

    assert (await until(held))["reason"] == "no_answer"
    await zone.next_tick()
    assert [search["status"] for search in await _searches(admin, number)] == ["exhausted"]


async def test_a_dispatcher_who_asks_without_naming_a_mode_asks_as_the_zone_does(world: World, admin: Person) -> None:
    here = somewhere()
    await driver_at(world, here)
    await rolling_zone(admin, here, mode="all", rolling=False)
    [number] = await deliveries_at(world, here, {})
    ok(await admin.post(f"/api/deliveries/{number}/offers/"), 201)
    assert [search["mode"] for search in await _searches(admin, number)] == ["all"]

"""Whom a dispatcher may give a parcel who is no candidate for it: what the list says is what giving it does."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.world import Driver, Person, Place, World, ok


@pytest.fixture(scope="module")
async def alone(server: RunningServer) -> AsyncIterator[World]:
    """Who is away is counted over all transporters, and elsewhere those of other tests go away by themselves."""
    async with world_of_its_own(server) as own:
        yield own


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


def _path(delivery: dict[str, Any], what: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{what}/"


async def test_whoever_is_said_to_be_given_a_parcel_all_the_same_is_given_it_and_nobody_else_is(
    alone: World,
) -> None:
    world, admin, here = alone, await alone.admin(), somewhere()
    [delivery] = await world.deliveries(at(here) | {"package_weight": 5})
    far = north_of(here, 25_000)
    # Nobody has heard of the last three: they are on no map.
    excluded = {
        "far": await _at(world, far),
        "far and weak": await _at(world, far, capacity_kg=4.9),
        "weak": await _at(world, here, capacity_kg=4.9),
        "offline": await world.driver(),
        "offline and weak": await world.driver(capacity_kg=4.9),
        "offline and full": await world.driver(max_active=1),
    }
    [carried] = await world.deliveries({})
    ok(await excluded["offline and full"].post(f"/api/deliveries/{carried['id']}/accept/"))
    told = await _excluded(admin, delivery, excluded)
    assert told == {one: one in {"far", "offline"} for one in excluded}
    for one, who in sorted(excluded.items(), key=lambda pair: told[pair[0]]):
        reply = await admin.post(_path(delivery, "assign"), {"transporter_id": who.transporter_id})
        assert reply.is_success is told[one], f"{one}: {reply.status_code} {reply.text}"
        if reply.is_success:
            has_it = await _excluded(admin, delivery, {one: who})
            assert has_it == {one: False}, "it has it already"
            taken_from = {"transporter_id": who.transporter_id, "reason": "mistake"}
            ok(await admin.post(_path(delivery, "unassign"), taken_from))


async def _excluded(admin: Person, delivery: dict[str, Any], whom: dict[str, Driver]) -> dict[str, bool]:
    """Of these, who is no candidate, and whether they can be given it all the same."""
    found = ok(await admin.get(_path(delivery, "candidates")))["excluded"]
    told = {one["transporter_id"]: one["can_be_given"] for one in found}
    return {one: told[who.transporter_id] for one, who in whom.items() if who.transporter_id in told}


async def test_what_is_on_hold_is_said_to_be_given_to_nobody_as_it_is_refused_to_everybody(alone: World) -> None:
    admin, here = await alone.admin(), somewhere()
    [delivery] = await alone.deliveries(at(here))
    far = {"far": await _at(alone, north_of(here, 25_000))}
    ok(await admin.post(_path(delivery, "hold"), {"reason": "The buyer asked for it"}))
    body = {"transporter_id": far["far"].transporter_id}
    refused = await admin.post(_path(delivery, "assign"), body)
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert await _excluded(admin, delivery, far) == {"far": False}
    ok(await admin.post(_path(delivery, "resume"), {}))
    assert await _excluded(admin, delivery, far) == {"far": True}
    ok(await admin.post(_path(delivery, "assign"), body))

"""Why a delivery went to whom it went: kept with every decision, told to dispatchers, and to transporters their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from api.server.serving import RunningServer
from dispatch.decisions.models import Decision
from dispatch.decisions.store import DecisionRetention
from tests.support.locks import somebody_waits
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok

AUTO = "/api/auto-assign/"


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Everybody who is online is in a decision, so nobody else's may be."""
    async with world_of_its_own(server) as own:
        yield own


async def _why(admin: Person, delivery: dict[str, Any], driver: Driver) -> dict[str, Any]:
    told: dict[str, Any] = ok(
        await admin.get(f"/api/deliveries/{delivery['id']}/decision/", transporter=driver.transporter_id)
    )["asked"]
    return told


async def _online(world: World, place: tuple[float, float], **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def test_everyone_who_was_online_is_told_what_stood_against_it_and_what_would_have_been_enough(
    world: World,
) -> None:
    here, admin = somewhere(), await world.admin()
    near = await _online(world, north_of(here, 1000))
    farther = await _online(world, north_of(here, 5000))
    small = await _online(world, north_of(here, 500), capacity_kg=2)
    far = await _online(world, north_of(here, 26_000))
    resting = await _online(world, north_of(here, 300))
    away = await world.driver()
    full = await _online(world, north_of(here, 200), max_active=1)
    first, delivery = await world.deliveries(at(here) | {"package_weight": 1}, at(here) | {"package_weight": 4})
    ok(await full.post(f"/api/deliveries/{first['id']}/accept/"))
    ok(await resting.patch("/api/transporters/me/", {"is_available": False}))
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    ok(await near.patch("/api/transporters/me/", {"is_available": False}))  # what changes later does not change it
    told = ok(await admin.get(f"/api/deliveries/{delivery['id']}/decision/"))
    assert (told["kind"], told["transporter_id"], told["asked_by"]) == ("single", near.transporter_id, admin.user_id)
    assert told["online"] == 6
    assert [one["transporter_id"] for one in told["candidates"]] == [near.transporter_id, farther.transporter_id]
    assert told["excluded_counts"] == {"too_heavy": 1, "too_far": 1, "not_available": 1, "no_slot": 1}
    assert told["candidates"][0]["scores"]["distance"] == pytest.approx(95, abs=0.1)

    outbid = await _why(admin, delivery, farther)
    assert (outbid["verdict"], outbid["place"], outbid["barriers"]) == ("outbid", 2, [])
    assert outbid["behind"] == pytest.approx(25 * 4000 / 20_000, abs=0.05)
    nearer_km = float(outbid["ways"][0].split()[0])
    assert outbid["ways"][0].endswith("km nearer to the pickup.")
    assert nearer_km == pytest.approx(4, abs=0.05)
    for driver, why, words in (
        (small, "too_heavy", "2 kg less, or a vehicle with 4 kg free."),
        (resting, "not_available", "Saying to be available."),
        (full, "no_slot", "1 delivery fewer under way: 1 of 1 at most."),
        (away, "offline", "Being online: nothing was heard of it."),
    ):
        told_of = await _why(admin, delivery, driver)
        assert (told_of["verdict"], told_of["ways"]) == (why, [])
        assert told_of["barriers"] == [{"why": why, "words": words}]
    [barrier] = (await _why(admin, delivery, far))["barriers"]
    assert barrier["why"] == "too_far"
    assert float(barrier["words"].split()[0]) == pytest.approx(6, abs=0.1)


async def test_so_much_nearer_as_was_said_would_have_been_enough(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    await _online(world, north_of(here, 4000))
    loser = await _online(world, north_of(here, 3000), capacity_kg=6)
    before, after = await world.deliveries(*[at(here) | {"package_weight": 4}] * 2)
    ok(await admin.post(AUTO, {"delivery_id": before["id"]}))
    told = await _why(admin, before, loser)
    assert told["verdict"] == "outbid"
    ways = [way for way in told["ways"] if "free" in way]
    assert ways, told
    enough_kg = float(ways[0].split()[0])
    ok(await admin.post(f"/api/deliveries/{before['id']}/unassign/", {"reason": "mistake"}))
    ok(await loser.patch("/api/transporters/me/", {"capacity_kg": enough_kg}))
    ok(await admin.post(f"/api/transporters/{loser.transporter_id}/verify/", {"approved": True}))
    made = ok(await admin.post(AUTO, {"delivery_id": after["id"]}))
    assert made["assigned_transporter"]["id"] == loser.transporter_id


async def test_a_plan_for_many_is_kept_once_and_explains_each_of_its_deliveries(world: World) -> None:
    here, admin, kind = somewhere(), await world.admin(), "plan-bike"
    first = await _online(world, north_of(here, 500), max_active=1, vehicle_type=kind)
    second = await _online(world, north_of(here, 6000), max_active=1, vehicle_type=kind)
    other = await _online(world, north_of(here, 100))
    parcels = await world.deliveries(
        at(here) | {"package_weight": 1},
        at(north_of(here, 1500)) | {"package_weight": 1},
        at(here) | {"package_weight": 1},
    )
    body = {
        "operation": "auto_assign",
        "delivery_ids": [parcel["id"] for parcel in parcels],
        "parameters": {"vehicle_type_filter": kind},
    }
    made = ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]
    assert made["successful"] == 2
    given = {one["delivery_id"]: one["transporter_id"] for one in made["assignments"]}
    decisions = set()
    for parcel in parcels:
        told = ok(await admin.get(f"/api/deliveries/{parcel['id']}/decision/"))
        decisions.add(told["id"])
        assert (told["kind"], told["deliveries"], told["vehicle_type"]) == ("bulk", 3, kind)
        assert told["transporter_id"] == given.get(parcel["id"])
        assert (told["reason"] is None) is (parcel["id"] in given)
        assert told["gap"] == pytest.approx(0, abs=1e-6)
    assert len(decisions) == 1
    [left] = [parcel for parcel in parcels if parcel["id"] not in given]
    for driver in (first, second):
        assert (await _why(admin, left, driver))["verdict"] in {"outbid", "equal"}
    assert (await _why(admin, left, other))["barriers"] == [
        {"why": "other_vehicle", "words": "A vehicle of the type that was asked for."}
    ]


async def test_what_nobody_could_take_and_what_a_dispatcher_gave_are_decisions_too(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, far = await _online(world, north_of(here, 100)), await _online(world, north_of(here, 9000))
    heavy, light = await world.deliveries(at(here) | {"package_weight": 900}, at(here) | {"package_weight": 1})
    assert (await admin.post(AUTO, {"delivery_id": heavy["id"]})).status_code == 409
    told = ok(await admin.get(f"/api/deliveries/{heavy['id']}/decision/"))
    assert (told["transporter_id"], told["reason"]) == (
        None,
        "Nobody in reach has enough free capacity for the package.",
    )
    assert (await admin.get(f"/api/deliveries/{light['id']}/decision/")).json()["code"] == "no_decision"
    ok(await admin.post(f"/api/deliveries/{light['id']}/assign/", {"transporter_id": far.transporter_id}))
    told = ok(await admin.get(f"/api/deliveries/{light['id']}/decision/"))
    assert (told["kind"], told["transporter_id"]) == ("by_hand", far.transporter_id)
    assert (await _why(admin, light, near))["verdict"] == "by_hand"


async def test_former_decisions_stay_and_are_found_by_time(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, far = await _online(world, north_of(here, 100)), await _online(world, north_of(here, 900))
    [delivery] = await world.deliveries(at(here) | {"package_weight": 1})
    path = f"/api/deliveries/{delivery['id']}/decision/"
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/unassign/", {"reason": "breakdown"}))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/assign/", {"transporter_id": far.transporter_id}))
    latest = ok(await admin.get(path))
    newest, oldest = latest["decisions"]
    assert [newest["kind"], oldest["kind"]] == ["by_hand", "single"]
    former = ok(await admin.get(path, at=oldest["made_at"]))
    assert (former["id"], former["transporter_id"]) == (oldest["id"], near.transporter_id)
    assert "at" in (await admin.get(path, at="yesterday")).json()["errors"]


async def test_who_gets_it_instead_of_somebody_else_is_a_decision_too(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, next_best, last = [await _online(world, north_of(here, metres)) for metres in (100, 900, 5000)]
    [delivery] = await world.deliveries(at(here) | {"package_weight": 1})
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/reassign/", {"reason": "breakdown"}))
    told = ok(await admin.get(f"/api/deliveries/{delivery['id']}/decision/"))
    assert (told["kind"], told["transporter_id"]) == ("single", next_best.transporter_id)
    assert [one["transporter_id"] for one in told["candidates"]] == [next_best.transporter_id, last.transporter_id]
    assert told["excluded_counts"]["left_out"] == 1
    assert len(told["decisions"]) == 2
    taken_from = await _why(admin, delivery, near)
    assert (taken_from["verdict"], taken_from["place"]) == ("left_out", None)


async def test_who_could_not_take_what_is_reassigned_any_more_had_changed_meanwhile(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    holder, next_best, last = [await _online(world, north_of(here, metres)) for metres in (100, 900, 5000)]
    [delivery] = await world.deliveries(at(here) | {"package_weight": 1})
    path = f"/api/deliveries/{delivery['id']}"
    ok(await admin.post(f"{path}/assign/", {"transporter_id": holder.transporter_id}))
    async with world.server.services.database.transaction() as other:
        await other.execute("UPDATE transporters SET is_available = false WHERE id = $1", next_best.transporter_id)
        moving = asyncio.create_task(admin.post(f"{path}/reassign/", {"reason": "breakdown"}))
        await until(partial(somebody_waits, world), "the best of the others is waited for")
    assert ok(await moving)["assigned_transporter"]["id"] == last.transporter_id
    assert (await _why(admin, delivery, next_best))["verdict"] == "changed"


async def test_where_all_who_could_have_it_gave_it_back_that_is_said_and_not_that_nobody_is_there(world: World) -> None:
    here, admin, kind = somewhere(), await world.admin(), "handcart"
    only = await _online(world, here, vehicle_type=kind)
    [delivery] = await world.deliveries(at(here) | {"package_weight": 1})
    body = {"delivery_id": delivery["id"], "vehicle_type_filter": kind}
    ok(await admin.post(AUTO, body))
    ok(await only.post(f"/api/deliveries/{delivery['id']}/give-back/", {"reason": "unsafe"}))
    said = "All who could have it gave it back before or were ruled out."
    for more in ({"dry_run": True}, {}):
        refused = await admin.post(AUTO, body | more)
        assert (refused.status_code, refused.json()["reason"]) == (409, said)
        assert refused.json()["suggestions"] == ["1 could have it and gave it back before: give it by hand"]
    told = ok(await admin.get(f"/api/deliveries/{delivery['id']}/decision/"))
    assert (told["transporter_id"], told["reason"]) == (None, said)


async def test_a_transporter_sees_its_own_share_and_nothing_of_others(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, far = await _online(world, north_of(here, 100)), await _online(world, north_of(here, 900))
    absent = await world.driver()
    [delivery] = await world.deliveries(at(here) | {"package_weight": 1})
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    path = f"/api/deliveries/{delivery['id']}/decision/mine/"
    told = await far.get(path)
    assert (ok(told)["you"]["verdict"], ok(told)["candidates_count"]) == ("outbid", 2)
    assert not {"transporter_id", "transporter_name", "candidates", "asked_by"} & ok(told).keys()
    assert ok(await near.get(path))["you"]["verdict"] == "chosen"
    assert (await absent.get(path)).status_code == 404
    assert (await far.get(f"/api/deliveries/{delivery['id']}/decision/")).status_code == 403


async def test_an_export_holds_everybody_who_was_online(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    near, small = await _online(world, north_of(here, 100)), await _online(world, north_of(here, 900), capacity_kg=1)
    [delivery] = await world.deliveries(at(here) | {"package_weight": 3})
    ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    reply = await admin.get(f"/api/deliveries/{delivery['id']}/decision/export.json")
    told = ok(reply)
    assert reply.headers["content-disposition"].startswith("attachment")
    assert len(told["everyone"]) == told["online"]
    of = {one["transporter_id"]: one["verdict"] for one in told["everyone"]}
    assert (of[near.transporter_id], of[small.transporter_id]) == ("chosen", "too_heavy")


async def test_old_decisions_are_dropped_and_their_assignments_stay(world: World) -> None:
    here, admin, services = somewhere(), await world.admin(), world.server.services
    await _online(world, north_of(here, 100))
    old, new = await world.deliveries(*[at(here) | {"package_weight": 1}] * 2)
    for delivery in (old, new):
        ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    number = ok(await admin.get(f"/api/deliveries/{old['id']}/decision/"))["id"]
    long_ago = services.clock.now() - timedelta(days=401)
    async with services.database.work() as work:
        await work.session.execute(update(Decision).where(Decision.id == number).values(made_at=long_ago))
    await DecisionRetention(services.database, services.clock, keep_days=0).sweep()
    ok(await admin.get(f"/api/deliveries/{old['id']}/decision/"))
    await DecisionRetention(services.database, services.clock, keep_days=400).sweep()
    assert (await admin.get(f"/api/deliveries/{old['id']}/decision/")).status_code == 404
    ok(await admin.get(f"/api/deliveries/{new['id']}/decision/"))
    async with services.database.work() as work:
        assert await work.session.scalar(select(func.count()).where(Decision.id == number)) == 0
        kept = text("SELECT count(*) FROM assignments WHERE delivery_id = :id")
        assert await work.session.scalar(kept, {"id": old["id"]}) == 1

"""What changes once somebody has a delivery: it goes to somebody else, is handed on, given back, cancelled, hurried."""

from typing import Any
from uuid import uuid4

import pytest
import websockets

from realtime.console import fleet_watch
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import PATIENCE_S
from tests.support.watching import frames_until, next_frame, watch
from tests.support.world import Driver, Person, Place, World, ok, ping, together


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


def _path(delivery: dict[str, Any], what: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{what}/"


async def _given(world: World, admin: Person, driver: Driver, place: Place, count: int = 1) -> list[dict[str, Any]]:
    made = await world.deliveries(*[at(place)] * count)
    for delivery in made:
        ok(await admin.post(_path(delivery, "assign"), {"transporter_id": driver.transporter_id}))
    return made


async def _read(admin: Person, delivery: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    return whole


async def _load(admin: Person, driver: Driver) -> int:
    found = ok(await admin.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))
    return sum(one["status"] in {"assigned", "picked_up", "in_transit"} for one in found["results"])


async def test_a_delivery_is_reassigned_in_one_step_and_both_transporters_and_the_customer_see_it(
    world: World, admin: Person
) -> None:
    here = somewhere()
    before, after = await _at(world, here), await _at(world, north_of(here, 500))
    [delivery] = await _given(world, admin, before, here)
    body = {"transporter_id": after.transporter_id, "taken_from": before.transporter_id, "reason": "better_choice"}
    async with world.phone(before) as old, world.phone(after) as new, watch(world, delivery["tracking_number"]) as seen:
        moved = ok(await admin.post(_path(delivery, "reassign"), body | {"note": "Is on the way there."}))
        assert (moved["taken_from"], moved["assigned_transporter"]["id"]) == (
            before.transporter_id,
            after.transporter_id,
        )
        frame = await old.receive()
        assert (frame["type"], frame["delivery_id"], frame["reason"]) == ("withdrawal", delivery["id"], "reassigned")
        await new.send(ping(2, *here))
        await new.until_ack(2)
        assert [one["delivery_id"] for one in new.assignments] == [delivery["id"]]
        await frames_until(seen, message="Package assigned to another transporter")
    steps = (await _read(admin, delivery))["tracking_history"]
    assert [step["status"] for step in steps] == ["assigned", "assigned"]
    assert steps[-1]["notes"] == "Reassigned by a dispatcher: better choice. Is on the way there."
    assert (await _load(admin, before), await _load(admin, after)) == (0, 1)
    late = await before.post(_path(delivery, "pickup"))
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")
    ok(await after.post(_path(delivery, "pickup")))


async def test_where_nobody_is_named_the_best_of_the_others_has_it(world: World, admin: Person) -> None:
    here = somewhere()
    holder, far, near = [await _at(world, north_of(here, metres)) for metres in (0, 9000, 900)]
    [delivery] = await _given(world, admin, holder, here)
    moved = ok(await admin.post(_path(delivery, "reassign"), {"reason": "too_late"}))
    assert moved["assigned_transporter"]["id"] == near.transporter_id
    assert moved["score_details"]["total_score"] > 0
    assert far.transporter_id in {one["transporter_id"] for one in moved["alternatives"]}


async def test_what_would_help_a_reassignment_is_nothing_that_the_one_it_is_taken_from_could_do(
    world: World, admin: Person
) -> None:
    here = somewhere()
    holder = await _at(world, here, max_active=1)
    [delivery] = await _given(world, admin, holder, here)
    refused = await admin.post(_path(delivery, "reassign"), {"reason": "breakdown"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_transporter")
    assert not [one for one in refused.json()["suggestions"] if "in reach" in one]
    assert refused.json()["reason"] != "All in reach have as many deliveries as they may."


async def test_a_reassignment_is_refused_with_how_the_delivery_stands_and_nothing_changes(
    world: World, admin: Person
) -> None:
    here = somewhere()
    holder, weak = await _at(world, here), await _at(world, here, capacity_kg=0.5)
    [waiting] = await world.deliveries(at(here))
    [delivery] = await _given(world, admin, holder, here)
    for which, more, code in (
        (waiting, {}, "wrong_status"),
        (delivery, {"transporter_id": holder.transporter_id}, "same_transporter"),
        (delivery, {"transporter_id": weak.transporter_id}, "cannot_take"),
        (delivery, {"taken_from": weak.transporter_id}, "other_transporter"),
        (delivery, {}, "no_transporter"),
    ):
        refused = await admin.post(_path(which, "reassign"), {"reason": "mistake"} | more)
        assert (refused.status_code, refused.json()["code"]) == (409, code), refused.text
    nobody = await admin.post(_path(delivery, "reassign"), {"reason": "mistake", "transporter_id": 2**61})
    assert nobody.status_code == 404
    ok(await holder.post(_path(delivery, "pickup")))
    aboard = await admin.post(_path(delivery, "reassign"), {"reason": "mistake", "transporter_id": weak.transporter_id})
    assert (aboard.status_code, aboard.json()["code"]) == (409, "parcel_aboard")
    assert aboard.json()["transporter_id"] == holder.transporter_id


async def test_a_parcel_aboard_is_handed_on_and_whoever_took_it_delivers_it(world: World, admin: Person) -> None:
    here = somewhere()
    broken, helper = await _at(world, here), await _at(world, north_of(here, 500))
    [delivery] = await _given(world, admin, broken, here)
    body = {"transporter_id": helper.transporter_id, "reason": "breakdown"}
    early = await admin.post(_path(delivery, "transfer"), body)
    assert (early.status_code, early.json()["code"]) == (409, "not_aboard")
    ok(await broken.post(_path(delivery, "pickup")))
    async with world.phone(broken) as phone:
        moved = ok(await admin.post(_path(delivery, "transfer"), body | {"note": "They met at the ring road."}))
        frame = await phone.receive()
    assert (frame["type"], frame["reason"]) == ("withdrawal", "transferred")
    assert (moved["status"], moved["taken_from"]) == ("picked_up", broken.transporter_id)
    assert (await _load(admin, broken), await _load(admin, helper)) == (0, 1)
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert tracked["tracking_history"][-1]["message"] == "Package handed on to another transporter"
    assert "ring road" not in str(tracked), "the public is not told why"
    late = await broken.post(_path(delivery, "deliver"))
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")
    assert ok(await helper.post(_path(delivery, "deliver")))["earnings"] == 135


async def test_what_a_transporter_gives_back_waits_and_is_not_given_to_it_again_by_itself(
    world: World, admin: Person
) -> None:
    here = somewhere()
    near, far = await _at(world, here), await _at(world, north_of(here, 9000))
    [delivery] = await _given(world, admin, near, here)
    body = {"reason": "vehicle_trouble", "note": "Flat tyre."}
    back = ok(await near.post(_path(delivery, "give-back"), body))
    assert (back["status"], back["transporter_id"], back["pinned"]) == ("available", None, False)
    again = ok(await near.post(_path(delivery, "give-back"), body))
    assert again == back, "a phone that lost the answer gets it again"
    step = (await _read(admin, delivery))["tracking_history"][-1]
    assert step["notes"] == "Given back by the transporter: vehicle trouble. Flat tyre."
    made = ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
    assert made["assigned_transporter"]["id"] == far.transporter_id
    late = await near.post(_path(delivery, "pickup"))
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")


async def test_only_what_is_ones_own_and_not_picked_up_is_given_back(world: World, admin: Person) -> None:
    here = somewhere()
    driver, stranger = await _at(world, here), await world.driver()
    [delivery] = await _given(world, admin, driver, here)
    foreign = await stranger.post(_path(delivery, "give-back"), {"reason": "other"})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "delivery_not_found")
    ok(await driver.post(_path(delivery, "pickup")))
    aboard = await driver.post(_path(delivery, "give-back"), {"reason": "other"})
    assert (aboard.status_code, aboard.json()["code"]) == (409, "parcel_aboard")
    assert aboard.json()["delivery_status"] == "picked_up"


async def test_a_transporter_that_breaks_down_loses_what_is_open_to_the_best_and_keeps_what_is_aboard(
    world: World, admin: Person
) -> None:
    here = somewhere()
    broken, helper = await _at(world, here), await _at(world, north_of(here, 700))
    aboard, *open_ones = await _given(world, admin, broken, here, 3)
    ok(await broken.post(_path(aboard, "pickup")))
    path = f"/api/transporters/{broken.transporter_id}/relieve/"
    done = ok(await admin.post(path, {"reason": "breakdown", "best": True, "off_duty": True}))
    assert {one["delivery_id"] for one in done["moved"]} == {one["id"] for one in open_ones}
    assert {one["transporter_id"] for one in done["moved"]} == {helper.transporter_id}
    assert [one["delivery_id"] for one in done["aboard"]] == [aboard["id"]]
    assert (done["waiting"], done["failures"]) == ([], [])
    assert ok(await broken.get("/api/transporters/me/"))["is_available"] is False
    assert (await _load(admin, broken), await _load(admin, helper)) == (1, 2)


async def test_all_that_somebody_has_goes_to_one_that_is_named_as_far_as_it_can_take_it(
    world: World, admin: Person
) -> None:
    here = somewhere()
    holder, taker = await _at(world, here), await _at(world, here, max_active=2)
    made = await _given(world, admin, holder, here, 3)
    path = f"/api/transporters/{holder.transporter_id}/relieve/"
    done = ok(await admin.post(path, {"reason": "other", "transporter_id": taker.transporter_id}))
    assert [one["delivery_id"] for one in done["moved"]] == [one["id"] for one in made[:2]]
    [failed] = done["failures"]
    assert (failed["delivery_id"], failed["code"], failed["waits"]) == (made[2]["id"], "cannot_take", False)
    assert (await _load(admin, holder), await _load(admin, taker)) == (1, 2)
    rest = ok(await admin.post(path, {"reason": "other"}))
    assert [one["delivery_id"] for one in rest["waiting"]] == [made[2]["id"]]
    for wrong, status in (
        ({"best": True, "transporter_id": taker.transporter_id}, 400),
        ({"transporter_id": holder.transporter_id}, 409),
        ({"transporter_id": 2**61}, 404),
    ):
        assert (await admin.post(path, {"reason": "other"} | wrong)).status_code == status


async def test_a_delivery_is_cancelled_until_the_pickup_and_its_transporter_has_room_again(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    cancelled, carried = await _given(world, admin, driver, here, 2)
    ok(await driver.post(_path(carried, "pickup")))
    body = {"reason": "customer_asked", "note": "Moved away."}
    async with world.phone(driver) as phone:
        done = ok(await admin.post(_path(cancelled, "cancel"), body))
        frame = await phone.receive()
    assert (frame["type"], frame["reason"]) == ("withdrawal", "cancelled")
    assert (done["status"], done["transporter_id"]) == ("cancelled", None)
    assert ok(await admin.post(_path(cancelled, "cancel"), body)) == done
    assert len((await _read(admin, cancelled))["tracking_history"]) == 2
    aboard = await admin.post(_path(carried, "cancel"), body)
    assert (aboard.status_code, aboard.json()["code"]) == (409, "cannot_cancel")
    stranger = await world.person("seller")
    assert (await stranger.post(_path(cancelled, "cancel"), body)).status_code == 404
    assert await _load(admin, driver) == 1


async def test_a_priority_reaches_consoles_and_whoever_has_the_delivery_at_once(
    world: World, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_watch, "READ_ALL_EVERY_S", 3600.0)  # nothing is found by looking at everything again
    here = somewhere()
    driver = await world.driver()
    await world.online_at(driver, *here)
    [delivery] = await world.deliveries(at(here))
    ok(await admin.post(_path(delivery, "assign"), {"transporter_id": driver.transporter_id}))
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    url = f"{world.ws_url}/ws/console"
    async with (
        world.phone(driver) as phone,
        websockets.connect(url, subprotocols=names, max_size=None, open_timeout=PATIENCE_S) as console,
    ):
        await console.send('{"type":"subscribe"}')
        await next_frame(console)
        ok(await admin.post(_path(delivery, "priority"), {"priority": "urgent"}))
        told = await phone.receive()
        assert (told["type"], told["delivery_id"], told["priority"]) == ("priority", delivery["id"], "urgent")
        seen: set[str] = set()
        while "urgent" not in seen:
            frame = await next_frame(console)
            seen |= {one["priority"] for one in frame.get("deliveries", ()) if one["id"] == delivery["id"]}


async def test_a_priority_is_changed_only_from_what_it_was_thought_to_be(world: World, admin: Person) -> None:
    [delivery] = await world.deliveries(at(somewhere()))
    done = ok(await admin.post(_path(delivery, "priority"), {"priority": "urgent"}))
    assert (done["delivery"]["priority"], done["changed_from"]) == ("urgent", "normal")
    late = await admin.post(_path(delivery, "priority"), {"priority": "low", "changed_from": "normal"})
    assert (late.status_code, late.json()["code"], late.json()["priority"]) == (409, "other_priority", "urgent")
    ok(await admin.post(_path(delivery, "priority"), {"priority": "normal", "changed_from": "urgent"}))
    [first, *_] = ok(await admin.get("/api/v1/audit/", subject_kind="delivery", subject_id=str(delivery["id"])))[
        "results"
    ]
    assert first["detail"] == {"priority": "normal", "changed_from": "urgent", "note": ""}
    ok(await admin.post(_path(delivery, "cancel"), {"reason": "other"}))
    ended = await admin.post(_path(delivery, "priority"), {"priority": "high"})
    assert (ended.status_code, ended.json()["code"]) == (409, "wrong_status")


async def test_of_a_pickup_a_reassignment_a_cancellation_and_a_return_at_once_one_wins_and_the_rest_are_told(
    world: World, admin: Person
) -> None:
    here = somewhere()
    holder, other = await _at(world, here, max_active=8), await _at(world, here, max_active=8)
    for delivery in await _given(world, admin, holder, here, 4):
        replies = await together(
            [
                holder.post(_path(delivery, "pickup")),
                admin.post(_path(delivery, "reassign"), {"reason": "mistake", "transporter_id": other.transporter_id}),
                admin.post(_path(delivery, "cancel"), {"reason": "other"}),
                holder.post(_path(delivery, "give-back"), {"reason": "off_duty"}),
            ]
        )
        assert {reply.status_code for reply in replies} <= {200, 409}
        whole = await _read(admin, delivery)
        has = whole["transporter"] and whole["transporter"]["id"]
        won = [reply.status_code == 200 for reply in replies]
        # A reassignment or a return may still be followed by a cancellation; a pickup by nothing.
        expected = {
            "picked_up": (True, False, False, False),
            "assigned": (False, True, False, False),
            "available": (False, False, False, True),
        }
        if whole["status"] == "cancelled":
            assert won[2]
            assert not won[0]
            assert has is None
        else:
            assert tuple(won) == expected[whole["status"]]
            assert (has == other.transporter_id) == (whole["status"] == "assigned")
    held = await _load(admin, holder), await _load(admin, other)
    assert sum(held) <= 4


async def test_a_repeated_reassignment_with_its_key_moves_once(world: World, admin: Person) -> None:
    here = somewhere()
    first, second = await _at(world, here), await _at(world, here)
    [delivery] = await _given(world, admin, first, here)
    key = {"Idempotency-Key": uuid4().hex}
    body = {"reason": "mistake", "transporter_id": second.transporter_id}
    moved = ok(await admin.post(_path(delivery, "reassign"), body, **key))
    again = await admin.post(_path(delivery, "reassign"), body, **key)
    assert (ok(again), again.headers["idempotency-replayed"]) == (moved, "true")
    assert len((await _read(admin, delivery))["tracking_history"]) == 2

"""A dispatcher's own decisions: who could carry a delivery, giving it to somebody, taking it back."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.watching import frames_until, watch
from tests.support.world import Driver, Person, Place, World, ok, ping, together


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


@pytest.fixture(scope="module")
async def alone(server: RunningServer) -> AsyncIterator[World]:
    """Who is away is counted over all transporters, and elsewhere those of other tests go away by themselves."""
    async with world_of_its_own(server) as own:
        yield own


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def _one(world: World, place: Place, **more: Any) -> dict[str, Any]:
    [delivery] = await world.deliveries(at(place) | more)
    return delivery


def _path(delivery: dict[str, Any], what: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{what}/"


async def _give(admin: Person, delivery: dict[str, Any], driver: Driver, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = ok(
        await admin.post(_path(delivery, "assign"), {"transporter_id": driver.transporter_id} | more)
    )
    return given


async def test_candidates_come_in_the_order_of_their_scores_and_nothing_is_assigned(
    world: World, admin: Person
) -> None:
    here = somewhere()
    far, near = await _at(world, north_of(here, 8000)), await _at(world, north_of(here, 1000), max_active=3)
    delivery = await _one(world, here)
    found = ok(await admin.get(_path(delivery, "candidates")))
    assert [one["transporter"]["id"] for one in found["candidates"]] == [near.transporter_id, far.transporter_id]
    first = found["candidates"][0]
    assert first["distance_km"] == pytest.approx(1.0, abs=0.01)
    assert (first["active"], first["max_active"], first["free_capacity"]) == (0, 3, 50.0)
    scores = first["score_details"]
    parts = [scores[f"{term}_score"] for term in ("distance", "rating", "capacity", "workload")]
    assert scores["total_score"] == pytest.approx(sum(parts) / 4, abs=1)
    assert first["presence"] == "online"
    assert (found["status"], found["candidates_count"], found["reason"]) == ("available", 2, None)
    made = ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
    assert made["assigned_transporter"]["id"] == near.transporter_id
    assert made["score_details"] == scores, "the same scores as the assignment has"


async def test_only_as_many_candidates_are_named_as_are_asked_for(world: World, admin: Person) -> None:
    here = somewhere()
    for metres in (100, 200, 300):
        await _at(world, north_of(here, metres))
    delivery = await _one(world, here)
    found = ok(await admin.get(_path(delivery, "candidates"), top_k=2))
    assert (len(found["candidates"]), found["candidates_count"]) == (2, 3)
    for wrong in (0, 101, "many"):
        assert (await admin.get(_path(delivery, "candidates"), top_k=wrong)).status_code == 400


async def test_everybody_who_is_no_candidate_is_named_with_the_reason(world: World, admin: Person) -> None:
    here = somewhere()
    weak, full = await _at(world, here, capacity_kg=4.9), await _at(world, north_of(here, 500), max_active=1)
    carried, delivery = await world.deliveries(at(here), at(here) | {"package_weight": 5})
    ok(await full.post(f"/api/deliveries/{carried['id']}/accept/"))
    away = await _at(world, north_of(here, 19_000))
    ok(await away.patch("/api/transporters/me/", {"is_available": False}))
    beyond = await _at(world, north_of(here, 25_000))
    found = ok(await admin.get(_path(delivery, "candidates")))
    told = {one["transporter_id"]: one for one in found["excluded"]}
    assert {who.transporter_id: told[who.transporter_id]["why"] for who in (weak, full, beyond)} == {
        weak.transporter_id: "too_heavy",
        full.transporter_id: "no_slot",
        beyond.transporter_id: "too_far",
    }
    assert told[weak.transporter_id]["words"] == "Has 4.9 kg free; the package weighs 5 kg."
    assert told[full.transporter_id]["words"] == "Has 1 deliveries under way, of 1 at most."
    assert told[beyond.transporter_id]["words"] == "Is 25 km from the pickup, beyond the assignment radius."
    assert [told[who.transporter_id]["can_be_given"] for who in (weak, full, beyond)] == [False, False, True]
    assert found["candidates"] == []
    assert "many deliveries" in found["reason"]
    assert found["excluded_counts"]["not_available"] >= 1


@pytest.mark.parametrize("what", ["not_available", "not_verified", "offline"])
async def test_who_is_away_counts_among_the_excluded_and_comes_back_with_what_changes(alone: World, what: str) -> None:
    admin, delivery = await alone.admin(), await _one(alone, somewhere())

    async def count() -> int:
        counts: dict[str, int] = ok(await admin.get(_path(delivery, "candidates")))["excluded_counts"]
        return counts.get(what, 0)

    before = await count()
    driver = await alone.driver(verified=what != "not_verified")
    if what == "not_available":
        ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    assert await count() == before + 1


async def test_a_delivery_goes_to_whom_a_dispatcher_names_and_the_decision_keeps_who_was_better(
    world: World, admin: Person
) -> None:
    here = somewhere()
    near, far = await _at(world, here), await _at(world, north_of(here, 9000))
    delivery = await _one(world, here)
    async with world.phone(far) as phone:
        given = await _give(admin, delivery, far, override_reason="Knows the street.")
        await phone.send(ping(1, *here))
        await phone.until_ack(1)
    assert given["assigned_transporter"]["id"] == far.transporter_id
    assert given["score_details"]["distance_score"] == 55
    assert [other["transporter_id"] for other in given["alternatives"]] == [near.transporter_id]
    assert [frame["delivery_id"] for frame in phone.assignments] == [delivery["id"]]
    whole = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    assert (whole["status"], whole["tracking_history"][-1]["notes"]) == ("assigned", "Knows the street.")
    [event] = ok(await admin.get("/api/v1/audit/", subject_kind="delivery", subject_id=str(delivery["id"])))["results"]
    assert (event["action"], event["actor_id"]) == ("delivery.assigned", admin.user_id)
    assert event["detail"]["reason"] == "Knows the street."


async def test_a_transporter_who_is_far_or_offline_may_be_named_and_has_no_score(world: World, admin: Person) -> None:
    here = somewhere()
    offline, beyond = await world.driver(), await _at(world, north_of(here, 30_000))
    for driver in (offline, beyond):
        given = await _give(admin, await _one(world, here), driver)
        assert (given["score_details"], given["status"]) == (None, "assigned")


async def test_who_cannot_carry_is_refused_with_the_reason_and_the_delivery_waits_on(
    world: World, admin: Person
) -> None:
    here = somewhere()
    weak, unverified, away = [await world.driver(capacity_kg=4.9), await world.driver(), await world.driver()]
    ok(await unverified.patch("/api/transporters/me/", {"business_name": "Another name"}))
    ok(await away.patch("/api/transporters/me/", {"is_available": False}))
    delivery = await _one(world, here, package_weight=5)
    for driver, why in ((weak, "too_heavy"), (unverified, "not_verified"), (away, "not_available")):
        refused = await admin.post(_path(delivery, "assign"), {"transporter_id": driver.transporter_id})
        assert (refused.status_code, refused.json()["code"], refused.json()["why"]) == (409, "cannot_take", why)
        assert "Some Driver cannot take it." in refused.json()["detail"]
    nobody = await admin.post(_path(delivery, "assign"), {"transporter_id": 2**61})
    assert nobody.status_code == 404
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"


async def test_of_dispatchers_who_give_one_delivery_at_once_one_does_and_the_rest_learn_who_has_it(
    world: World, admin: Person
) -> None:
    here = somewhere()
    drivers = [await _at(world, north_of(here, metres)) for metres in (100, 200, 300)]
    delivery = await _one(world, here)
    replies = await together(
        admin.post(_path(delivery, "assign"), {"transporter_id": driver.transporter_id}) for driver in drivers * 3
    )
    [given] = [reply.json() for reply in replies if reply.status_code == 200]
    refused = [reply.json() for reply in replies if reply.status_code == 409]
    assert len(refused) == 8
    assert {one["transporter_id"] for one in refused} == {given["assigned_transporter"]["id"]}
    assert {(one["delivery_status"], one["transporter_name"]) for one in refused} == {("assigned", "Some Driver")}
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert len(tracked["tracking_history"]) == 1


async def test_a_delivery_that_is_taken_back_waits_again_and_its_transporter_is_told(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    delivery = await _one(world, here)
    await _give(admin, delivery, driver)
    body = {"reason": "breakdown", "note": "Flat tyre in Patan.", "transporter_id": driver.transporter_id}
    async with world.phone(driver) as phone, watch(world, delivery["tracking_number"]) as watcher:
        back = ok(await admin.post(_path(delivery, "unassign"), body))
        assert (back["status"], back["taken_from"]) == ("available", driver.transporter_id)
        frame = await phone.receive()
        assert (frame["type"], frame["delivery_id"], frame["reason"]) == ("withdrawal", delivery["id"], "taken_back")
        await frames_until(watcher, status="available")
    step = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"][-1]
    assert step["notes"] == "Taken back by a dispatcher: breakdown. Flat tyre in Patan."
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert (tracked["status"], tracked["transporter"]) == ("available", None)
    assert "tyre" not in str(tracked), "the public is not told why"
    events = ok(await admin.get("/api/v1/audit/", subject_kind="delivery", subject_id=str(delivery["id"])))["results"]
    assert [event["action"] for event in events] == ["delivery.unassigned", "delivery.assigned"]
    await _give(admin, delivery, driver)


async def test_what_nobody_has_and_what_is_aboard_cannot_be_taken_back(world: World, admin: Person) -> None:
    here = somewhere()
    driver, other = await _at(world, here), await _at(world, here)
    delivery = await _one(world, here)
    body = {"reason": "mistake"}
    refused = await admin.post(_path(delivery, "unassign"), body)
    assert (refused.status_code, refused.json()["delivery_status"]) == (409, "available")
    await _give(admin, delivery, driver)
    not_theirs = await admin.post(_path(delivery, "unassign"), body | {"transporter_id": other.transporter_id})
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (409, "other_transporter")
    assert not_theirs.json()["transporter_id"] == driver.transporter_id
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    aboard = await admin.post(_path(delivery, "unassign"), body)
    assert (aboard.status_code, aboard.json()["delivery_status"]) == (409, "picked_up")
    assert aboard.json()["transporter_name"] == "Some Driver"


async def test_candidates_for_a_parcel_that_is_aboard_are_nearest_to_whoever_has_it_and_for_one_that_ended_nobody(
    world: World, admin: Person
) -> None:
    here = somewhere()
    holder, there, here_still = await _at(world, here), await _at(world, north_of(here, 8000)), await _at(world, here)
    delivery = await _one(world, here)
    await _give(admin, delivery, holder)
    before = ok(await admin.get(_path(delivery, "candidates")))["candidates"]
    assert [one["distance_km"] for one in before] == [0.0, 0.0, pytest.approx(8.0, abs=0.05)]
    ok(await holder.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    await world.online_at(holder, *north_of(here, 7000))
    found = ok(await admin.get(_path(delivery, "candidates")))
    numbers = [one["transporter"]["id"] for one in found["candidates"]]
    assert numbers.index(there.transporter_id) < numbers.index(here_still.transporter_id)
    by_id = {one["transporter"]["id"]: one for one in found["candidates"]}
    assert by_id[there.transporter_id]["distance_km"] == pytest.approx(1.0, abs=0.05)
    assert by_id[here_still.transporter_id]["distance_km"] == pytest.approx(7.0, abs=0.05)
    sooner, later = (by_id[one.transporter_id]["estimated_delivery_time"] for one in (there, here_still))
    assert sooner < later
    ok(await holder.post(f"/api/deliveries/{delivery['id']}/deliver/"))
    closed = await admin.get(_path(delivery, "candidates"))
    assert (closed.status_code, closed.json()["code"]) == (409, "wrong_status")


async def test_a_candidate_who_gave_the_delivery_back_is_marked(world: World, admin: Person) -> None:
    here = somewhere()
    driver, _ = await _at(world, here), await _at(world, here)
    delivery = await _one(world, here)
    await _give(admin, delivery, driver)
    ok(await driver.post(_path(delivery, "give-back"), {"reason": "too_far"}))
    found = ok(await admin.get(_path(delivery, "candidates")))["candidates"]
    assert {one["transporter"]["id"] for one in found if one["gave_back"]} == {driver.transporter_id}
    assert len(found) == 2


async def test_taking_back_beside_the_pickup_ends_one_way_or_the_other(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here, max_active=8)
    for delivery in await world.deliveries(*[at(here)] * 6):
        await _give(admin, delivery, driver)
        taken, picked_up = await together(
            [
                admin.post(_path(delivery, "unassign"), {"reason": "too_late"}),
                driver.post(f"/api/deliveries/{delivery['id']}/pickup/"),
            ]
        )
        status = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"]
        assert (taken.status_code, picked_up.status_code, status) in {
            (200, 409, "available"),
            (409, 200, "picked_up"),
        }


async def test_a_repeat_with_the_same_key_takes_back_once(world: World, admin: Person) -> None:
    here = somewhere()
    driver, delivery = await _at(world, here), await _one(world, here)
    await _give(admin, delivery, driver)
    key = {"Idempotency-Key": uuid4().hex}
    first = await admin.post(_path(delivery, "unassign"), {"reason": "other"}, **key)
    await _give(admin, delivery, driver)
    again = await admin.post(_path(delivery, "unassign"), {"reason": "other"}, **key)
    assert (ok(again), again.headers["idempotency-replayed"]) == (ok(first), "true")
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "assigned"

"""What else people do with parcels and tell later: each keeps both times, and is judged by what happened meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
GIVES_BACK = {"reason": "too_far"}


async def test_what_was_taken_and_picked_up_without_a_network_has_the_times_at_which_it_was(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    taken = datetime.now(UTC)
    picked_up = datetime.now(UTC)
    accepted = ok(await driver.post(path(delivery, "accept"), said(taken)))
    assert accepted["status"] == "assigned"
    told = ok(await driver.post(path(delivery, "pickup"), AT_PICKUP | said(picked_up)))
    assert moment(told["timestamp"]) == picked_up
    assert [moment(step["timestamp"]) for step in await history(world, delivery)] == [taken, picked_up]
    assert [moment(step["happened_at"]) for step in await history(world, delivery)] == [taken, picked_up]


async def test_who_took_it_later_by_its_own_clock_has_it_where_it_was_heard_first(world: World) -> None:
    first, second, delivery = await world.driver(), await world.driver(), await world.delivery()
    before = datetime.now(UTC)
    ok(await second.post(path(delivery, "accept"), said(datetime.now(UTC))))
    refused = await first.post(path(delivery, "accept"), said(before))
    assert (refused.status_code, refused.json()["code"]) == (409, "already_assigned")


async def test_nothing_is_taken_before_it_waited_and_what_was_said_of_it_meanwhile_is_no_bound(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    taken = datetime.now(UTC)
    ok(await (await world.admin()).post(path(delivery, "instructions"), {"instructions": "Ring twice"}))
    ok(await driver.post(path(delivery, "accept"), said(taken)))
    assert moment((await history(world, delivery))[-1]["timestamp"]) == taken
    other = await world.delivery()
    ok(await driver.post(path(other, "accept"), said(taken - timedelta(hours=1))))
    step = (await history(world, other))[-1]
    assert "before_last_step" in step["flags"]
    assert step["timestamp"] == step["noticed_at"]


async def test_what_was_given_back_is_told_late_with_its_own_time(world: World) -> None:
    driver, delivery = await taken_by(world)
    at = datetime.now(UTC)
    ok(await driver.post(path(delivery, "give-back"), GIVES_BACK | said(at)))
    step = (await history(world, delivery))[-1]
    assert (step["status"], moment(step["timestamp"]), moment(step["happened_at"])) == ("available", at, at)
    assert moment(step["noticed_at"]) > at


async def test_who_gave_back_what_was_given_to_the_same_one_again_since_keeps_it_and_the_word_is_kept(
    world: World,
) -> None:
    driver, delivery = await taken_by(world)
    admin = await world.admin()
    ok(await admin.post(path(delivery, "unassign"), {"reason": "mistake"}))
    at = datetime.now(UTC) - timedelta(minutes=10)  # beyond what a clock may differ
    ok(await admin.post(path(delivery, "assign"), {"transporter_id": driver.transporter_id, "override_reason": "Near"}))
    refused = await driver.post(path(delivery, "give-back"), GIVES_BACK | {"note": "Flat tyre"} | said(at))
    told = refused.json()
    assert (refused.status_code, told["code"], told["delivery_status"]) == (409, "assigned_since", "assigned")
    assert (told["proof_kept"], told["proof_number"]) == (True, 1)
    [kept] = ok(await admin.get(path(delivery, "proof")))["refused"]
    assert (kept["step"], kept["reason"], kept["notes"], kept["refusal"]) == (
        "give_back",
        "too_far",
        "Flat tyre",
        "assigned_since",
    )
    assert moment(kept["happened_at"]) == at
    ok(await driver.post(path(delivery, "give-back"), GIVES_BACK))


async def test_a_parcel_goes_back_since_the_moment_at_which_its_courier_says_so_late(world: World) -> None:
    driver, delivery = await taken_by(world)
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    for _ in range(world.server.settings.max_attempts):
        ok(await driver.post(path(delivery, "attempts"), AT_DOOR | {"reason": "nobody_there"}), 201)
    at = datetime.now(UTC)
    brought = datetime.now(UTC)
    made = ok(await driver.post(path(delivery, "return"), {"reason": "Nobody takes it"} | said(at)))["delivery"]
    step = (await history(world, delivery))[-1]
    assert (moment(step["timestamp"]), moment(step["happened_at"])) == (at, at)
    assert moment(ok(await driver.get(path(made)))["picked_up_at"]) == at
    told = ok(await driver.post(path(made, "deliver"), AT_PICKUP | said(brought)))
    assert moment(told["delivered_at"]) == brought


async def test_a_return_that_is_told_too_late_is_refused_and_what_its_courier_said_is_kept(world: World) -> None:
    driver, delivery = await taken_by(world)
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    admin = await world.admin()
    other = {"transporter_id": (await world.driver()).transporter_id, "reason": "breakdown"}
    ok(await admin.post(path(delivery, "transfer"), other))
    refused = await driver.post(path(delivery, "return"), {"reason": "Nobody takes it"} | said(datetime.now(UTC)))
    assert (refused.status_code, refused.json()["code"], refused.json()["proof_kept"]) == (
        409,
        "no_longer_yours",
        True,
    )
    [kept] = ok(await admin.get(path(delivery, "proof")))["refused"]
    assert (kept["step"], kept["notes"]) == ("return", "Nobody takes it")


@pytest.mark.parametrize("act", ["transfer", "loss"])
async def test_a_dispatcher_says_when_a_parcel_changed_hands_or_was_lost(world: World, act: str) -> None:
    driver, delivery = await taken_by(world)
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    at = datetime.now(UTC)
    bodies: dict[str, dict[str, Any]] = {
        "transfer": {"transporter_id": (await world.driver()).transporter_id, "reason": "breakdown"},
        "loss": {"ending": "lost", "reason": "It fell into the river"},
    }
    ok(await (await world.admin()).post(path(delivery, act), bodies[act] | said(at)))
    step = (await history(world, delivery))[-1]
    assert (moment(step["timestamp"]), moment(step["happened_at"])) == (at, at)
    assert moment(step["noticed_at"]) > at
    assert step["flags"] == []


async def taken_by(world: World) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(path(delivery, "accept")))
    return driver, delivery


async def history(world: World, delivery: dict[str, Any]) -> list[dict[str, Any]]:
    """All steps of a delivery as an admin sees them, oldest first."""
    steps: list[dict[str, Any]] = ok(await (await world.admin()).get(path(delivery)))["tracking_history"]
    return steps


def said(at: datetime) -> dict[str, str]:
    return {"happened_at": at.isoformat()}


def path(delivery: dict[str, Any], *verb: str) -> str:
    return "/".join(["/api/deliveries", str(delivery["id"]), *verb, ""])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""Who gave a delivery back a moment ago has it again, unless it is too late or somebody else was first."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from dispatch.assignments.changes.refusals import refusers_of
from dispatch.deliveries.models import DeliveryStep
from dispatch.events.models import Event
from tests.support.world import Driver, World, ok


async def test_who_gave_a_delivery_back_has_it_again_as_if_it_had_just_taken_it(world: World) -> None:
    driver, delivery = await given_back(world)
    kept = ok(await driver.post(path(delivery, "undo")))
    assert (kept["status"], kept["transporter_id"]) == ("assigned", driver.transporter_id)
    assert ok(await driver.post(path(delivery, "undo"))) == kept
    async with world.server.services.database.work() as work:
        assert driver.transporter_id not in await refusers_of(work.session, delivery["id"])
        mine = Event.subject == f"delivery:{delivery['id']}"
        told = list(await work.session.scalars(select(Event.type).where(mine).order_by(Event.id)))
    assert told[-3:] == ["delivery.unassigned", "delivery.assigned", "delivery.accepted"]
    history = ok(await (await world.admin()).get(path(delivery)))["tracking_history"]
    assert [step["status"] for step in history] == ["assigned", "available", "assigned"]
    hands = ok(await (await world.admin()).get(path(delivery, "assignments")))
    assert [hand["how"] for hand in hands["hands"] if hand["how"] is not None] == ["own", "own"]
    ok(await driver.post(path(delivery, "pickup")))


async def test_it_is_undone_within_its_time_and_not_after(world: World) -> None:
    driver, delivery = await given_back(world)
    services = world.server.services
    earlier = services.clock.now() - timedelta(seconds=world.server.settings.undo_s + 1)
    async with services.database.work() as work:
        mine = (DeliveryStep.delivery_id == delivery["id"], DeliveryStep.status == "available")
        await work.session.execute(update(DeliveryStep).where(*mine).values(noticed_at=earlier))
    late = await driver.post(path(delivery, "undo"))
    assert (late.status_code, late.json()["code"], late.json()["delivery_status"]) == (409, "undo_over", "available")


async def test_nothing_else_is_undone_and_nobody_elses(world: World) -> None:
    driver, delivery = await given_back(world)
    other = await world.driver()
    assert (await other.post(path(delivery, "undo"))).status_code == 404
    ok(await other.post(path(delivery, "accept")))
    for who in (driver, other):
        refused = await who.post(path(delivery, "undo"))
        assert (refused.status_code, refused.json()["code"], refused.json()["delivery_status"]) == (
            409,
            "nothing_to_undo",
            "assigned",
        )
    ok(await other.post(path(delivery, "pickup")))
    assert (await other.post(path(delivery, "undo"))).json()["code"] == "nothing_to_undo"


async def test_of_an_undo_and_somebody_who_takes_it_at_once_just_one_has_it(world: World) -> None:
    driver, delivery = await given_back(world)
    other = await world.driver()
    undone, taken = await asyncio.gather(driver.post(path(delivery, "undo")), other.post(path(delivery, "accept")))
    assert sorted([undone.status_code, taken.status_code]) == [200, 409]
    has = ok(await (await world.admin()).get(path(delivery)))["transporter"]["id"]
    assert has == (driver if undone.is_success else other).transporter_id


async def test_what_a_dispatcher_holds_since_stays_where_it_is(world: World) -> None:
    driver, delivery = await given_back(world)
    ok(await (await world.admin()).post(path(delivery, "hold"), {"reason": "The customer called"}))
    refused = await driver.post(path(delivery, "undo"))
    assert refused.status_code == 409
    assert ok(await (await world.admin()).get(path(delivery)))["status"] == "available"


async def given_back(world: World) -> tuple[Driver, dict[str, Any]]:
    """What somebody has just given back."""
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "give-back"), {"reason": "too_far"}))
    return driver, delivery


def path(delivery: dict[str, Any], *verb: str) -> str:
    return "/".join(["/api/deliveries", str(delivery["id"]), *verb, ""])

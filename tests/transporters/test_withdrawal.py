"""What a transporter has not picked up waits again once it may or will not carry it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.assignments.document_expiry import DocumentExpiry
from dispatch.assignments.withdrawal import WithdrawalReason, withdraw_open_deliveries
from dispatch.bikram_sambat import nepal_date
from dispatch.deliveries.loads import Load
from dispatch.errors import Forbidden
from dispatch.transporters.models import TransporterDocument
from dispatch.transporters.service import lock_transporter
from tests.support.watching import frames_until, next_frame, watch
from tests.support.world import Driver, World, ok, ping, together


async def _accepted(world: World, driver: Driver, count: int = 1) -> list[dict[str, Any]]:
    deliveries = await world.deliveries(*[{}] * count)
    for delivery in deliveries:
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return deliveries


async def _withdraw(world: World, driver: Driver, reason: WithdrawalReason) -> list[int]:
    services = world.server.services
    async with services.database.work() as work:
        returned = await withdraw_open_deliveries(
            work, services.clock, services.publisher, driver.transporter_id, reason
        )
        return [delivery.id for delivery in returned]


async def _tracked(world: World, delivery: dict[str, Any]) -> dict[str, Any]:
    tracked: dict[str, Any] = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    return tracked


async def test_open_deliveries_wait_again_and_what_is_aboard_stays_with_the_transporter(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    waiting, aboard, delivered = await _accepted(world, driver, 3)
    for delivery in (aboard, delivered):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    ok(await driver.post(f"/api/deliveries/{delivered['id']}/deliver/"))
    assert await _withdraw(world, driver, WithdrawalReason.ACCOUNT_CLOSED) == [waiting["id"]]
    assert [(await _tracked(world, one))["status"] for one in (waiting, aboard, delivered)] == [
        "available",
        "picked_up",
        "delivered",
    ]
    tracked = await _tracked(world, waiting)
    assert (tracked["transporter"], tracked["estimated_delivery_time"]) == (None, None)
    assert [step["status"] for step in tracked["tracking_history"]] == ["assigned", "available"]
    assert "account" not in str(tracked), "the public is not told why"
    late = await driver.post(f"/api/deliveries/{waiting['id']}/pickup/")
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")
    ok(await other.post(f"/api/deliveries/{waiting['id']}/accept/"))
    assert await _withdraw(world, driver, WithdrawalReason.ACCOUNT_CLOSED) == []


async def test_the_transporters_app_is_told_what_was_taken_back_and_why(world: World) -> None:
    driver = await world.driver()
    async with world.phone(driver) as phone:
        [delivery] = await _accepted(world, driver)
        await phone.send(ping(1, 27.7, 85.3))
        await phone.until_ack(1)
        await _withdraw(world, driver, WithdrawalReason.UNAVAILABLE)
        while (frame := await phone.receive())["type"] != "withdrawal":
            pass
    assert frame == {
        "type": "withdrawal",
        "delivery_id": delivery["id"],
        "delivery_uuid": delivery["delivery_id"],
        "reason": "unavailable",
    }


async def test_each_way_of_not_carrying_any_more_gives_back_what_was_not_picked_up(world: World) -> None:
    admin = await world.admin()
    for way in ("unavailable", "revoked", "changed"):
        driver = await world.driver()
        waiting, aboard = await _accepted(world, driver, 2)
        ok(await driver.post(f"/api/deliveries/{aboard['id']}/pickup/"))
        if way == "revoked":
            ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/", {"approved": False}))
        else:
            change = {"is_available": False} if way == "unavailable" else {"vehicle_number": "BA-9-PA-9999"}
            ok(await driver.patch("/api/transporters/me/", change))
        assert [(await _tracked(world, one))["status"] for one in (waiting, aboard)] == ["available", "picked_up"], way
        late = await driver.post(f"/api/deliveries/{waiting['id']}/pickup/")
        assert (late.status_code, late.json()["code"]) == (409, "no_longer_yours")
        assert (await driver.post(f"/api/deliveries/{waiting['id']}/accept/")).status_code in {403, 409}
        ok(await driver.post(f"/api/deliveries/{aboard['id']}/deliver/"))  # what is aboard still arrives


async def test_a_transporter_that_is_not_available_accepts_nothing(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/accept/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_available")
    ok(await driver.patch("/api/transporters/me/", {"is_available": True}))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))


async def test_who_watches_the_parcel_sees_it_wait_again_and_no_longer_where_the_transporter_is(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    [delivery] = await _accepted(world, driver)
    for who in (driver, other):
        await world.online_at(who, 27.7, 85.3)
    async with watch(world, delivery["tracking_number"]) as watcher:
        first = await next_frame(watcher)
        assert (first["status"], first["position"] is None) == ("assigned", False)
        ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
        frames = await frames_until(watcher, status="available")
        assert frames[-1]["message"] == "Package is waiting for another transporter"
        await world.online_at(driver, 27.8, 85.3)
        ok(await other.post(f"/api/deliveries/{delivery['id']}/accept/"))
        between = await frames_until(watcher, status="assigned")
        assert [frame["type"] for frame in between if frame.get("lat") == 27.8] == []


async def test_once_a_document_has_expired_what_was_not_picked_up_waits_again(world: World) -> None:
    services, today = world.server.services, nepal_date(datetime.now(UTC))
    driver, fine = [
        await world.driver(documents=[{"kind": "licence", "number": "1", "expires_on": f"{today + timedelta(days=2)}"}])
        for _ in range(2)
    ]
    waiting, aboard = await _accepted(world, driver, 2)
    [other] = await _accepted(world, fine)
    ok(await driver.post(f"/api/deliveries/{aboard['id']}/pickup/"))
    async with services.database.work() as work:
        await work.session.execute(
            update(TransporterDocument)
            .where(TransporterDocument.transporter_id == driver.transporter_id)
            .values(expires_on=today - timedelta(days=1))
        )
    assert (await driver.post(f"/api/deliveries/{waiting['id']}/pickup/")).json()["code"] == "documents_not_in_order"
    sweeper = DocumentExpiry(services.database, services.clock, services.publisher)
    await asyncio.gather(sweeper.run(), sweeper.run())
    now = [(await _tracked(world, one))["status"] for one in (waiting, aboard, other)]
    assert now == ["available", "picked_up", "assigned"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"roles": ["customer"]}], ids=["closed", "role taken"])
async def test_nothing_is_given_to_an_account_that_ended_while_it_asked(world: World, change: dict[str, Any]) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    services = world.server.services
    async with services.database.work() as work:
        taking = services.deliveries.taking(work)
        await work.session.execute(update(User).where(User.id == driver.user_id).values(**change))
        transporter = await lock_transporter(work.session, driver.transporter_id)
        with pytest.raises(Forbidden, match="no longer"):
            taking.check_can_take(transporter, Load(), await taking.deliveries.get(delivery["id"]))


async def test_accepting_while_deliveries_are_taken_back_ends_one_way_or_the_other(world: World) -> None:
    driver = await world.driver()
    await _accepted(world, driver, 2)
    more = await world.deliveries({}, {}, {})
    accepting = together(driver.post(f"/api/deliveries/{delivery['id']}/accept/") for delivery in more)
    replies, _ = await asyncio.gather(accepting, _withdraw(world, driver, WithdrawalReason.UNAVAILABLE))
    assert {reply.status_code for reply in replies} == {200}
    left = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))["results"]
    now = {delivery["id"]: (await _tracked(world, delivery))["status"] for delivery in more}
    assert {row["id"] for row in left} == {number for number, status in now.items() if status == "assigned"}
    assert set(now.values()) <= {"assigned", "available"}

"""Tokens of phones: shown once, good for positions only, ended at once; and nowhere to be read."""

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.transporters.devices import MAX_DEVICES, TransporterDevice
from tests.realtime.phones.devices import DEVICES, OSMAND, token_of
from tests.support.world import THAMEL, World, ok


async def report(world: World, token: str) -> int:
    now = int(datetime.now(UTC).timestamp())
    reply = await world.http.get(OSMAND, params={"id": token, "lat": THAMEL[0], "lon": THAMEL[1], "timestamp": now})
    return reply.status_code


async def test_a_token_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    driver = await world.driver()
    made = ok(await driver.post(DEVICES, {"name": "old phone"}), 201)
    listed = ok(await driver.get(DEVICES))["results"]
    assert [(device["id"], device["name"]) for device in listed] == [(made["id"], "old phone")]
    assert made["token"] not in str(listed)
    async with world.server.services.database.work() as work:
        kept = await work.session.scalar(select(TransporterDevice).where(TransporterDevice.id == made["id"]))
    assert kept is not None
    assert made["token"] not in str(kept.__dict__)


async def test_a_revoked_token_is_refused_at_once_and_others_stay_good(world: World) -> None:
    driver = await world.driver()
    first, second = (
        ok(await driver.post(DEVICES, {"name": "a"}), 201),
        ok(await driver.post(DEVICES, {"name": "b"}), 201),
    )
    assert [await report(world, device["token"]) for device in (first, second)] == [200, 200]
    ok(await driver.delete(f"{DEVICES}{first['id']}/"), 204)
    assert [await report(world, device["token"]) for device in (first, second)] == [401, 200]
    assert [device["id"] for device in ok(await driver.get(DEVICES))["results"]] == [second["id"]]


async def test_nobody_revokes_anothers_device_and_only_transporters_have_any(world: World) -> None:
    driver, other, customer = await world.driver(), await world.driver(), await world.person("customer")
    made = ok(await driver.post(DEVICES, {"name": "a"}), 201)
    ok(await other.delete(f"{DEVICES}{made['id']}/"), 404)
    ok(await customer.post(DEVICES, {"name": "a"}), 403)
    ok(await driver.post(DEVICES, {"name": ""}), 400)
    assert await report(world, made["token"]) == 200


async def test_a_device_token_opens_nothing_else(world: World) -> None:
    token = await token_of(await world.driver())
    reply = await world.http.get("/api/transporters/me/", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401


async def test_there_is_a_limit_to_devices(world: World) -> None:
    driver = await world.driver()
    for number in range(MAX_DEVICES):
        await token_of(driver, f"phone {number}")
    ok(await driver.post(DEVICES, {"name": "one more"}), 409)


async def test_a_token_is_in_no_log_line_and_no_metric(world: World, caplog: pytest.LogCaptureFixture) -> None:
    token = await token_of(await world.driver())
    with caplog.at_level(logging.DEBUG):
        assert await report(world, token) == 200
        for query in ({"id": token}, {"id": token + "x", "lat": "1", "lon": "1"}, {"id": token, "lat": "1" * 9000}):
            assert (await world.http.get(OSMAND, params=query)).status_code in {200, 401}
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(token in line for line in ours)
    assert token not in (await world.http.get("/metrics")).text


async def test_a_device_can_be_renamed_and_given_a_unit_until_it_is_revoked(world: World) -> None:
    driver, other = await world.driver(), await world.driver()
    made = ok(await driver.post(DEVICES, {"name": "a"}), 201)
    assert made["speed_unit"] == "auto"
    path = f"{DEVICES}{made['id']}/"
    assert ok(await driver.patch(path, {"speed_unit": "mps"}))["name"] == "a"
    assert ok(await driver.patch(path, {"name": "b"}))["speed_unit"] == "mps"
    assert "mps" in ok(await driver.patch(path, {"speed_unit": "furlongs"}), 400)["errors"]["speed_unit"]
    ok(await other.patch(path, {"name": "c"}), 404)
    ok(await driver.delete(path), 204)
    ok(await driver.patch(path, {"name": "c"}), 404)


async def test_positions_are_taken_of_verified_transporters_only(world: World) -> None:
    driver, admin = await world.driver(verified=False), await world.admin()
    token = await token_of(driver)
    query = {"id": token, "lat": "27.7", "lon": "85.3"}
    for verdict, status in ((None, 403), (True, 200), (False, 403)):
        if verdict is not None:
            ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/", {"approved": verdict}))
        assert ok(await world.http.get(OSMAND, params=query), status).get("code", "not_verified") == "not_verified"
        backlog = {"device": "d", "epoch": "e", "pings": []}
        ok(await driver.post("/api/transporters/me/positions/", backlog), status)


async def test_a_device_whose_owner_is_no_transporter_any_more_sends_nothing(world: World) -> None:
    driver = await world.driver()
    token = await token_of(driver)
    async with world.server.services.database.work() as work:
        user = await work.session.get(User, driver.user_id)
        assert user is not None
        user.roles = ["customer"]
    assert await report(world, token) == 401

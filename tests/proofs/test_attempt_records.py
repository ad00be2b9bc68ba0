"""What proves an attempt is kept in the chain as of a handover: it is shown, and what is changed is found."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from api.server.serving import RunningServer
from dispatch.deliveries.proof_verification import ProofVerification
from tests.support.commands import begin
from tests.support.own_database import commands_environment, world_of_its_own
from tests.support.pictures import picture
from tests.support.server_process import ended
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok, together

DOOR = {"latitude": THAMEL[0] + 0.001, "longitude": THAMEL[1]}
TRIED = DOOR | {"reason": "nobody_there", "note": "Rang twice", "photo": picture("JPEG", (40, 30))}


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """The chain is one over all, so nobody else may put his own back as they were before."""
    async with world_of_its_own(server) as own:
        yield own


async def _aboard(world: World) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *BHAKTAPUR)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    return bought, driver, delivery


async def _tried(world: World) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver, delivery = await _aboard(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", TRIED), 201)
    return bought, driver, delivery


async def test_those_concerned_see_what_proves_an_attempt_between_the_handovers(world: World) -> None:
    bought, driver, delivery = await _tried(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", DOOR))
    admin = await world.admin()
    for person in (bought.customer, bought.seller, driver, admin):
        told = ok(await person.get(f"/api/deliveries/{delivery['id']}/proof/"))
        assert [(one["number"], one["end"]) for one in told["handovers"]] == [(1, "pickup"), (3, "drop_off")]
        [attempt] = told["attempts"]
        assert (attempt["number"], attempt["attempt"], attempt["reason"]) == (2, 1, "nobody_there")
        assert ("flags" in attempt) is (person is admin)
    assert attempt["location"] == DOOR
    assert attempt["distance_m"] == pytest.approx(111.2, abs=0.5)
    assert 0 <= attempt["fix_age_s"] < 600
    assert attempt["happened_at"] <= attempt["noticed_at"]
    shown = await world.http.get(attempt["photo"]["url"])
    assert hashlib.sha256(shown.content).hexdigest() == attempt["photo"]["sha256"]
    checked = ok(await driver.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))
    assert (checked["is_whole"], checked["handovers"], checked["attempts"]) == (True, 2, 1)


async def test_an_attempt_that_is_told_more_than_once_leaves_one_record(world: World) -> None:
    _, driver, delivery = await _aboard(world)
    path, body = f"/api/deliveries/{delivery['id']}/attempts/", TRIED | {"happened_at": datetime.now(UTC).isoformat()}
    for reply in await together(driver.post(path, body) for _ in range(4)):
        ok(reply, 201)
    assert len(ok(await driver.get(f"/api/deliveries/{delivery['id']}/proof/"))["attempts"]) == 1
    assert await _all_of(world) == set()


TAMPERED: dict[str, tuple[str, set[str]]] = {
    "another reason": ("UPDATE proof_records SET reason = 'refused' WHERE id = :id", {"record_changed"}),
    "another attempt": ("UPDATE proof_records SET attempt = 2 WHERE id = :id", {"record_changed"}),
    "a handover of it": (
        "UPDATE proof_records SET \"end\" = 'drop_off', attempt = NULL, reason = NULL WHERE id = :id",
        {"record_changed"},
    ),
    "another place": ("UPDATE proof_records SET lat = lat + 0.00001 WHERE id = :id", {"record_changed"}),
    "no photo": ("UPDATE proof_records SET photo = NULL, photo_hash = NULL WHERE id = :id", {"record_changed"}),
    "it is gone": ("DELETE FROM proof_records WHERE id = :id", {"record_missing"}),
}


@pytest.mark.parametrize(("statement", "faults"), TAMPERED.values(), ids=TAMPERED.keys())
async def test_whatever_is_changed_of_an_attempt_is_found(world: World, statement: str, faults: set[str]) -> None:
    _, driver, delivery = await _tried(world)
    of_it = "SELECT * FROM proof_records WHERE delivery_id = :id AND attempt IS NOT NULL"
    [row] = await _run(world, of_it, {"id": delivery["id"]})
    path = f"/api/deliveries/{delivery['id']}/proof/verify/"
    try:
        await _run(world, statement, {"id": row["id"]})
        assert {one["fault"] for one in ok(await driver.get(path))["problems"]} == faults
        assert await _all_of(world) != set()
    finally:
        await _run(world, "DELETE FROM proof_records WHERE id = :id", {"id": row["id"]})
        columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        await _run(world, f"INSERT INTO proof_records ({columns}) VALUES ({values})", row)  # noqa: S608
    assert ok(await driver.get(path))["is_whole"]
    assert await _all_of(world) == set()


async def test_an_attempt_from_before_there_were_records_of_them_is_no_fault(world: World) -> None:
    _, driver, delivery = await _aboard(world)
    old = (
        "INSERT INTO delivery_attempts (delivery_id, number, transporter_id, reason, note, at, noticed_at) "
        "SELECT id, 1, transporter_id, 'closed', '', now(), now() FROM deliveries WHERE id = :id"
    )
    await _run(world, old, {"id": delivery["id"]})
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", TRIED), 201)
    told = ok(await driver.get(f"/api/deliveries/{delivery['id']}/proof/"))
    assert [(one["number"], one["attempt"]) for one in told["attempts"]] == [(2, 2)]
    assert ok(await driver.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))["is_whole"]
    assert await _all_of(world) == set()
    words = ("verify-proofs", "--delivery", str(delivery["id"]))
    said = await ended(begin(*words, environment=commands_environment(world)))
    assert (said.code, "1 handover and 1 attempt" in said.out) == (0, True), said.out + said.err


async def _all_of(world: World) -> set[str]:
    deliveries = world.server.services.deliveries
    verification = ProofVerification(deliveries.photos, deliveries.proof_keys.seals)
    return {one.fault.value for one in (await verification.of_all(deliveries.database)).findings}


async def _run(world: World, statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    async with world.server.services.database.work() as work:
        done = await work.session.execute(text(statement), values)
        return [dict(row) for row in done.mappings()] if done.returns_rows else []  # type: ignore[attr-defined]

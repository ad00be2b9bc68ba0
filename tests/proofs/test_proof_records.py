"""What proved a handover can be looked at by those concerned, and checked later: whatever is changed is found."""

import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.server.serving import RunningServer
from dispatch.deliveries.proof_verification import ProofVerification
from tests.support.commands import begin
from tests.support.own_database import commands_environment, world_of_its_own
from tests.support.pictures import picture
from tests.support.server_process import Outcome, ended
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok, together

DOOR = {"latitude": THAMEL[0] + 0.001, "longitude": THAMEL[1]}
SIGNED = DOOR | {
    "delivery_photo": picture("JPEG", (40, 30)),
    "signature": picture(),
    "signed_by": "Maya Tamang",
    "relation": "family",
}


async def _delivered(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *BHAKTAPUR)
    pickup = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1], "pickup_photo": picture("PNG", (30, 20))}
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", pickup))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", SIGNED))
    return bought, driver, delivery


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """The chain is one over all handovers, so nobody else may put his own back as they were before."""
    async with world_of_its_own(server) as own:
        yield own


@pytest.fixture(scope="module")
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Who has no account, at the server of this database."""
    async with httpx.AsyncClient(base_url=world.http.base_url, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="module")
async def delivered(world: World) -> tuple[Bought, Driver, dict[str, Any]]:
    """A parcel that was signed for."""
    return await _delivered(world)


async def test_those_concerned_see_what_proved_both_handovers(
    world: World, delivered: tuple[Bought, Driver, dict[str, Any]]
) -> None:
    bought, driver, delivery = delivered
    admin = await world.admin()
    for person in (bought.customer, bought.seller, driver, admin):
        for key in (delivery["id"], delivery["delivery_id"], delivery["tracking_number"].lower()):
            told = ok(await person.get(f"/api/deliveries/{key}/proof/"))
            assert [one["end"] for one in told["handovers"]] == ["pickup", "drop_off"]
            assert ("flags" in told["handovers"][0]) is (person is admin)
    pickup, drop_off = told["handovers"]
    assert pickup["photo"] is not None
    assert (pickup["signature"], pickup["signed_by"], pickup["distance_m"]) == (None, "", 0.0)
    assert 0 <= pickup["fix_age_s"] < 600
    assert (drop_off["signed_by"], drop_off["relation"]) == ("Maya Tamang", "family")
    assert drop_off["distance_m"] == pytest.approx(111.2, abs=0.5)
    assert drop_off["location"] == DOOR
    for person in (await world.person("customer"), await world.person("seller"), await world.driver()):
        for way in ("", "verify/"):
            assert (await person.get(f"/api/deliveries/{delivery['id']}/proof/{way}")).status_code == 404


async def test_a_picture_opens_for_whoever_has_its_link_until_that_ends(
    world: World, http: httpx.AsyncClient, delivered: tuple[Bought, Driver, dict[str, Any]]
) -> None:
    bought, _, delivery = delivered
    drop_off = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/"))["handovers"][1]
    until = datetime.fromisoformat(drop_off["photo"]["until"])
    ends = timedelta(seconds=world.server.settings.proof_link_s)
    assert ends - timedelta(seconds=60) < until - datetime.now(UTC) <= ends
    for link in (drop_off["photo"], drop_off["signature"]):
        shown = await http.get(link["url"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert shown.headers["cache-control"] == "no-store"
        assert hashlib.sha256(shown.content).hexdigest() == link["sha256"]
    url = drop_off["photo"]["url"]
    name = re.search(r"pictures/([^?]+)", url)
    other = re.search(r"pictures/([^?]+)", drop_off["signature"]["url"])
    assert name is not None
    assert other is not None
    for wrong in (
        re.sub(r"until=\d+", f"until={int(until.timestamp()) + 1}", url),
        re.sub(r"until=\d+", "until=1", url),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace(name[1], other[1]),
        re.sub(r"signature=\w+", "signature=", url),
        re.sub(r"signature=\w+", "signature=%00%ff", url),
        url.replace(name[1], "..%2fsecret-key"),
    ):
        refused = await http.get(wrong)
        assert refused.status_code == 404, wrong
    for unsaid in (url.split("?")[0], re.sub(r"until=\d+", "until=soon", url)):
        assert (await http.get(unsaid)).status_code == 400


async def test_an_untouched_chain_is_whole(world: World, delivered: tuple[Bought, Driver, dict[str, Any]]) -> None:
    bought, driver, delivery = delivered
    shown = ok(await driver.get(f"/api/deliveries/{delivery['id']}/proof/"))["handovers"]
    for person in (bought.customer, driver):
        checked = ok(await person.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))
        assert checked == {
            "is_whole": True,
            "handovers": 2,
            "attempts": 0,
            "last_hash": shown[-1]["hash"],
            "problems": [],
        }
    waits = await world.delivery()
    none = ok(await (await world.admin()).get(f"/api/deliveries/{waits['id']}/proof/verify/"))
    assert none == {"is_whole": True, "handovers": 0, "attempts": 0, "last_hash": "", "problems": []}


# What somebody does who can write into the database, and what is found of the delivery.
TAMPERED: dict[str, tuple[str, set[str]]] = {
    "another name": ("UPDATE proof_records SET signed_by = 'Nobody' WHERE id = :last", {"record_changed"}),
    "another place": ("UPDATE proof_records SET lat = lat + 0.00001 WHERE id = :last", {"record_changed"}),
    "a microsecond": (
        "UPDATE proof_records SET happened_at = happened_at + interval '1 microsecond' WHERE id = :last",
        {"record_changed"},
    ),
    "another distance": ("UPDATE proof_records SET distance_m = 5 WHERE id = :last", {"record_changed"}),
    "no flags": ("UPDATE proof_records SET flags = '{too_fast}' WHERE id = :first", {"record_changed"}),
    "another photo": (
        "UPDATE proof_records SET photo_hash = repeat('0', 64) WHERE id = :last",
        {"record_changed", "photo_changed"},
    ),
    "a hash of one's own": (
        "UPDATE proof_records SET hash = repeat('0', 64) WHERE id = :first",
        {"record_changed", "seal_broken", "link_broken"},
    ),
    "another seal": ("UPDATE proof_records SET seal = repeat('0', 64) WHERE id = :last", {"seal_broken"}),
    "the last is gone": ("DELETE FROM proof_records WHERE id = :last", {"record_missing"}),
    "the first is gone": ("DELETE FROM proof_records WHERE id = :first", {"record_missing"}),
    "both are gone": ("DELETE FROM proof_records WHERE id IN (:first, :last)", {"record_missing"}),
    "another delivery's": (
        "UPDATE proof_records SET number = number + 10 WHERE id = :last",
        {"record_changed", "record_missing"},
    ),
}


@pytest.mark.parametrize(("statement", "faults"), TAMPERED.values(), ids=TAMPERED.keys())
async def test_whatever_is_changed_in_the_database_is_found(world: World, statement: str, faults: set[str]) -> None:
    bought, _, delivery = await _delivered(world)
    rows = await _kept(world, delivery["id"])
    try:
        await _run(world, statement, {"first": rows[0]["id"], "last": rows[1]["id"]})
        told = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))
        assert told["is_whole"] is False
        assert {one["fault"] for one in told["problems"]} == faults
        found = await _all_of(world)
        assert found != set()
    finally:
        await _restored(world, rows)
    assert ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))["is_whole"]
    assert await _all_of(world) == set()


async def test_a_changed_and_a_missing_file_are_found(world: World) -> None:
    bought, _, delivery = await _delivered(world)
    name = delivery["delivery_id"].replace("-", "")
    photos = world.server.settings.data_dir / "photos"
    [photo], [signature] = (list(photos.glob(f"{name}-{what}-*")) for what in ("delivery", "signature"))
    photo.write_bytes(photo.read_bytes() + b"\0")
    signature.rename(signature.with_suffix(".away"))
    told = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))
    assert [(one["fault"], one["number"]) for one in told["problems"]] == [
        ("photo_changed", 2),
        ("signature_missing", 2),
    ]
    photo.write_bytes(photo.read_bytes()[:-1])
    signature.with_suffix(".away").rename(signature)
    assert ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/verify/"))["is_whole"]


async def test_a_chain_that_was_cut_off_at_its_end_is_found_though_its_head_was_changed_too(world: World) -> None:
    _, _, delivery = await _delivered(world)
    rows = await _kept(world, delivery["id"])
    [head] = await _run(world, "SELECT * FROM proof_chain_heads", {})
    try:
        await _run(world, "DELETE FROM proof_records WHERE id = :last", {"last": rows[1]["id"]})
        assert await _all_of(world) == {"record_missing"}
        cut = "UPDATE proof_chain_heads SET records = records - 1, hash = :hash"
        await _run(world, cut, {"hash": rows[0]["hash"]})
        await _run(world, "UPDATE deliveries SET proof_count = 1 WHERE id = :id", {"id": delivery["id"]})
        assert await _all_of(world) == {"head_changed"}
    finally:
        kept = "UPDATE proof_chain_heads SET records = :records, hash = :hash"
        await _run(world, kept, {"records": head["records"], "hash": head["hash"]})
        await _run(world, "UPDATE deliveries SET proof_count = 2 WHERE id = :id", {"id": delivery["id"]})
        await _restored(world, rows)
    assert await _all_of(world) == set()


async def test_handovers_at_the_same_time_make_one_chain(world: World) -> None:
    made = [(await world.driver(), await world.delivery()) for _ in range(6)]
    for step in ("accept", "pickup", "deliver"):
        replies = await together(driver.post(f"/api/deliveries/{one['id']}/{step}/") for driver, one in made * 2)
        assert {reply.status_code for reply in replies} == {200}
    assert await _all_of(world) == set()
    for _, one in made:
        assert len(await _kept(world, one["id"])) == 2, "a repeat adds none"


async def test_the_command_says_what_it_found(world: World) -> None:
    bought, _, delivery = await _delivered(world)
    whole = await _command(world, "--delivery", str(delivery["id"]))
    shown = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/proof/"))["handovers"]
    assert (whole.code, f"2 handovers, last hash {shown[-1]['hash']}" in whole.out) == (0, True), whole.out + whole.err
    rows = await _kept(world, delivery["id"])
    try:
        await _run(world, "UPDATE proof_records SET signed_by = 'Nobody' WHERE id = :last", {"last": rows[1]["id"]})
        found = await _command(world)
        assert found.code == 2
        assert f"delivery {delivery['id']}, its record 2" in found.out
        assert "record changed" in found.out
    finally:
        await _restored(world, rows)
    assert (await _command(world, "--delivery", "999999999")).code != 0


async def _command(world: World, *words: str) -> Outcome:
    return await ended(begin("verify-proofs", *words, environment=commands_environment(world)))


async def _all_of(world: World) -> set[str]:
    """What is wrong with the chain of all."""
    deliveries = world.server.services.deliveries
    verification = ProofVerification(deliveries.photos, deliveries.proof_keys.seals)
    return {one.fault.value for one in (await verification.of_all(deliveries.database)).findings}


async def _run(world: World, statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    async with world.server.services.database.work() as work:
        done = await work.session.execute(text(statement), values)
        return [dict(row) for row in done.mappings()] if done.returns_rows else []  # type: ignore[attr-defined]


async def _kept(world: World, delivery_id: int) -> list[dict[str, Any]]:
    return await _run(world, "SELECT * FROM proof_records WHERE delivery_id = :id ORDER BY number", {"id": delivery_id})


async def _restored(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        await _run(world, "DELETE FROM proof_records WHERE id = :id", {"id": row["id"]})
        columns = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f":{name}" for name in row)
        await _run(world, f"INSERT INTO proof_records ({columns}) VALUES ({values})", row)  # noqa: S608


async def test_pickups_and_drop_offs_of_one_transporter_at_once_wait_for_each_other_and_none_fails(
    world: World,
) -> None:
    driver = await world.driver(max_active=5, capacity_kg=100)
    for _ in range(3):
        made = await world.deliveries({}, {}, {}, {})
        for one in made:
            ok(await driver.post(f"/api/deliveries/{one['id']}/accept/"))
        for one in made[:2]:
            ok(await driver.post(f"/api/deliveries/{one['id']}/pickup/"))
        steps = [f"{one['id']}/deliver/" for one in made[:2]] + [f"{one['id']}/pickup/" for one in made[2:]]
        replies = await together(driver.post(f"/api/deliveries/{step}") for step in steps)
        assert [reply.status_code for reply in replies] == [200] * 4
        for one in made[2:]:
            ok(await driver.post(f"/api/deliveries/{one['id']}/deliver/"))

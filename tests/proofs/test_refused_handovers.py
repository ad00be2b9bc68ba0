"""Proof of a step that came too late is kept though the step is refused, and nothing else of it is done."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import func, select

from api.server.app import create_app
from dispatch.deliveries.refused_steps import MOST_KEPT, MOST_PASSING
from dispatch.events.models import Event
from dispatch.ports import PhotoStore
from dispatch.proofs.refused import RefusedHandover
from tests.support.pictures import picture
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, PASSWORD, THAMEL, Bought, Driver, World, ok, together

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
SIGNED = AT_DOOR | {
    "delivery_photo": picture("JPEG", (40, 30)),
    "signature": picture(),
    "signed_by": "Maya Tamang",
    "relation": "family",
    "notes": "Gave it to her at the gate",
}
NOT_A_PICTURE = "bm90IGEgcGljdHVyZQ=="


class Moved(NamedTuple):
    """A delivery that went on without the courier who had it."""

    bought: Bought
    driver: Driver
    other: Driver
    delivery: dict[str, Any]


def path(delivery: dict[str, Any], verb: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{verb}/"


async def handed_on(world: World, *, delivered: bool = False) -> Moved:
    """Picked up by one, given to another by a dispatcher, and delivered by that one on request."""
    bought, driver, other = await world.bought(), await world.driver(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    body = {"transporter_id": other.transporter_id, "reason": "breakdown"}
    ok(await (await world.admin()).post(path(delivery, "transfer"), body))
    if delivered:
        ok(await other.post(path(delivery, "deliver"), AT_DOOR))
    return Moved(bought, driver, other, delivery)


async def refused_of(world: World, delivery: dict[str, Any]) -> list[dict[str, Any]]:
    shown = ok(await (await world.admin()).get(path(delivery, "proof")))
    found: list[dict[str, Any]] = shown["refused"]
    return found


async def rows_of(world: World, delivery: dict[str, Any]) -> int:
    async with world.server.services.database.work() as work:
        mine = select(func.count()).where(RefusedHandover.delivery_id == delivery["id"])
        return await work.session.scalar(mine) or 0


def files_of(world: World, delivery: dict[str, Any]) -> list[str]:
    photos = world.server.settings.data_dir / "photos"
    name = delivery["delivery_id"].replace("-", "")
    return sorted(file.name for file in photos.rglob(f"{name}-refused*"))


@pytest.mark.parametrize("delivered", [False, True], ids=["somebody else has it", "somebody else delivered it"])
async def test_what_a_late_courier_sent_is_kept_for_admins_and_changes_nothing(
    world: World, *, delivered: bool
) -> None:
    bought, driver, other, delivery = await handed_on(world, delivered=delivered)
    admin = await world.admin()
    await world.online_at(driver, *THAMEL)
    before = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    said_at = datetime.now(UTC)
    late = await driver.post(path(delivery, "deliver"), SIGNED | {"happened_at": said_at.isoformat()})
    told = late.json()
    status = "delivered" if delivered else "picked_up"
    assert (late.status_code, told["code"], told["delivery_status"]) == (409, "no_longer_yours", status)
    assert (told["proof_kept"], told["proof_number"]) == (True, 1)
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/")) == before
    [kept] = await refused_of(world, delivery)
    assert (kept["number"], kept["step"], kept["transporter_id"]) == (1, "deliver", driver.transporter_id)
    assert (kept["refusal"], kept["delivery_status"]) == ("no_longer_yours", status)
    assert (kept["signed_by"], kept["relation"], kept["notes"]) == ("Maya Tamang", "family", SIGNED["notes"])
    assert (kept["location"], kept["distance_m"]) == (AT_DOOR, 0.0)
    assert kept["fix_age_s"] is not None
    assert datetime.fromisoformat(kept["happened_at"]) == said_at < datetime.fromisoformat(kept["noticed_at"])
    for link in (kept["photo"], kept["signature"]):
        shown = await world.http.get(link["url"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert hashlib.sha256(shown.content).hexdigest() == link["sha256"]
    for person in (bought.customer, bought.seller, other):
        assert "refused" not in ok(await person.get(path(delivery, "proof")))
    checked = ok(await admin.get(path(delivery, "proof/verify")))
    assert (checked["is_whole"], checked["handovers"]) == (True, 2 if delivered else 1)


async def test_a_pickup_of_what_was_cancelled_meanwhile_and_an_attempt_at_what_arrived_are_kept_too(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    ok(
        await bought.customer.post(
            f"/api/v1/marketplace/orders/{bought.order_id}/cancel/", {"reason": "changed my mind"}
        )
    )
    told = (await driver.post(path(delivery, "pickup"), AT_PICKUP | {"pickup_photo": picture()})).json()
    assert (told["delivery_status"], told["proof_kept"]) == ("cancelled", True)
    [kept] = await refused_of(world, delivery)
    assert (kept["step"], kept["refusal"], kept["signature"]) == ("pickup", "no_longer_yours", None)

    moved = await handed_on(world, delivered=True)
    body = AT_DOOR | {"reason": "nobody_there", "note": "Rang twice", "photo": picture("JPEG")}
    told = (await moved.other.post(path(moved.delivery, "attempts"), body)).json()
    assert (told["code"], told["proof_kept"]) == ("wrong_status", True)
    [kept] = await refused_of(world, moved.delivery)
    assert (kept["step"], kept["reason"], kept["notes"]) == ("attempt", "nobody_there", "Rang twice")


async def test_the_same_refused_step_is_kept_once_however_often_and_however_it_is_told(world: World) -> None:
    _, driver, _, delivery = await handed_on(world)
    body = SIGNED | {"happened_at": datetime.now(UTC).isoformat()}
    same = {"Idempotency-Key": "one late drop-off"}
    replies = await together(driver.post(path(delivery, "deliver"), body) for _ in range(4))
    replies += [await driver.post(path(delivery, "deliver"), body, **same) for _ in range(2)]
    assert {(one.status_code, one.json()["proof_kept"], one.json()["proof_number"]) for one in replies} == {
        (409, True, 1)
    }
    assert len(await refused_of(world, delivery)) == 1
    assert len(files_of(world, delivery)) == 2
    async with world.server.services.database.work() as work:
        events = await work.session.scalars(
            select(Event.data).where(
                Event.subject == f"delivery:{delivery['id']}", Event.type == "delivery.proof_refused"
            )
        )
        [event] = events.all()
    assert (event["transporter_id"], event["number"], event["step"], event["refusal"]) == (
        driver.transporter_id,
        1,
        "deliver",
        "no_longer_yours",
    )


async def test_what_comes_again_at_each_press_leaves_room_for_what_counts_more(world: World) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought, proof={"drop_off": ["code"]})
    for step, body in (("accept", None), ("pickup", AT_PICKUP)):
        ok(await driver.post(path(delivery, step), body))
    digits = ok(await bought.customer.get(path(delivery, "code")))["digits"]
    wrong: dict[str, Any] = {**AT_DOOR, "code": f"{(int(digits) + 1) % 10000:04}"}
    kept = []
    for number in range(2 + MOST_KEPT + MOST_PASSING):
        told = (await driver.post(path(delivery, "deliver"), wrong | {"notes": f"Press {number}"})).json()
        if told["code"] == "code_locked":
            kept.append(told["proof_kept"])
    assert kept == [number < MOST_PASSING for number in range(len(kept))]
    assert len(kept) > MOST_KEPT
    moved = {"transporter_id": (await world.driver()).transporter_id, "reason": "breakdown"}
    ok(await admin.post(path(delivery, "transfer"), moved))
    told = (await driver.post(path(delivery, "deliver"), SIGNED)).json()
    assert (told["code"], told["proof_kept"]) == ("no_longer_yours", True)


async def test_of_one_courier_the_first_few_are_kept_and_others_have_their_own(world: World) -> None:
    _, driver, other, delivery = await handed_on(world, delivered=True)
    for number in range(1, MOST_KEPT + 3):
        told = (await driver.post(path(delivery, "deliver"), AT_DOOR | {"notes": f"Try {number}"})).json()
        assert told["proof_number"] == (number if number <= MOST_KEPT else None)
        assert told["proof_kept"] is (number <= MOST_KEPT)
    told = (await other.post(path(delivery, "pickup"), AT_PICKUP)).json()
    assert "proof_kept" not in told, "it has picked it up, and hears that it has"
    told = (await other.post(path(delivery, "attempts"), AT_DOOR | {"reason": "closed"})).json()
    assert (told["proof_kept"], told["proof_number"]) == (True, MOST_KEPT + 1)
    assert [one["notes"] for one in await refused_of(world, delivery)][:MOST_KEPT] == [
        f"Try {number}" for number in range(1, MOST_KEPT + 1)
    ]


async def test_who_never_had_it_and_who_sends_nothing_that_proves_leave_nothing(world: World) -> None:
    _, driver, _, delivery = await handed_on(world)
    stranger = await world.driver()
    unknown = await stranger.post(path(delivery, "deliver"), SIGNED)
    assert (unknown.status_code, "proof_kept" in unknown.json()) == (404, False)
    empty = await driver.post(path(delivery, "deliver"))
    assert (empty.status_code, empty.json()["proof_kept"], empty.json()["proof_number"]) == (409, False, None)
    assert (await rows_of(world, delivery), files_of(world, delivery)) == (0, [])


async def test_what_is_no_picture_is_named_before_anything_is_kept(world: World) -> None:
    _, driver, _, delivery = await handed_on(world)
    refused = await driver.post(path(delivery, "deliver"), SIGNED | {"signature": NOT_A_PICTURE})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["signature"])
    assert (await rows_of(world, delivery), files_of(world, delivery)) == (0, [])


async def test_a_step_that_is_taken_keeps_nothing_as_refused(world: World) -> None:
    _, _, other, delivery = await handed_on(world)
    ok(await other.post(path(delivery, "deliver"), SIGNED))
    ok(await other.post(path(delivery, "deliver"), SIGNED))
    assert await refused_of(world, delivery) == []


class FullStore:
    """A store whose disk is full from its second picture on."""

    def __init__(self, photos: PhotoStore) -> None:
        self._photos = photos
        self._saved = 0

    async def save(self, name: str, content: bytes) -> str:
        self._saved += 1
        if self._saved > 1:
            raise OSError(28, "No space left on device")
        return await self._photos.save(name, content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._photos, name)


@pytest.fixture
async def full(world: World) -> AsyncIterator[World]:
    """The same business where no second picture fits."""
    services = world.server.services
    photos: Any = FullStore(services.deliveries.photos)
    door: Any = create_app(replace(services, deliveries=replace(services.deliveries, photos=photos)))
    here = {services.settings.public_url: httpx.ASGITransport(door)}
    url = services.settings.public_url
    async with httpx.AsyncClient(mounts=here, base_url=url, timeout=PATIENCE_S) as client:
        yield World(world.server, client)


async def test_where_nothing_can_be_stored_the_refusal_stays_one_and_nothing_half_is_kept(full: World) -> None:
    _, driver, _, delivery = await handed_on(full)
    late = await driver.post(path(delivery, "deliver"), SIGNED)
    told = late.json()
    assert (late.status_code, told["code"], told["proof_kept"], told["proof_number"]) == (
        409,
        "no_longer_yours",
        False,
        None,
    )
    assert (await rows_of(full, delivery), files_of(full, delivery)) == (0, [])
    ok(await (await full.admin()).get(f"/api/deliveries/{delivery['id']}/"))


async def test_a_refusal_waits_for_no_connection_that_its_own_step_holds(world: World) -> None:
    """As many at once as the pool has connections: each gives its own back before it asks for the next."""
    moved = await handed_on(world)
    bodies = [AT_DOOR | {"notes": f"At once {number}"} for number in range(30)]
    replies = await asyncio.gather(*(moved.driver.post(path(moved.delivery, "deliver"), body) for body in bodies))
    assert {reply.status_code for reply in replies} == {409}
    assert sum(reply.json()["proof_kept"] for reply in replies) == MOST_KEPT == await rows_of(world, moved.delivery)


async def test_a_copy_of_a_couriers_data_has_it_and_a_deleted_buyer_leaves_no_name_in_it(world: World) -> None:
    bought, driver, _, delivery = await handed_on(world, delivered=True)
    ok_refused = await driver.post(path(delivery, "deliver"), SIGNED)
    assert ok_refused.json()["proof_kept"]
    copy = await driver.post("/api/v1/auth/export/", {"password": PASSWORD})
    [row] = ok(copy)["data"]["refused_steps"]["rows"]
    assert (row["delivery_id"], row["notes"]) == (delivery["id"], SIGNED["notes"])
    assert "Maya Tamang" not in copy.text
    ok(await bought.customer.post("/api/v1/auth/delete/", {"password": PASSWORD}))
    [kept] = await refused_of(world, delivery)
    assert (kept["signed_by"], kept["relation"], kept["notes"]) == ("", None, "")
    assert kept["photo"] is not None

"""A person lets a delivery wait: nobody gets it or is asked for it until it is resumed or a time is over."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.alerts.late import tell_late
from dispatch.arrivals.open_deliveries import open_deliveries
from tests.support.offer_searches import asked_for, driver_online_at, offer_to, open_offers, searches_of
from tests.support.places import somewhere
from tests.support.world import BHAKTAPUR, Bought, Person, Place, World, ok

WHY = "The address is being checked"


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


def path(delivery: dict[str, Any], act: str = "") -> str:
    return f"/api/deliveries/{delivery['id']}/{act}/" if act else f"/api/deliveries/{delivery['id']}/"


async def held(who: Person, delivery: dict[str, Any], **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = ok(await who.post(path(delivery, "hold"), {"reason": WHY} | more))
    return told


async def waiting_at(world: World, here: Place, bought: Bought | None = None) -> dict[str, Any]:
    return await world.delivery(bought, pickup_latitude=here[0], pickup_longitude=here[1])


def later(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


async def over(world: World, delivery: dict[str, Any]) -> None:
    """As if the time of its hold had passed."""
    async with world.server.services.database.transaction() as driver:
        await driver.execute(
            "UPDATE deliveries SET on_hold_since = now() - interval '2 hours', "
            "on_hold_until = now() - interval '1 hour' WHERE id = $1",
            delivery["id"],
        )


async def listed(admin: Person, delivery: dict[str, Any]) -> bool:
    """Whether it is among what waits, whose newest come last."""
    count = ok(await admin.get("/api/deliveries/available/", page_size=1))["count"]
    found: list[dict[str, Any]] = []
    for page in range(max(1, count // 100), count // 100 + 2):
        reply = await admin.get("/api/deliveries/available/", page=page, page_size=100)
        found += reply.json()["results"] if reply.status_code == 200 else []
    return delivery["id"] in {one["id"] for one in found}


async def test_what_is_on_hold_nobody_gets_in_any_way_until_it_is_resumed(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    delivery = await waiting_at(world, here)
    told = await held(admin, delivery)
    assert (told["status"], told["on_hold"]["reason"], told["on_hold"]["until"]) == ("available", WHY, None)
    assert not await listed(admin, delivery)
    refused = [
        await driver.post(path(delivery, "accept")),
        await admin.post(path(delivery, "assign"), {"transporter_id": driver.transporter_id}),
        await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}),
        await admin.post(path(delivery, "offers"), {"mode": "all", "deadline_s": 15}),
    ]
    assert [(reply.status_code, reply.json()["code"]) for reply in refused] == [(409, "on_hold")] * 4
    body = {"operation": "auto_assign", "delivery_ids": [delivery["id"]]}
    [failure] = ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]["failures"]
    assert "on hold" in failure["error"]
    assert ok(await admin.get(path(delivery)))["status"] == "available"
    assert ok(await admin.post(path(delivery, "resume")))["on_hold"] is None
    assert await listed(admin, delivery)
    assert ok(await driver.post(path(delivery, "accept")))["status"] == "assigned"


async def test_a_hold_whose_time_is_over_holds_nothing_though_nobody_ended_it(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    delivery = await waiting_at(world, here)
    until = later(hours=3)
    told = await held(admin, delivery, until=until)
    assert datetime.fromisoformat(told["on_hold"]["until"]) == datetime.fromisoformat(until)
    assert not await listed(admin, delivery)
    await over(world, delivery)
    assert ok(await admin.get(path(delivery)))["on_hold"] is None
    assert await listed(admin, delivery)
    done = ok(
        await admin.post(
            "/api/deliveries/bulk-operations/", {"operation": "auto_assign", "delivery_ids": [delivery["id"]]}
        )
    )
    assert [one["transporter_id"] for one in done["results"]["assignments"]] == [driver.transporter_id]


async def test_until_when_something_was_held_is_known_once_it_is_resumed_since_it_waits_anew_from_then(
    world: World, admin: Person
) -> None:
    delivery = await world.delivery()
    await held(admin, delivery)
    before = datetime.now(UTC)
    assert ok(await admin.post(path(delivery, "resume")))["on_hold"] is None
    [one] = await open_deliveries(world.server.services.database, ids=[delivery["id"]])
    assert one.on_hold is not None
    assert one.on_hold.until is not None
    assert before - timedelta(seconds=5) < one.on_hold.until <= datetime.now(UTC) + timedelta(seconds=5)
    assert ok(await admin.post(path(delivery, "hold"), {"reason": "Once more"}))["on_hold"]["until"] is None


async def test_whoever_is_asked_for_what_is_put_on_hold_is_asked_no_more(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here, mode="all")
    delivery = {"id": search["delivery_id"]}
    offer = offer_to(search, driver)
    await held(admin, delivery)
    [ended] = await searches_of(admin, delivery["id"])
    assert (ended["status"], [one["status"] for one in ended["offers"]]) == ("cancelled", ["withdrawn"])
    assert offer["id"] not in {one["id"] for one in await open_offers(driver)}
    late = await driver.post(f"/api/offers/{offer['id']}/accept/")
    assert (late.status_code, late.json()["code"]) == (409, "offer_over")


async def test_the_same_again_changes_nothing_and_another_reason_or_time_replaces_the_one_before(
    world: World, admin: Person
) -> None:
    delivery, until = await world.delivery(), later(hours=2)
    first = await held(admin, delivery, until=until)
    assert await held(admin, delivery, until=until) == first
    assert (await held(admin, delivery))["on_hold"]["until"] is None
    for _ in range(2):
        assert ok(await admin.post(path(delivery, "resume")))["on_hold"] is None
    kinds = [kind for kind in await events_of(world, delivery) if kind in {"delivery.held", "delivery.resumed"}]
    assert kinds == ["delivery.held", "delivery.held", "delivery.resumed"]
    audited = ok(await admin.get("/api/v1/audit/", subject_id=str(delivery["id"])))["results"]
    acts = [one["action"] for one in audited if one["action"] in {"delivery.held", "delivery.resumed"}]
    assert acts == ["delivery.resumed", "delivery.held", "delivery.held"]


async def test_the_customer_is_told_that_it_is_on_hold_and_nobody_else_than_who_wrote_it_and_admins_why(
    world: World, admin: Person
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    await held(admin, delivery)
    public = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert (public["status"], public["tracking_history"][-1]["message"]) == ("available", "Package on hold")
    assert WHY not in str(public)
    seen = ok(await bought.seller.get(path(delivery)))
    assert (seen["on_hold"]["reason"], seen["on_hold"]["by"]) == (None, None)
    assert WHY not in str(seen)
    whole = ok(await admin.get(path(delivery)))["on_hold"]
    assert (whole["reason"], whole["by_name"]) == (WHY, ok(await admin.get("/api/v1/auth/me/"))["name"])
    [row] = ok(await admin.get("/api/deliveries/", search=delivery["tracking_number"]))["results"]
    assert row["on_hold"]["reason"] == WHY
    ok(await admin.post(path(delivery, "resume")))
    driver = await world.driver()
    ok(await driver.post(path(delivery, "accept")))
    assert WHY not in str(ok(await driver.get(path(delivery))))


async def test_a_seller_holds_its_own_and_does_not_end_what_a_dispatcher_holds(world: World, admin: Person) -> None:
    bought, other = await world.bought(), await world.bought()
    delivery = await world.delivery(bought)
    assert (await other.seller.post(path(delivery, "hold"), {"reason": WHY})).status_code == 404
    assert (await held(bought.seller, delivery))["on_hold"]["reason"] == WHY
    assert ok(await bought.seller.post(path(delivery, "resume")))["on_hold"] is None
    await held(admin, delivery)
    for act, body in (("hold", {"reason": "Mine"}), ("resume", None)):
        refused = await bought.seller.post(path(delivery, act), body)
        assert (refused.status_code, refused.json()["code"]) == (409, "held_by_dispatcher")


@pytest.mark.parametrize(
    ("steps", "status", "fits"),
    [(("accept",), "assigned", "takes it back"), (("accept", "pickup"), "picked_up", "reschedule")],
)
async def test_what_somebody_has_cannot_be_held_and_is_answered_what_fits(
    world: World, admin: Person, steps: tuple[str, ...], status: str, fits: str
) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    here = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
    for step in steps:
        ok(await driver.post(path(delivery, step), None if step == "accept" else here))
    refused = await admin.post(path(delivery, "hold"), {"reason": WHY})
    said = refused.json()
    assert (refused.status_code, said["code"], said["delivery_status"]) == (409, "wrong_status", status)
    assert fits in said["detail"]


async def test_all_that_is_wrong_with_a_hold_is_named_at_once(world: World, admin: Person) -> None:
    delivery = await world.delivery()
    refused = await admin.post(path(delivery, "hold"), {"reason": "", "until": "soon", "why": "?"})
    assert refused.status_code == 400
    for name in ("reason", "until", "why"):
        assert name in refused.text
    past = await admin.post(path(delivery, "hold"), {"reason": WHY, "until": "2020-01-01T00:00:00Z"})
    assert (past.status_code, "until" in past.text) == (400, True)
    assert ok(await admin.get(path(delivery)))["on_hold"] is None


async def test_what_is_on_hold_is_late_only_once_it_is_resumed(world: World, admin: Person) -> None:
    wanted: dict[str, Any] = {"requested_pickup_date": later(hours=-3), "requested_delivery_date": later(hours=-2)}
    delivery, services = await world.delivery(**wanted), world.server.services
    await held(admin, delivery)
    already = (await events_of(world, delivery)).count("delivery.late")
    await tell_late(services.database, services.clock)
    assert (await events_of(world, delivery)).count("delivery.late") == already
    ok(await admin.post(path(delivery, "resume")))
    await tell_late(services.database, services.clock)
    assert (await events_of(world, delivery)).count("delivery.late") == 1


async def test_a_hold_and_a_bulk_run_at_once_never_leave_a_delivery_held_and_given(world: World, admin: Person) -> None:
    here = somewhere()
    drivers = [await driver_online_at(world, here) for _ in range(4)]
    deliveries = [await waiting_at(world, here) for _ in range(8)]
    body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in deliveries]}
    bulk, *holds = await asyncio.gather(
        admin.post("/api/deliveries/bulk-operations/", body),
        *(admin.post(path(one, "hold"), {"reason": WHY}) for one in deliveries),
        *(drivers[place % 4].post(path(one, "accept")) for place, one in enumerate(deliveries)),
    )
    ok(bulk)
    stand = [ok(await admin.get(path(one))) for one in deliveries]
    for reply, one in zip(holds[: len(deliveries)], stand, strict=True):
        assert (reply.status_code, one["status"], one["on_hold"] is not None) in {
            (200, "available", True),
            (409, "assigned", False),
        }


async def events_of(world: World, delivery: dict[str, Any]) -> list[str]:
    async with world.server.services.database.transaction() as driver:
        rows = await driver.fetch(
            "SELECT type FROM events WHERE subject = $1 ORDER BY id", f"delivery:{delivery['id']}"
        )
    return [row["type"] for row in rows]

"""One change to many deliveries: each has its own outcome, and what happens at once ends in something true."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.places import at, somewhere
from tests.support.world import Driver, Person, World, ok, together

AT_ONCE = 12
PATH = "/api/deliveries/bulk-operations/"


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _do(admin: Person, operation: str, deliveries: list[dict[str, Any]], **parameters: Any) -> dict[str, Any]:
    ids = [one["id"] for one in deliveries]
    reply = await admin.post(PATH, {"operation": operation, "delivery_ids": ids, "parameters": parameters})
    results: dict[str, Any] = ok(reply)["results"]
    return results


async def test_each_delivery_of_an_operation_has_its_own_outcome(world: World, admin: Person) -> None:
    here = somewhere()
    first, second = [await world.driver() for _ in range(2)]
    waiting, given, aboard = made = await world.deliveries(*[at(here)] * 3)
    for delivery in (given, aboard):
        ok(await first.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await first.post(f"/api/deliveries/{aboard['id']}/pickup/"))
    unknown = {"id": 2**61}
    hurried = await _do(admin, "change_priority", [*made, unknown, waiting], priority="urgent")
    assert [one["priority"] for one in hurried["changed"]] == ["urgent"] * 3, (
        "a delivery that is named twice counts once"
    )
    assert [(one["delivery_id"], one["code"]) for one in hurried["failures"]] == [(2**61, "delivery_not_found")]
    moved = await _do(admin, "reassign", made, reason="mistake", transporter_id=second.transporter_id)
    assert [(one["delivery_id"], one["transporter_id"]) for one in moved["changed"]] == [
        (given["id"], second.transporter_id)
    ]
    assert [one["code"] for one in moved["failures"]] == ["wrong_status", "parcel_aboard"]
    back = await _do(admin, "unassign", made, reason="other", note="Storm.")
    assert (back["successful"], back["failed"]) == (1, 2)
    assert back["changed"][0]["status"] == "available"
    ended = await _do(admin, "cancel", made, cancel_reason="undeliverable")
    assert [one["status"] for one in ended["changed"]] == ["cancelled"] * 2
    assert [one["code"] for one in ended["failures"]] == ["cannot_cancel"]
    events = ok(await admin.get("/api/v1/audit/", subject_kind="delivery", subject_id=str(given["id"])))["results"]
    assert [event["action"].partition(".")[2] for event in events] == [
        "cancelled",
        "unassigned",
        "reassigned",
        "priority_changed",
    ]


async def test_an_operation_is_told_what_it_needs_and_nothing_else(admin: Person) -> None:
    for operation, parameters, field in (
        ("unassign", {}, "parameters.reason"),
        ("cancel", {"reason": "other"}, "parameters.cancel_reason"),
        ("change_priority", {"priority": "high", "dry_run": True}, "parameters.dry_run"),
        ("auto_assign", {"transporter_id": 1}, "parameters.transporter_id"),
        ("explode", {}, "operation"),
    ):
        body = {"operation": operation, "delivery_ids": [1], "parameters": parameters}
        refused = await admin.post(PATH, body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field]), refused.text
    many = {"operation": "cancel", "delivery_ids": list(range(1, 502)), "parameters": {"cancel_reason": "other"}}
    refused = await admin.post(PATH, many)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["delivery_ids"])


@pytest.mark.parametrize("size", [60, pytest.param(500, marks=pytest.mark.heavy)])
async def test_whatever_is_done_at_once_each_delivery_has_at_most_one_transporter_and_none_has_too_many(
    world: World, admin: Person, size: int
) -> None:
    dice, here = random.Random(size), somewhere()  # noqa: S311  # a scatter
    drivers = [await world.driver(max_active=5) for _ in range(max(4, size // 12))]
    for driver in drivers:
        await world.online_at(driver, *here)
    made = await world.deliveries(*[at(here)] * size)
    lots = [dice.sample(made, size // 3) for _ in range(5)]

    def named() -> dict[str, Any]:
        return {"transporter_id": dice.choice(drivers).transporter_id}

    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(request: Awaitable[httpx.Response]) -> httpx.Response:
        async with turns:
            return await request

    for _ in range(2):  # so that each kind also meets what the others left
        replies = await together(
            in_turn(one)
            for one in [
                admin.post("/api/auto-assign/", {}),
                _sent(admin, "auto_assign", lots[0]),
                _sent(admin, "reassign", lots[1], reason="mistake"),
                _sent(admin, "reassign", lots[2], reason="other", **named()),
                _sent(admin, "unassign", lots[3], reason="other"),
                _sent(admin, "cancel", lots[4][: size // 12], cancel_reason="other"),
                *(_accept(dice.choice(drivers), one) for one in dice.sample(made, size // 3)),
                *(admin.post(f"/api/deliveries/{one['id']}/assign/", named()) for one in dice.sample(made, size // 6)),
                *(_given_back(dice.choice(drivers), one) for one in dice.sample(made, size // 6)),
                *(dice.choice(drivers).post(f"/api/deliveries/{one['id']}/pickup/") for one in dice.sample(made, 5)),
            ]
        )
        # 503: somebody waited too long for a row, and nothing was changed.
        assert {reply.status_code for reply in replies} <= {200, 400, 404, 409, 503}
        assert sum(reply.status_code == 200 for reply in replies) >= 5, "the hail hits something"
    await _check_true(world, [one["id"] for one in made], [driver.transporter_id for driver in drivers])


def _sent(admin: Person, operation: str, lot: list[dict[str, Any]], **parameters: Any) -> Any:
    ids = [one["id"] for one in lot]
    return admin.post(PATH, {"operation": operation, "delivery_ids": ids, "parameters": parameters})


def _accept(driver: Driver, delivery: dict[str, Any]) -> Any:
    return driver.post(f"/api/deliveries/{delivery['id']}/accept/")


def _given_back(driver: Driver, delivery: dict[str, Any]) -> Any:
    return driver.post(f"/api/deliveries/{delivery['id']}/give-back/", {"reason": "other"})


async def _check_true(world: World, deliveries: list[int], drivers: list[int]) -> None:
    """What the database has at the end agrees with itself, whoever came first."""
    async with world.server.services.database.work() as work:
        wrong_loads = await work.session.execute(
            text("""
                SELECT t.id FROM transporters AS t LEFT JOIN LATERAL (
                    SELECT count(*) AS active, coalesce(sum(package_weight), 0) AS kg FROM deliveries
                    WHERE transporter_id = t.id AND status IN ('assigned', 'picked_up', 'in_transit')
                ) AS d ON true
                WHERE t.id = ANY (:drivers) AND (t.active_count <> d.active OR t.carried_kg <> d.kg
                    OR d.active > t.max_active OR d.kg > t.capacity_kg)
            """),
            {"drivers": drivers},
        )
        assert wrong_loads.all() == [], "what each carries is what its row says, within its limits"
        last_steps = await work.session.execute(
            text("""
                SELECT d.id FROM deliveries AS d JOIN LATERAL (
                    SELECT status, transporter_id FROM delivery_trackings
                    WHERE delivery_id = d.id ORDER BY id DESC LIMIT 1
                ) AS s ON true
                WHERE d.id = ANY (:deliveries)
                    AND (s.status, s.transporter_id) IS DISTINCT FROM (d.status, d.transporter_id)
            """),
            {"deliveries": deliveries},
        )
        assert last_steps.all() == [], "the last step of each is how it stands"

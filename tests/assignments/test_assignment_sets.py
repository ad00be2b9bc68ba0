"""Sets of assignments: what they cost, what they leave behind, and what others do at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text, update

from api.server.serving import RunningServer
from dispatch.assignments.results import Scores
from dispatch.assignments.sets import CHANGED_MEANWHILE, AssignmentSets, Wish
from dispatch.database.work import Work
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter, TransporterDocument
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok, together

AUTO = "/api/auto-assign/"
SCORES = Scores(90.0, 80.0, 70.0, 60.0, 81.5)


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Bulk runs are over all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


@asynccontextmanager
async def _sets(world: World) -> AsyncIterator[tuple[Work, AssignmentSets]]:
    services = world.server.services
    async with services.database.work() as work:
        yield work, AssignmentSets(work, services.clock, services.publisher, road_factor=1.3)


def _wish(delivery: dict[str, Any], driver: Driver) -> Wish:
    now, (lat, lon) = datetime.now(UTC), somewhere()
    return Wish(delivery["id"], driver.transporter_id, LivePosition(driver.transporter_id, lat, lon, now, now), SCORES)


async def _ready(world: World, **profile: Any) -> tuple[Driver, str]:
    """Somebody verified with a vehicle type that nobody else has."""
    vehicle_type = f"v{uuid4().hex[:12]}"
    return await world.driver(vehicle_type=vehicle_type, **profile), vehicle_type


async def _statements_of(world: World, wishes: list[Wish]) -> int:
    """How many statements a set of wishes costs until it is committed; all of them must be granted."""
    seen: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        seen.append(query.query)

    async with _sets(world) as (work, sets):
        driver = await work.driver()
        driver.add_query_logger(note)
        try:
            made, refused = await sets.write(wishes, None)
            await work.commit()
        finally:
            driver.remove_query_logger(note)
    assert (len(made), refused) == (len(wishes), [])
    return len(seen)


async def test_a_set_of_many_assignments_takes_no_more_statements_than_a_set_of_one(world: World) -> None:
    drivers = [(await _ready(world, max_active=20))[0] for _ in range(3)]
    deliveries = await world.deliveries(*[at(somewhere()) | {"package_weight": 1.0}] * 26)
    [first, *rest] = deliveries
    of_one = await _statements_of(world, [_wish(first, drivers[0])])
    # Each may come to a fresh connection, whose driver asks about types once: the least is what a set costs.
    wishes = [_wish(one, drivers[row % 3]) for row, one in enumerate(rest)]
    of_many = min([await _statements_of(world, part) for part in (wishes[:8], wishes[8:16], wishes[16:])])
    assert 0 < of_many <= of_one


async def test_what_a_set_writes_is_what_a_single_assignment_writes(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    driver, vehicle_type = await _ready(world)
    await world.online_at(driver, *north_of(here, 500))
    alone, together_with = await world.deliveries(*[at(here) | {"package_weight": 1.0}] * 2)
    ok(await admin.post(AUTO, {"delivery_id": alone["id"], "vehicle_type_filter": vehicle_type}))
    bulk = {"operation": "auto_assign", "delivery_ids": [together_with["id"]]}
    ok(
        await admin.post(
            "/api/deliveries/bulk-operations/", bulk | {"parameters": {"vehicle_type_filter": vehicle_type}}
        )
    )
    one, other = [await _rows_of(world, delivery["id"]) for delivery in (alone, together_with)]
    assert one.keys() == other.keys()
    for table, row in one.items():
        assert {name for name in row if row[name] is None} == {name for name in row if other[table][name] is None}
    for table, names in (
        ("deliveries", ("status", "transporter_id", "estimated_pickup_time")),
        ("delivery_trackings", ("status", "message", "notes", "transporter_id", "flags", "happened_at")),
        ("assignments", ("transporter_id", "assigned_by", "distance_score", "rating_score", "alternatives")),
    ):
        assert [one[table][name] for name in names] == [other[table][name] for name in names]
    step = other["delivery_trackings"]
    assert step["timestamp"] == step["noticed_at"] == other["deliveries"]["assigned_at"]
    assert other["assignments"]["strategy"] == "optimal"
    assert abs(
        one["deliveries"]["estimated_delivery_time"] - other["deliveries"]["estimated_delivery_time"]
    ) < timedelta(minutes=2)


async def _rows_of(world: World, delivery_id: int) -> dict[str, dict[str, Any]]:
    """The delivery, its only step and its only decision."""
    rows = {}
    async with world.server.services.database.work() as work:
        for table, key in (("deliveries", "id"), ("delivery_trackings", "delivery_id"), ("assignments", "delivery_id")):
            found = await work.session.execute(
                text(f"SELECT * FROM {table} WHERE {key} = :id"),  # noqa: S608  names of ours
                {"id": delivery_id},
            )
            rows[table] = dict(found.mappings().one())
    return rows


async def test_phones_and_watchers_hear_of_every_assignment_of_a_set(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    driver, vehicle_type = await _ready(world, max_active=9)
    await world.online_at(driver, *north_of(here, 500))
    deliveries = await world.deliveries(*[at(here) | {"package_weight": 1.0, "priority": "high"}] * 5)
    async with world.phone(driver) as phone:
        body = {"vehicle_type_filter": vehicle_type, "priority_filter": "high"}
        assert ok(await admin.post(AUTO, body))["summary"]["successful_assignments"] == 5
        heard = [await phone.receive() for _ in deliveries]
    assert {frame["type"] for frame in heard} == {"assignment"}
    assert {frame["tracking_number"] for frame in heard} == {one["tracking_number"] for one in deliveries}


async def test_a_set_gives_nobody_more_than_fits_and_says_what_stands_against_the_rest(world: World) -> None:
    driver, _ = await _ready(world, capacity_kg=5, max_active=9)
    slow, _ = await _ready(world, max_active=1)
    heavy = at(somewhere()) | {"package_weight": 2.0}
    one, two, three, four, five, taken = await world.deliveries(*[heavy] * 6)
    async with _sets(world) as (_, sets):
        await sets.write([_wish(taken, slow)], None)
    other, _ = await _ready(world)
    wishes = [_wish(one, driver), _wish(two, driver), _wish(three, driver), _wish(taken, other), _wish(four, slow)]
    gone = Wish(2**62, other.transporter_id, wishes[0].position, SCORES)
    async with _sets(world) as (_, sets):
        made, refused = await sets.write([*wishes, gone, _wish(five, other)], None)
    assert [row.delivery_id for row in made] == [one["id"], two["id"], five["id"]]
    assert {failure.delivery_id: failure.error for failure in refused} == {
        three["id"]: CHANGED_MEANWHILE,
        taken["id"]: "Delivery is assigned already",
        four["id"]: CHANGED_MEANWHILE,
        2**62: "There is no such delivery.",
    }


@pytest.mark.parametrize("what", ["unavailable", "unverified", "expired", "closed", "no transporter"])
async def test_whoever_may_carry_no_more_is_given_nothing_by_a_plan_that_is_older(world: World, what: str) -> None:
    driver, _ = await _ready(world)
    [delivery] = await world.deliveries(at(somewhere()))
    who = Transporter.id == driver.transporter_id
    async with world.server.services.database.work() as work:
        if what == "unavailable":
            await work.session.execute(update(Transporter).where(who).values(is_available=False))
        elif what == "unverified":
            await work.session.execute(update(Transporter).where(who).values(verified_at=None))
        elif what == "expired":
            work.session.add(
                TransporterDocument(
                    transporter_id=driver.transporter_id,
                    kind="licence",
                    number="1",
                    expires_on=date(2020, 1, 1),
                    verified_at=datetime.now(UTC),
                )
            )
        else:
            values = "is_active = false" if what == "closed" else "roles = '{customer}'"
            await work.session.execute(
                text(f"UPDATE users SET {values} WHERE id = :id"),  # noqa: S608  words of ours
                {"id": driver.user_id},
            )
    async with _sets(world) as (_, sets):
        made, refused = await sets.write([_wish(delivery, driver)], None)
    assert (made, [failure.error for failure in refused]) == ([], [CHANGED_MEANWHILE])


async def test_a_verification_that_is_withdrawn_while_a_set_waits_for_the_row_counts(world: World) -> None:
    """The papers are other rows than the one that is held: they must be read after it is."""
    driver, _ = await _ready(world)
    [delivery] = await world.deliveries(at(somewhere()))
    database = world.server.services.database
    async with database.work() as holder:
        await holder.session.execute(
            text("SELECT FROM transporters WHERE id = :id FOR UPDATE"), {"id": driver.transporter_id}
        )
        async with _sets(world) as (work, sets):
            pid = await work.session.scalar(text("SELECT pg_backend_pid()"))
            writing = asyncio.create_task(sets.write([_wish(delivery, driver)], None))

            async def waits() -> bool:
                async with database.work() as looking:
                    ask = text("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = :pid")
                    return bool(await looking.session.scalar(ask, {"pid": pid}))

            await until(waits, "the set waits for the transporter")
            holder.session.add(
                TransporterDocument(transporter_id=driver.transporter_id, kind="licence", number="1", verified_at=None)
            )
            await holder.commit()
            made, refused = await writing
    assert (made, [failure.error for failure in refused]) == ([], [CHANGED_MEANWHILE])


async def test_bulk_runs_beside_everything_else_leave_nobody_over_a_limit_and_no_delivery_given_twice(
    world: World,
) -> None:
    here, admin = somewhere(), await world.admin()
    vehicle_type = f"v{uuid4().hex[:12]}"
    drivers = [
        await world.driver(vehicle_type=vehicle_type, capacity_kg=12, max_active=5, business_name=f"B{row}")
        for row in range(6)
    ]
    for row, driver in enumerate(drivers):
        await world.online_at(driver, *north_of(here, 200 * row))
    low = at(here) | {"priority": "low"}
    deliveries = await world.deliveries(*[low | {"package_weight": 1.0 + row % 4} for row in range(24)])
    bulk = {"priority_filter": "low", "vehicle_type_filter": vehicle_type}
    requests = [admin.post(AUTO, bulk) for _ in range(3)]
    requests += [admin.post(AUTO, {"delivery_id": one["id"]}) for one in deliveries[:4]]
    requests += [
        driver.post(f"/api/deliveries/{one['id']}/accept/") for driver in drivers[:2] for one in deliveries[4:8]
    ]
    requests.append(drivers[2].patch("/api/transporters/me/", {"is_available": False}))
    requests.append(drivers[3].patch("/api/transporters/me/", {"capacity_kg": 2}))
    requests.append(admin.post(f"/api/transporters/{drivers[4].transporter_id}/verify/", {"approved": False}))
    requests.append(drivers[5].patch("/api/transporters/me/", {"max_active": 1}))
    replies = await together(requests)
    assert {reply.status_code for reply in replies} <= {200, 400, 403, 409}
    ok(await admin.post(AUTO, bulk))
    await _check_everything(world, admin, deliveries)


async def _check_everything(world: World, admin: Person, deliveries: list[dict[str, Any]]) -> None:
    """Each delivery has as many holders, steps and decisions as it should, and nobody carries more than ever fitted."""
    assert admin.user_id
    async with world.server.services.database.work() as work:
        numbers = {"ids": [one["id"] for one in deliveries]}
        rows = await work.session.execute(
            text(
                "SELECT d.id, d.status, d.transporter_id, count(t.id) FILTER (WHERE t.status = 'assigned') AS given,"
                " count(t.id) FILTER (WHERE t.status = 'available') AS taken FROM deliveries d"
                " LEFT JOIN delivery_trackings t ON t.delivery_id = d.id WHERE d.id = ANY(:ids) GROUP BY d.id"
            ),
            numbers,
        )
        for row in rows:
            assert row.given - row.taken == (1 if row.status == "assigned" else 0)
        loads = await work.session.execute(
            text(
                "SELECT transporter_id, count(*) AS active, sum(package_weight) AS kg FROM deliveries"
                " WHERE id = ANY(:ids) AND status = 'assigned' GROUP BY transporter_id"
            ),
            numbers,
        )
        assert all(load.active <= 5 and load.kg <= 12 for load in loads)

"""A plan that the API gives is the one that the scoring gives for what database and Redis hold."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dispatch.assignments.pool import URGENCY
from dispatch.deliveries.models import Priority
from realtime.fixes import LoggedFix, encode_fix
from scoring import Deliveries, Params, Plan, Transporters, solve
from tests.support.places import at, north_of, somewhere
from tests.support.world import Person, World, ok

CITIES = 12
DRIVERS, PARCELS = 5, 8
HELD = """
SELECT t.id, t.rating::float8, t.max_active, (t.capacity_kg - coalesce(d.weight_kg, 0))::float8 AS free_kg,
       coalesce(d.active, 0) AS active
FROM transporters AS t LEFT JOIN (
    SELECT transporter_id, count(*) AS active, sum(package_weight) AS weight_kg FROM deliveries
    WHERE status IN ('assigned', 'picked_up', 'in_transit') GROUP BY transporter_id
) AS d ON d.transporter_id = t.id
WHERE t.id = ANY (:ids) AND t.is_available ORDER BY t.id
"""
WAITING = """
SELECT id, pickup_lat, pickup_lon, package_weight::float8 AS kg, priority FROM deliveries
WHERE id = ANY (:ids) ORDER BY created_at, id
"""
CHANGE_DRIVER = """
UPDATE transporters
SET rating = :rating, capacity_kg = :capacity_kg, max_active = :max_active, is_available = :available
WHERE id = :id
"""
CHANGE_PARCEL = """
UPDATE deliveries SET pickup_lat = :lat, package_weight = :kg, priority = :priority WHERE id = :id
"""


@dataclass(frozen=True)
class City:
    """Somewhere far from all others: the first driver carries the first parcel, the others wait."""

    admin: Person
    here: tuple[float, float]
    vehicle: str
    drivers: list[int]
    waiting: list[int]


@pytest.fixture
async def city(world: World) -> City:
    here, vehicle = somewhere(), f"test-{time.time_ns()}"
    drivers = [await world.driver(capacity_kg=9, max_active=4, vehicle_type=vehicle) for _ in range(DRIVERS)]
    parcels = await world.deliveries(*[at(here) | {"package_weight": 2}] * PARCELS)
    ok(await drivers[0].post(f"/api/deliveries/{parcels[0]['id']}/accept/"))
    waiting = [parcel["id"] for parcel in parcels[1:]]
    found = City(await world.admin(), here, vehicle, [driver.transporter_id for driver in drivers], waiting)
    # Both load what is compiled with their first plan, which its time limit may end before: then another plan may come
    # of those that are as good as each other.
    await _planned_by_the_scoring(world, dict.fromkeys(found.drivers, here), waiting)
    await _planned_over_http(found)
    return found


def _drivers() -> st.SearchStrategy[list[Any]]:
    """Capacities never below what the first carries; the assignment radius lies within the distances."""
    one: st.SearchStrategy[Any] = st.fixed_dictionaries(
        {
            "metres": st.integers(0, 25_000),
            "rating": st.sampled_from([0, 3.5, 4.123, 5]),
            "capacity_kg": st.integers(2, 14),
            "max_active": st.integers(1, 4),
            "available": st.sampled_from([True, True, True, False]),
        }
    )
    return st.lists(one, min_size=DRIVERS, max_size=DRIVERS)


def _parcels() -> st.SearchStrategy[list[Any]]:
    one: st.SearchStrategy[Any] = st.fixed_dictionaries(
        {
            "metres": st.integers(0, 25_000),
            "kg": st.sampled_from([0.5, 1, 2.25, 6, 20]),
            "priority": st.sampled_from([priority.value for priority in Priority]),
        }
    )
    return st.lists(one, min_size=PARCELS - 1, max_size=PARCELS - 1)


@settings(
    max_examples=CITIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_drivers(), _parcels())
async def test_a_plan_over_http_for_any_city_is_that_of_the_scoring_on_the_same_snapshot(
    world: World, city: City, drivers: list[dict[str, Any]], parcels: list[dict[str, Any]]
) -> None:
    """Somebody carries a parcel already; some are not available, too far, full, or only fit one."""
    places = {who: north_of(city.here, one["metres"]) for who, one in zip(city.drivers, drivers, strict=True)}
    await _put_on_map(world, places)
    async with world.server.services.database.work() as work:
        for who, driver in zip(city.drivers, drivers, strict=True):
            await work.session.execute(text(CHANGE_DRIVER), driver | {"id": who})
        for number, parcel in zip(city.waiting, parcels, strict=True):
            lat = north_of(city.here, parcel["metres"])[0]
            await work.session.execute(text(CHANGE_PARCEL), parcel | {"id": number, "lat": lat})
    plan, expected = await _planned_by_the_scoring(world, places, city.waiting)
    assert await _planned_over_http(city) == expected
    assert len(expected) == np.count_nonzero(plan.transporter >= 0)


async def test_a_plan_that_is_kept_is_that_of_the_scoring_on_the_same_snapshot(world: World, city: City) -> None:
    draw = np.random.default_rng(14)
    places = {who: north_of(city.here, int(draw.integers(100, 9000))) for who in city.drivers}
    await _put_on_map(world, places)
    plan, expected = await _planned_by_the_scoring(world, places, city.waiting)
    body = {"delivery_ids": city.waiting, "vehicle_type_filter": city.vehicle}
    kept = ok(await city.admin.post("/api/assignment-plans/", body), 201)
    assert expected
    assert {one["delivery_id"]: one["transporter_id"] for one in kept["pairs"]} == expected
    assert kept["quality"]["total"] == pytest.approx(plan.total, abs=0.01)
    assert kept["quality"]["upper_bound"] == pytest.approx(plan.upper_bound, abs=0.01)
    assert sum(one["scores"]["total"] for one in kept["pairs"]) == pytest.approx(plan.total, abs=0.05)


async def _put_on_map(world: World, places: Mapping[int, tuple[float, float]]) -> None:
    """As the ingest leaves it after a ping of each; nobody drives so fast that it would take all of these."""
    services, now_ms = world.server.services, time.time_ns() // 1_000_000
    for who, (lat, lon) in places.items():
        fix = LoggedFix(who, "phone", "e", 1, lat, lon, now_ms, now_ms)
        await services.redis.hset(services.keys.live, str(who), b"[1,%b]" % encode_fix(fix))
    await services.redis.zadd(services.keys.last_seen, {str(who): now_ms for who in places})


async def _planned_by_the_scoring(
    world: World, places: Mapping[int, tuple[float, float]], waiting: Sequence[int]
) -> tuple[Plan, dict[int, int]]:
    """Of rows that were read by queries of this test; and who gets which delivery."""
    async with world.server.services.database.work() as work:
        rows = (await work.session.execute(text(HELD), {"ids": list(places)})).all()
        found = (await work.session.execute(text(WAITING), {"ids": list(waiting)})).all()
    boxes = sorted(found, key=lambda box: -URGENCY[Priority(box.priority)])
    plan = solve(
        Deliveries(
            np.array([box.pickup_lat for box in boxes]),
            np.array([box.pickup_lon for box in boxes]),
            np.array([box.kg for box in boxes]),
            np.array([URGENCY[Priority(box.priority)] for box in boxes]),
            key=np.array([box.id for box in boxes]),
        ),
        Transporters(
            np.array([places[row.id][0] for row in rows]),
            np.array([places[row.id][1] for row in rows]),
            np.array([row.rating for row in rows]),
            np.array([row.free_kg for row in rows]),
            np.array([row.active for row in rows]),
            np.array([row.max_active for row in rows]),
            key=np.array([row.id for row in rows]),
        ),
        Params(radius_m=world.server.settings.assign_radius_km * 1000, load="sum"),
        strategy="optimal",
        time_limit_s=10,
        seed=0,
    )
    pairs = zip(boxes, plan.transporter.tolist(), strict=True)
    return plan, {box.id: rows[who].id for box, who in pairs if who >= 0}


async def _planned_over_http(city: City) -> dict[int, int]:
    """Who would get which delivery."""
    wanted = {"vehicle_type_filter": city.vehicle, "dry_run": True}
    body = {"operation": "auto_assign", "delivery_ids": city.waiting, "parameters": wanted}
    answer = ok(await city.admin.post("/api/deliveries/bulk-operations/", body))
    return {one["delivery_id"]: one["transporter_id"] for one in answer["results"]["assignments"]}

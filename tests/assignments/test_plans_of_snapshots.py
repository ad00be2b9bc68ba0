"""A plan that the API gives is the one that the scoring gives for what database and Redis hold."""

import numpy as np
import pytest
from sqlalchemy import text

from scoring import Deliveries, Params, Transporters, solve
from tests.support.places import at, north_of, somewhere
from tests.support.world import World, ok

CITIES = 3
HELD = """
SELECT t.id, t.rating::float8, t.max_active, (t.capacity_kg - coalesce(d.weight_kg, 0))::float8 AS free_kg,
       coalesce(d.active, 0) AS active
FROM transporters AS t LEFT JOIN (
    SELECT transporter_id, count(*) AS active, sum(package_weight) AS weight_kg FROM deliveries
    WHERE status IN ('assigned', 'picked_up', 'in_transit') GROUP BY transporter_id
) AS d ON d.transporter_id = t.id
WHERE t.id = ANY (:ids) AND t.is_available ORDER BY t.id
"""


async def test_a_plan_over_http_is_that_of_the_scoring_on_the_same_snapshot(world: World) -> None:
    """Random cities: some transporters carry something already, some are not available, some only fit one parcel."""
    admin, draw = await world.admin(), np.random.default_rng(14)
    for city in range(CITIES):
        here, vehicle = somewhere(), f"test-{city}-{draw.integers(10**9)}"
        places, drivers = {}, []
        for _ in range(5):
            driver = await world.driver(
                capacity_kg=float(draw.integers(4, 12)), max_active=int(draw.integers(1, 4)), vehicle_type=vehicle
            )
            places[driver.transporter_id] = north_of(here, int(draw.integers(100, 9000)))
            await world.online_at(driver, *places[driver.transporter_id])
            drivers.append(driver)
        parcels = await world.deliveries(
            *[
                at(north_of(here, int(draw.integers(100, 9000)))) | {"package_weight": int(draw.integers(1, 5))}
                for _ in range(8)
            ]
        )
        ok(await drivers[0].post(f"/api/deliveries/{parcels[0]['id']}/accept/"))
        ok(await drivers[1].patch("/api/transporters/me/", {"is_available": False}))
        waiting = [parcel["id"] for parcel in parcels[1:]]
        wanted = {"vehicle_type_filter": vehicle, "dry_run": True}
        body = {"operation": "auto_assign", "delivery_ids": waiting, "parameters": wanted}
        planned = ok(await admin.post("/api/deliveries/bulk-operations/", body))
        async with world.server.services.database.work() as work:
            rows = (await work.session.execute(text(HELD), {"ids": list(places)})).all()
            goods = await work.session.execute(
                text(
                    "SELECT id, pickup_lat, pickup_lon, package_weight::float8 AS kg FROM deliveries "
                    "WHERE id = ANY (:ids) ORDER BY created_at, id"
                ),
                {"ids": waiting},
            )
            boxes = goods.all()
        snapshot = Transporters(
            np.array([places[row.id][0] for row in rows]),
            np.array([places[row.id][1] for row in rows]),
            np.array([row.rating for row in rows]),
            np.array([row.free_kg for row in rows]),
            np.array([row.active for row in rows]),
            np.array([row.max_active for row in rows]),
            key=np.array([row.id for row in rows]),
        )
        plan = solve(
            Deliveries(
                np.array([box.pickup_lat for box in boxes]),
                np.array([box.pickup_lon for box in boxes]),
                np.array([box.kg for box in boxes]),
                np.full(len(boxes), 1.0),
                key=np.array([box.id for box in boxes]),
            ),
            snapshot,
            Params(radius_m=world.server.settings.assign_radius_km * 1000, load="sum"),
            strategy="optimal",
            time_limit_s=10,
            seed=0,
        )
        expected = {box.id: rows[who].id for box, who in zip(boxes, plan.transporter.tolist(), strict=True) if who >= 0}
        assert expected
        assert {one["delivery_id"]: one["transporter_id"] for one in _assignments(planned)} == expected
        kept = ok(
            await admin.post("/api/assignment-plans/", {"delivery_ids": waiting, "vehicle_type_filter": vehicle}),
            201,
        )
        assert {one["delivery_id"]: one["transporter_id"] for one in kept["pairs"]} == expected
        assert kept["quality"]["total"] == pytest.approx(plan.total, abs=0.01)
        assert kept["quality"]["upper_bound"] == pytest.approx(plan.upper_bound, abs=0.01)
        assert sum(one["scores"]["total"] for one in kept["pairs"]) == pytest.approx(plan.total, abs=0.05)


def _assignments(answer: dict[str, object]) -> list[dict[str, int]]:
    found: list[dict[str, int]] = answer["results"]["assignments"]  # type: ignore[index]
    return found

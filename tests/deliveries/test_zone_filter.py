"""Deliveries and transporters are listed by zone: in its area, and not in its hole."""

from typing import Any

from tests.support.world import World, ok

ZONES = "/api/zones/"
# Far from where other tests drive.
SOUTH, WEST = 52.0, 33.0


def square(south: float, west: float, size: float) -> list[list[float]]:
    north, east = south + size, west + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


async def test_lists_are_filtered_by_the_area_of_a_zone_and_its_hole_is_not_in_it(world: World) -> None:
    admin, inside, in_hole = await world.admin(), await world.driver(), await world.driver()
    area = {"type": "Polygon", "coordinates": [square(SOUTH, WEST, 0.2), square(SOUTH + 0.08, WEST + 0.08, 0.04)]}
    zone = ok(await admin.post(ZONES, {"name": f"With a hole {admin.user_id}", "area": area}), 201)
    here, hole, away = (SOUTH + 0.05, WEST + 0.05), (SOUTH + 0.1, WEST + 0.1), (SOUTH + 0.3, WEST)
    wanted: list[dict[str, Any]] = [
        {"pickup_latitude": lat, "pickup_longitude": lon} for lat, lon in (here, hole, away)
    ]
    made = await world.deliveries(*wanted, {"pickup_latitude": None, "pickup_longitude": None})
    try:
        await world.online_at(inside, *here)
        await world.online_at(in_hole, *hole)
        found = ok(await admin.get("/api/deliveries/", zone=zone["id"]))["results"]
        assert [row["id"] for row in found] == [made[0]["id"]]
        both = ok(await admin.get("/api/deliveries/", zone=zone["id"], status="delivered"))
        assert both["count"] == 0
        online = ok(await admin.get("/api/transporters/", zone=zone["id"]))["results"]
        assert [row["id"] for row in online] == [inside.transporter_id]
    finally:
        ok(await admin.delete(f"{ZONES}{zone['id']}/"), 204)
    for path in ("/api/deliveries/", "/api/transporters/"):
        refused = await admin.get(path, zone=zone["id"])
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["zone"])

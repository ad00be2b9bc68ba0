"""Who is near, and who may know it."""

import pytest

from dispatch.geo import geo_cell
from tests.support.world import World, ok

PATH = "/api/transporters/nearby/"


async def test_those_who_may_not_carry_take_nobodys_place(world: World) -> None:
    admin, near, far = await world.admin(), [await world.driver() for _ in range(3)], await world.driver()
    for number, driver in enumerate(near):
        await world.online_at(driver, 55.0 + number / 10_000, 20.0)
    await world.online_at(far, 55.01, 20.0)
    ok(await near[0].patch("/api/transporters/me/", {"is_available": False}))
    ok(await near[1].patch("/api/transporters/me/", {"phone": "+977-9800000000"}))
    ok(await admin.post(f"/api/transporters/{near[2].transporter_id}/verify/", {"approved": False}))
    for limit in (1, 2, 50):
        found = ok(await admin.get(PATH, lat=55.0, lon=20.0, limit=limit))["results"]
        assert [row["id"] for row in found] == [far.transporter_id]


async def test_sellers_see_how_many_are_in_which_cell_and_nothing_of_them(world: World) -> None:
    seller, drivers = await world.person("seller"), [await world.driver() for _ in range(3)]
    places = [(50.001, 10.001), (50.002, 10.002), (50.06, 10.07)]
    for driver, place in zip(drivers, places, strict=True):
        await world.online_at(driver, *place)
    ok(await drivers[1].patch("/api/transporters/me/", {"is_available": False}))
    first, second = geo_cell(*places[0], 5), geo_cell(*places[2], 5)
    found = ok(await seller.get(PATH, lat=50.0, lon=10.0, radius_km=20))
    assert found["count"] == 2
    assert [(row["cell"], row["lat"], row["lon"], row["transporters"]) for row in found["results"]] == [
        (first.name, first.lat, first.lon, 1),
        (second.name, second.lat, second.lon, 1),
    ]
    assert all(set(row) == {"cell", "lat", "lon", "transporters", "distance_m"} for row in found["results"])


@pytest.mark.parametrize("radius_km", [0.001, 0.1, 1])
async def test_small_circles_tell_a_seller_no_more_than_the_cell(world: World, radius_km: float) -> None:
    """Whether asked from the place itself or from the other end of its cell, the answer is the same."""
    seller, driver = await world.person("seller"), await world.driver()
    cell = geo_cell(-33.0, 18.0, 5)
    south, west = cell.lat - cell.height_deg * 0.49, cell.lon - cell.width_deg * 0.49
    north, east = cell.lat + cell.height_deg * 0.49, cell.lon + cell.width_deg * 0.49
    await world.online_at(driver, south, west)
    seen = []
    for lat, lon in ((south, west), (north, east), (cell.lat, cell.lon)):
        rows = ok(await seller.get(PATH, lat=lat, lon=lon, radius_km=radius_km))["results"]
        seen.append([row["transporters"] for row in rows if row["cell"] == cell.name])
    assert seen == [seen[0]] * 3
    assert len(seen[0]) == 1


async def test_the_radius_ends_at_the_setting(world: World) -> None:
    most = world.server.settings.nearby_max_km
    for who in (await world.admin(), await world.person("seller")):
        ok(await who.get(PATH, lat=0, lon=0, radius_km=most))
        refused = await who.get(PATH, lat=0, lon=0, radius_km=most + 0.1)
        assert (refused.status_code, refused.json()["errors"]) == (400, {"radius_km": f"must be at most {most:g}"})


@pytest.mark.parametrize(
    ("place", "name"),
    [((57.64911, 10.40744), "u4pruydqqvj"), ((-25.382708, -49.265506), "6gkzwgjz")],
)
def test_cells_have_the_names_that_geohash_gives_them(place: tuple[float, float], name: str) -> None:
    cell = geo_cell(*place, len(name))
    assert cell.name == name
    assert abs(cell.lat - place[0]) <= cell.height_deg / 2
    assert abs(cell.lon - place[1]) <= cell.width_deg / 2

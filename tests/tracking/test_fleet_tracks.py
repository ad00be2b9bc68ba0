"""Where the fleet was in a past window: thinned tracks of all, bounded however much was stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.server.serving import RunningServer
from dispatch.tracking.store import FixStore
from realtime.protocol import Fix
from tests.support.fixes import run_of
from tests.support.own_database import world_of_its_own
from tests.support.world import Driver, Person, World, ok

PATH = "/api/transporters/tracks/"
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """A dispatcher sees the whole fleet, so there is no other."""
    async with world_of_its_own(server) as own:
        yield own


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _went(world: World, driver: Driver, *places: tuple[float, float, float], flags: tuple[str, ...] = ()) -> None:
    """Seconds after the beginning, latitude, longitude."""
    first = 1 if not flags else 1_000
    fixes = [Fix(first + seq, lat, lon, BEGAN + timedelta(seconds=at_s)) for seq, (at_s, lat, lon) in enumerate(places)]
    await FixStore(world.server.services.database).write([run_of(driver.transporter_id, fixes, flags=flags)])


def _window(**more: Any) -> dict[str, Any]:
    return {"from": BEGAN.isoformat(), "to": (BEGAN + timedelta(hours=1)).isoformat()} | more


async def test_tracks_have_a_point_each_step_without_what_is_doubtful_and_lie_in_the_window(
    world: World, admin: Person
) -> None:
    one, other, silent = await world.driver(), await world.driver(), await world.driver()
    await _went(world, one, *((second, 27.7 + second * 1e-5, 85.3) for second in range(-10, 121, 5)))
    await _went(world, one, (7, 20.0, 80.0), flags=("unconfirmed",))
    await _went(world, other, (30, 27.8, 85.4), (4000, 27.9, 85.4))
    told = ok(await admin.get(PATH, **_window(step_s=30)))
    assert (told["count"], told["step_s"]) == (2, 30)
    tracks = {track["transporter_id"]: track for track in told["results"]}
    assert silent.transporter_id not in tracks
    assert tracks[one.transporter_id]["offsets_s"] == [0, 30, 60, 90, 120]
    assert tracks[one.transporter_id]["lats"] == pytest.approx([27.7, 27.7003, 27.7006, 27.7009, 27.7012])
    assert (tracks[other.transporter_id]["offsets_s"], tracks[other.transporter_id]["lons"]) == ([30], [85.4])


async def test_of_an_area_only_what_lies_in_it_comes_and_a_page_at_a_time(world: World, admin: Person) -> None:
    drivers = [await world.driver() for _ in range(3)]
    for number, driver in enumerate(drivers):
        await _went(world, driver, (600, 28.2 + number, 84.0), (1200, 28.2 + number, 84.001))
    area = {"lat": 28.2, "lon": 84.0, "radius_km": 1}
    told = ok(await admin.get(PATH, **_window(**area)))
    assert [track["transporter_id"] for track in told["results"]] == [drivers[0].transporter_id]
    pages: list[int] = []
    page: str | None = "1"
    while page is not None:
        found = ok(await admin.get(PATH, **_window(page=page, page_size=2)))
        pages += [track["transporter_id"] for track in found["results"]]
        page = str(int(page) + 1) if found["next"] else None
    assert len(pages) == len(set(pages)) == found["count"]
    assert {driver.transporter_id for driver in drivers} <= set(pages)


async def test_a_track_has_at_most_240_points_however_dense_its_fixes_and_small_the_wanted_steps(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    await _went(world, driver, *((second, 27.7, 85.3 + second * 1e-5) for second in range(0, 3600, 3)))
    told = ok(await admin.get(PATH, **_window(step_s=1)))
    [track] = [one for one in told["results"] if one["transporter_id"] == driver.transporter_id]
    assert told["step_s"] == 15
    assert len(track["offsets_s"]) == 240


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": BEGAN.isoformat(), "from": BEGAN.isoformat()}, "to"),
        ({"from": "2026-11-01", "to": "2026-11-02"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"step_s": "0"}, "step_s"),
        ({"lat": "27.7"}, "lon"),
        ({"page_size": "1000"}, "page_size"),
        ({"area": "1"}, "area"),
    ],
)
async def test_a_window_that_is_none_or_too_long_is_refused_with_what_fits(
    admin: Person, query: dict[str, str], field: str
) -> None:
    refused = await admin.get(PATH, **query)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])

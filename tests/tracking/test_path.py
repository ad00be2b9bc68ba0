"""The way of a delivery, for maps and GPS programs."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from api.routes.deliveries.path_formats import geojson_pieces, gpx_pieces
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.tracking.path import DeliveryPath, PathBuilder, PathPoint
from dispatch.tracking.store import FixStore
from realtime.protocol import Fix
from tests.support.fixes import run_of
from tests.support.world import Bought, Driver, Person, World, ok

GPX = {"g": "http://www.topografix.com/GPX/1/1"}
METRES_A_DEGREE = 111_195.08


class Way:
    """A delivery under way, and fixes of its transporter."""

    def __init__(self, world: World, bought: Bought, delivery: dict[str, Any], driver: Driver) -> None:
        self.world, self.bought, self.delivery, self.driver = world, bought, delivery, driver
        self.start = datetime.now(UTC)

    async def fixes(self, *fixes: tuple[float, float, float, list[str]]) -> None:
        """Seconds after the start, latitude, longitude, flags."""
        runs = [
            run_of(
                self.driver.transporter_id, [Fix(seq + 1, lat, lon, self.start + timedelta(seconds=at_s))], flags=flags
            )
            for seq, (at_s, lat, lon, flags) in enumerate(fixes)
        ]
        await FixStore(self.world.server.services.database).write(runs)

    async def geojson(self, person: Person) -> Any:
        return ok(await person.get(f"/api/deliveries/{self.delivery['delivery_id']}/path.geojson"))


async def under_way(world: World) -> Way:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return Way(world, bought, delivery, driver)


async def test_the_way_of_a_delivery_is_a_line_with_its_length_and_times(world: World) -> None:
    way = await under_way(world)
    await way.fixes(
        (-3600, 20.0, 80.0, []),
        *((step, 27.70 + step * 1e-3, 85.30, []) for step in range(1, 11)),
        (10.5, 40.0, 85.30, ["impossible_speed", "unconfirmed"]),
        (3600, 20.0, 80.0, []),
    )
    await _delivered(way, after_s=60)
    found = await way.geojson(await world.admin())
    assert (found["type"], found["geometry"]["type"]) == ("Feature", "LineString")
    line = found["geometry"]["coordinates"]
    assert line == [[85.30, pytest.approx(27.70 + step * 1e-3)] for step in range(1, 11)]
    properties = found["properties"]
    assert properties["tracking_number"] == way.delivery["tracking_number"]
    assert len(properties["times"]) == len(line) == properties["points"]
    assert properties["distance_m"] == pytest.approx(0.009 * METRES_A_DEGREE, rel=1e-3)
    assert properties["times"] == sorted(properties["times"])
    assert properties["ended_at"].endswith("Z")


def _travelled_m(points: list[PathPoint]) -> float:
    walk = PathBuilder()
    for point in points:
        walk.add([point])
    return walk.distance_m


def test_the_length_is_that_of_the_way_and_not_of_a_still_phone_that_wanders() -> None:
    now = datetime.now(UTC)
    moving = [PathPoint(27.7 + step * 1e-3, 85.3, now) for step in range(11)]
    assert _travelled_m(moving) == pytest.approx(0.01 * METRES_A_DEGREE, rel=1e-3)
    still = [PathPoint(27.7 + (step % 2) * 1e-4, 85.3, now) for step in range(1000)]
    assert _travelled_m(still) == 0
    assert _travelled_m([]) == 0


async def test_the_way_as_gpx_is_a_track_with_a_segment_after_each_silence(world: World) -> None:
    way = await under_way(world)
    await way.fixes((1, 27.70, 85.30, []), (2, 27.71, 85.30, []), (400, 27.72, 85.30, []), (401, 27.73, 85.30, []))
    await _delivered(way, after_s=1000)
    reply = await way.bought.customer.get(f"/api/deliveries/{way.delivery['id']}/path.gpx")
    assert reply.headers["content-type"].startswith("application/gpx+xml")
    root = ET.fromstring(reply.content)  # noqa: S314  # our own answer
    assert root.tag == f"{{{GPX['g']}}}gpx"
    assert root.get("version") == "1.1"
    segments = root.findall("g:trk/g:trkseg", GPX)
    points = [[(point.get("lat"), point.get("lon")) for point in part.findall("g:trkpt", GPX)] for part in segments]
    assert points == [
        [("27.7000000", "85.3000000"), ("27.7100000", "85.3000000")],
        [("27.7200000", "85.3000000"), ("27.7300000", "85.3000000")],
    ]
    times = [datetime.fromisoformat(str(found.text)) for found in root.iterfind(".//g:time", GPX)]
    assert times == sorted(times)
    assert "Total distance 3336 m" in str(root.findtext("g:trk/g:desc", None, GPX))
    found = await way.geojson(way.bought.seller)
    assert found["geometry"]["type"] == "MultiLineString"
    assert found["properties"]["distance_m"] == pytest.approx(0.03 * METRES_A_DEGREE, rel=1e-3)


async def _delivered(way: Way, *, after_s: float) -> None:
    """As if it had been delivered then, so that fixes of the coming minutes belong to it."""
    async with way.world.server.services.database.work() as work:
        when = way.start + timedelta(seconds=after_s)
        await work.session.execute(update(Delivery).where(Delivery.id == way.delivery["id"]).values(delivered_at=when))


async def test_a_delivery_that_nobody_has_has_no_way(world: World) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    found = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/path.geojson"))
    assert found["geometry"] is None
    assert found["properties"]["distance_m"] == 0
    gpx = await bought.seller.get(f"/api/deliveries/{delivery['id']}/path.gpx")
    assert ET.fromstring(gpx.content).find("g:trk/g:trkseg", GPX) is None  # noqa: S314  # our own answer


async def test_the_way_is_for_those_whom_it_concerns(world: World) -> None:
    way = await under_way(world)
    await way.fixes((0.001, 27.70, 85.30, []))
    for person in (way.driver, way.bought.seller, way.bought.customer, await world.admin()):
        assert (await way.geojson(person))["geometry"]["type"] == "Point"
    path = f"/api/deliveries/{way.delivery['id']}/path.gpx"
    for stranger in (await world.driver(), await world.person("seller"), await world.person("customer")):
        ok(await stranger.get(path), 404)
    ok(await world.http.get(path), 401)
    ok(await way.driver.get("/api/deliveries/999999999/path.gpx"), 404)


@pytest.mark.parametrize("pieces", [geojson_pieces, gpx_pieces])
def test_a_long_way_is_written_in_pieces_of_bounded_size(pieces: Callable[[DeliveryPath], Iterator[bytes]]) -> None:
    now = datetime.now(UTC)
    walk = PathBuilder()
    walk.add(PathPoint(27.7 + step * 1e-6, 85.3, now + timedelta(seconds=step)) for step in range(60_000))
    delivery = Delivery(id=1, tracking_number="TRK<&>", status=DeliveryStatus.DELIVERED)
    written = list(pieces(DeliveryPath(delivery, walk.parts, walk.distance_m)))
    assert max(len(piece) for piece in written) < 200_000
    whole = b"".join(written)
    if pieces is gpx_pieces:
        root = ET.fromstring(whole)  # noqa: S314  # our own answer
        assert len(root.findall("g:trk/g:trkseg/g:trkpt", GPX)) == 60_000
        assert root.findtext("g:trk/g:name", None, GPX) == "TRK<&>"
    else:
        found = json.loads(whole)
        assert len(found["geometry"]["coordinates"]) == len(found["properties"]["times"]) == 60_000


async def test_others_have_their_turn_while_a_long_way_is_written(world: World) -> None:
    way = await under_way(world)
    await way.fixes(*((step * 0.01, 27.70 + step * 1e-6, 85.30, []) for step in range(20_000)))
    await _delivered(way, after_s=1000)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    for kind in ("gpx", "geojson"):
        before = turns
        others = asyncio.create_task(take_turns())
        reply = await (await world.admin()).get(f"/api/deliveries/{way.delivery['id']}/path.{kind}")
        others.cancel()
        assert reply.status_code == 200
        assert turns - before > 40  # a turn between any thousand points, as they are read and as they are written
        assert reply.headers["content-encoding"] == "gzip"
        assert len(reply.content) > 1_000_000

"""Real GPS files through the socket, OsmAnd and OwnTracks: the same history and the same live position."""

import asyncio
import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dispatch.ports import LivePosition
from realtime.phones.reading import seq_of
from tests.realtime.phones.devices import OSMAND, token_of
from tests.support.world import Driver, World, ok, ping

TIME_COLUMNS = ("timestamp", "time")


class Place(NamedTuple):
    at: datetime
    lat: float
    lon: float


def read(path: Path, most: int | None) -> list[list[Place]]:
    """The tracks of a file, one a vehicle, moved in time so that the newest place is a minute old."""
    tracks: defaultdict[str, dict[datetime, Place]] = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            written = next(row[column] for column in TIME_COLUMNS if column in row)
            at = datetime.fromisoformat(written)
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
            tracks[row["vehicle_id"]].setdefault(at, Place(at, float(row["latitude"]), float(row["longitude"])))
    shift = (
        datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1) - max(max(track) for track in tracks.values())
    )
    return [[place._replace(at=place.at + shift) for place in list(track.values())[:most]] for track in tracks.values()]


async def over_the_socket(world: World, driver: Driver, track: list[Place]) -> None:
    async with world.phone(driver, epoch="one") as phone:
        for portion in (track[start : start + 100] for start in range(0, len(track), 100)):
            await phone.send({"type": "pings", "pings": [ping(seq_of(at), lat, lon, at) for at, lat, lon in portion]})
            await phone.until_ack(max(seq_of(place.at) for place in portion))
        assert phone.rejected == {}


async def over_osmand(world: World, driver: Driver, track: list[Place]) -> None:
    token = await token_of(driver)
    for at, lat, lon in track:
        fields: dict[str, Any] = {"id": token, "timestamp": int(at.timestamp()), "lat": repr(lat), "lon": repr(lon)}
        ok(await world.http.get(OSMAND, params=fields))


async def over_owntracks(world: World, driver: Driver, track: list[Place]) -> None:
    token = await token_of(driver)
    for at, lat, lon in track:
        message = {"_type": "location", "tst": int(at.timestamp()), "lat": lat, "lon": lon}
        content = json.dumps(message).encode()
        ok(await world.http.post("/api/phones/owntracks/", content=content, auth=("u", token)))


Way = Callable[[World, Driver, list[Place]], Awaitable[None]]
WAYS: tuple[Way, ...] = (over_the_socket, over_osmand, over_owntracks)


async def final_state(
    world: World, way: Way, track: list[Place]
) -> tuple[list[tuple[Any, ...]], tuple[float, float, datetime]]:
    """The history with its flags, and the live position."""
    driver = await world.driver()
    await way(world, driver, track)
    await world.stored_fixes(driver, len(track))
    history: list[tuple[Any, ...]] = []
    page = 1
    while len(history) < len(track):
        path = f"/api/transporters/{driver.transporter_id}/positions/"
        found = ok(await driver.get(path, page=page, page_size=100))["results"]
        history += [(fix["recorded_at"], fix["lat"], fix["lon"], tuple(fix["flags"])) for fix in found]
        page += 1
    live: LivePosition = (await world.server.services.live.positions_of([driver.transporter_id]))[driver.transporter_id]
    return history, (live.lat, live.lon, live.recorded_at)


@pytest.fixture
def file(data_dir: Path, name: str) -> Path:
    path = data_dir / "gps" / name
    if not path.exists():
        pytest.skip("data not found, skipped")
    return path


async def check_file(world: World, path: Path, most: int | None) -> None:
    tracks = read(path, most)
    states = await asyncio.gather(*(final_state(world, way, track) for track in tracks for way in WAYS))
    for number, track in enumerate(tracks):
        socket, osmand, owntracks = states[3 * number : 3 * number + 3]
        assert socket == osmand == owntracks
        history, live = socket
        assert [place[1:3] for place in history] == [(lat, lon) for _, lat, lon in sorted(track)]
        newest = max(track)
        assert live == (newest.lat, newest.lon, newest.at)


FILES = ("munich-1hz.csv.gz", "liverpool-bus.csv.gz")


@pytest.mark.parametrize("name", FILES)
async def test_the_beginning_of_a_file_ends_the_same_over_each_way(world: World, file: Path, name: str) -> None:
    await check_file(world, file, most=100 if "munich" in name else 20)


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FILES)
async def test_a_whole_file_ends_the_same_over_each_way(world: World, file: Path, name: str) -> None:
    assert name in str(file)
    await check_file(world, file, most=None)

"""The map of a city in the parts that browsers ask for."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from api.basemap.stored import stored_map
from api.cli.main import main
from api.routes.pages.built import page_policy
from api.routes.pages.ranges import Part, Unsatisfiable, asked_part
from tests.support.towns import draw_town
from tests.support.world import World

# More digits than Python reads as one number.
ENDLESS = "9" * 5_000


@pytest.fixture
def city(world: World, tmp_path: Path) -> Iterator[Path]:
    """A map of the server that runs."""
    data_dir = world.server.settings.data_dir
    runner = CliRunner(env={"DISPATCH_DATA_DIR": str(data_dir)})
    assert runner.invoke(main, ["basemap", "import", str(draw_town(tmp_path / "town.osm.pbf"))]).exit_code == 0
    path = stored_map(data_dir)
    assert path is not None
    yield path
    path.unlink(missing_ok=True)


async def test_a_page_is_told_where_the_map_lies_and_gets_it_whole_or_in_parts(
    http: httpx.AsyncClient, city: Path
) -> None:
    content = await asyncio.to_thread(city.read_bytes)
    address = (await http.get("/pages/map.json")).json()["city"]
    assert address == f"/pages/map/{city.name}"
    whole = await http.get(address)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, part in (("bytes=0-126", content[:127]), ("bytes=100-", content[100:]), ("bytes=-9", content[-9:])):
        reply = await http.get(address, headers={"Range": asked})
        assert (reply.status_code, reply.content) == (206, part), asked
        assert reply.headers["content-range"].endswith(f"/{len(content)}")
        assert int(reply.headers["content-length"]) == len(part)
    etag = whole.headers["etag"]
    assert (await http.get(address, headers={"If-None-Match": etag})).status_code == 304
    assert (await http.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})).status_code == 206
    assert (await http.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})).status_code == 200
    beyond = await http.get(address, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    endless = await http.get(address, headers={"Range": f"bytes=100-{ENDLESS}"})
    assert (endless.status_code, endless.content) == (206, content[100:])
    head = await http.head(address, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"], head.content) == (206, "10", b"")


async def test_a_map_that_is_replaced_while_it_is_sent_is_sent_to_its_end(http: httpx.AsyncClient, city: Path) -> None:
    content = await asyncio.to_thread(city.read_bytes)
    async with http.stream("GET", f"/pages/map/{city.name}") as reply:
        await asyncio.to_thread(city.unlink)
        assert await reply.aread() == content
    assert (await http.get(f"/pages/map/{city.name}")).status_code == 404


async def test_of_the_data_folder_nothing_but_the_map_is_served(http: httpx.AsyncClient, city: Path) -> None:
    for name in (f"{city.stem}.txt", "..%2fsecret-key", f"..%2fmap%2f{city.name}", "town-0000000000000000.pmtiles"):
        assert (await http.get(f"/pages/map/{name}")).status_code == 404, name


async def test_without_an_import_there_is_no_city_and_no_other_host(http: httpx.AsyncClient) -> None:
    assert (await http.get("/pages/map.json")).json() == {"city": None, "tiles": None}


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("pages=1-2", None),
        ("bytes=-500", Part(0, 99)),
        ("bytes=90-500", Part(90, 99)),
        (f"bytes=90-{ENDLESS}", Part(90, 99)),
        (f"bytes=-{ENDLESS}", Part(0, 99)),
        (f"bytes={'0' * 5_000}90-", Part(90, 99)),
    ],
)
def test_a_range_that_is_not_understood_gets_the_whole(asked: str, part: Part | None) -> None:
    assert asked_part(asked, 100) == part


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=-0", f"bytes={ENDLESS}-", f"bytes={ENDLESS}-{ENDLESS}"])
def test_a_range_behind_the_end_is_refused(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(asked, 100)


def test_only_the_tiles_that_the_operator_allowed_are_a_host_beside_our_own() -> None:
    assert b"connect-src 'self' https://tiles.example:8443;" in page_policy("https://tiles.example:8443")
    assert b"tiles.example" not in page_policy(None)

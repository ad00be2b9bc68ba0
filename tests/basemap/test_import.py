"""A file of OpenStreetMap becomes the map of the server: whole, or nothing is changed."""

import asyncio
import gzip
import os
import sys
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from click.testing import CliRunner
from pmtiles.reader import MmapSource, Reader

from api.basemap.stored import stored_map
from api.cli.main import main
from dispatch.settings import Settings, load_settings
from tests.support.towns import LAT, LON, draw_town

TILE = (14, 12074, 6878)


def layers_of(path: Path, tile: tuple[int, int, int]) -> dict[str, Any]:
    """What a tile shows."""
    with path.open("rb") as file:
        packed = Reader(MmapSource(file)).get(*tile)
    decoded: dict[str, Any] = mapbox_vector_tile.decode(gzip.decompress(packed))
    return decoded


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder of its own."""
    monkeypatch.setenv("DISPATCH_DATA_DIR", str(tmp_path / "data"))
    return load_settings()


def run(*words: str | Path) -> tuple[int, str]:
    """The command, as it is typed."""
    done = CliRunner().invoke(main, ["basemap", *map(str, words)])
    return done.exit_code, done.output


def test_streets_water_borders_and_names_of_a_city_become_one_file(own: Settings, tmp_path: Path) -> None:
    code, said = run("import", draw_town(tmp_path / "town-latest.osm.pbf"))
    assert code == 0, said
    path = stored_map(own.data_dir)
    assert path is not None
    assert path.name.startswith("town-")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o077 == 0
    shown = layers_of(path, TILE)
    assert set(shown) == {"water", "waterways", "borders", "roads", "places"}
    (street,) = shown["roads"]["features"]
    assert street["properties"] == {"kind": "main", "name": "Lekhnath Marg"}
    assert street["geometry"]["type"] == "LineString", "two ways of one street are one line"
    assert shown["places"]["features"][0]["properties"] == {"kind": "town", "name": "Kathmandu", "name_ne": "काठमाडौँ"}
    assert shown["borders"]["features"][0]["properties"] == {"kind": "district"}
    with path.open("rb") as file:
        about = Reader(MmapSource(file)).metadata()
    assert "© OpenStreetMap contributors" in about["attribution"]


def test_an_import_takes_the_place_of_the_one_before_and_the_same_file_gives_the_same_map(
    own: Settings, tmp_path: Path
) -> None:
    first, second = draw_town(tmp_path / "a.osm.pbf"), draw_town(tmp_path / "b.osm.pbf", moved=0.001)
    names = []
    for file in (first, second, first):
        assert run("import", file, "--name", "Kathmandu Valley")[0] == 0
        path = stored_map(own.data_dir)
        assert path is not None
        assert len(list(path.parent.iterdir())) == 1
        names.append(path.name)
    assert names[0] == names[2] != names[1]
    assert names[0].startswith("kathmandu-valley-")


async def test_where_there_is_no_room_the_map_that_is_there_stays(own: Settings, tmp_path: Path) -> None:
    town = draw_town(tmp_path / "town.osm.pbf")
    assert run("import", town)[0] == 0
    before = stored_map(own.data_dir)
    assert before is not None
    limited = f"ulimit -f 64; exec {sys.executable} -m api.cli.main basemap import {town} --name other"
    environment = os.environ | {"DISPATCH_DATA_DIR": str(own.data_dir)}
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", limited, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 2
    assert "There is no room left" in said.decode()
    assert "Traceback" not in said.decode()
    assert [one.name for one in before.parent.iterdir()] == [before.name]


def test_of_what_lies_outside_the_box_nothing_is_taken(own: Settings, tmp_path: Path) -> None:
    file = draw_town(tmp_path / "town.osm.pbf")
    assert run("import", file, "--box", f"{LON - 0.001},{LAT - 0.001},{LON + 0.002},{LAT + 0.001}")[0] == 0
    path = stored_map(own.data_dir)
    assert path is not None
    assert set(layers_of(path, TILE)) == {"waterways", "roads", "places"}


def test_what_cannot_become_a_map_is_said_in_a_sentence_and_leaves_the_one_that_is_there(
    own: Settings, tmp_path: Path
) -> None:
    town = draw_town(tmp_path / "town.osm.pbf")
    assert run("import", town)[0] == 0
    before = stored_map(own.data_dir)
    text, cut_off, folder = tmp_path / "notes.txt", tmp_path / "cut.osm.pbf", tmp_path / "folder"
    text.write_text("no map")
    cut_off.write_bytes(town.read_bytes()[:-40])
    folder.mkdir()
    wrong: list[tuple[list[str | Path], str]] = [
        ([text], "cannot be read as an OpenStreetMap file"),
        ([cut_off], "cannot be read as an OpenStreetMap file"),
        ([folder], "is a directory"),
        ([tmp_path / "none.osm.pbf"], "does not exist"),
        ([town, "--box", "1,2,3,4"], "has no streets, water or places within 1,2,3,4."),
        ([town, "--box", "3,2,1,4"], "is no box"),
        ([town, "--box", "85,27"], "is not four numbers"),
    ]
    for words, told in wrong:
        code, said = run("import", *words)
        assert (code, told in said, "Traceback" in said) == (2, True, False), said
    assert stored_map(own.data_dir) == before
    assert before is not None
    assert [one.name for one in before.parent.iterdir()] == [before.name]

"""`dispatch import` and `dispatch export`: problems as they are found, exit codes, a file that can be read again."""

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest

from api.server.serving import RunningServer
from tests.support.commands import begin
from tests.support.own_database import commands_environment, world_of_its_own
from tests.support.server_process import Outcome, ended
from tests.support.world import World, ok


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """All rows of a table are exported, so nobody else's may be there."""
    async with world_of_its_own(server) as own:
        yield own


async def _dispatch(world: World, *words: str | Path) -> Outcome:
    return await ended(begin(*map(str, words), environment=commands_environment(world)))


async def test_rows_that_are_wrong_are_printed_and_the_exit_code_says_so(world: World, tmp_path: Path) -> None:
    seller, file = await world.person("seller"), tmp_path / "goods.csv"
    file.write_text("external_id,name,listed_price\na,Rice,10\nb,,free\n")
    words = ("import", "products", file, "--seller", seller.email)
    refused = await _dispatch(world, *words)
    assert refused.code == 1
    assert "row 3, name: " in refused.err
    assert "row 3, listed_price: " in refused.err
    assert "Nothing of 2 rows was written" in refused.out
    looked = await _dispatch(world, *words, "--dry-run", "--json")
    lines = [json.loads(line) for line in looked.out.splitlines()]
    assert [line["problem"]["column"] for line in lines[:-1]] == ["name", "listed_price"]
    assert (lines[-1]["made"], lines[-1]["bad"], lines[-1]["applied"]) == (1, 1, False)
    done = await _dispatch(world, *words, "--skip-bad-rows")
    assert (done.code, "1 new" in done.out) == (1, True)
    assert len(ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]) == 1


async def test_a_file_that_is_no_table_ends_with_two_and_says_why(world: World, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(b"external_id\0")
    done = await _dispatch(world, "import", "products", file)
    assert (done.code, "NUL byte" in done.err) == (2, True), done.err
    told = await _dispatch(world, "import", "products", file, "--json")
    assert (told.code, "NUL byte" in json.loads(told.out)["refused"]) == (2, True), told.out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_what_is_exported_is_read_again_as_it_was_and_no_cell_is_a_formula(
    world: World, tmp_path: Path, ending: str
) -> None:
    seller, file = await world.person("seller"), tmp_path / f"goods.{ending}"
    names = ["=HYPERLINK(1)", "@SUM(A1)", "-Rice", "'=quoted", f"Rice {uuid4().hex}"]
    for name in names:
        await world.product(seller, name=name, description="one\ntwo, three")
    assert (await _dispatch(world, "export", "products", file)).code == 0
    if ending == "csv":
        with file.open(newline="") as content:
            cells = [cell for row in csv.reader(content) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    else:
        sheet = openpyxl.load_workbook(file).worksheets[0]
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    again = await _dispatch(world, "import", "products", file, "--json")
    told = json.loads(again.out.splitlines()[-1])
    assert (again.code, told["made"], told["changed"], told["bad"]) == (0, 0, 0, 0), again.out
    assert told["unchanged"] >= len(names)
    assert (await _dispatch(world, "export", "products", file)).code == 2  # it is there


async def test_transporters_and_deliveries_are_exported_and_come_again_unchanged(world: World, tmp_path: Path) -> None:
    await world.driver()
    await world.delivery()
    for kind in ("transporters", "deliveries"):
        file = tmp_path / f"{kind}.csv"
        done = await _dispatch(world, "export", kind, file)
        assert done.code == 0, done.err
        again = await _dispatch(world, "import", kind, file, "--json")
        told = json.loads(again.out.splitlines()[-1])
        assert (again.code, told["made"], told["changed"], told["bad"]) == (0, 0, 0, 0), again.out

"""`dispatch replay-decisions`: past days under other weights, read beside a server at work and written nowhere."""

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.server.serving import RunningServer
from dispatch.assignments.recomputing.reading import DecisionReader, Period
from tests.support.commands import begin
from tests.support.own_database import commands_environment, world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.server_process import Outcome, ended
from tests.support.world import World, ok

AUTO = "/api/auto-assign/"


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """All decisions of a period are made again, so nobody else's may be there."""
    async with world_of_its_own(server) as own:
        yield own


async def _replayed(world: World, *options: str) -> Outcome:
    return await ended(begin("replay-decisions", *options, environment=commands_environment(world)))


async def _report(world: World, *options: str) -> dict[str, Any]:
    done = await _replayed(world, "--json", *options)
    assert done.code == 0, done.err
    report: dict[str, Any] = json.loads(done.out)
    return report


async def _kept(world: World) -> list[Any]:
    """All that is kept of decisions."""
    kept = "SELECT count(*), sum(hashtext(one::text)) FROM {} AS one"
    async with world.server.services.database.work() as work:
        tables = ("decisions", "decided_deliveries", "assignments")
        return [tuple((await work.session.execute(text(kept.format(table)))).one()) for table in tables]


async def test_days_are_made_again_under_other_weights_with_figures_changes_and_a_chart(
    world: World, tmp_path: Path
) -> None:
    here, admin = somewhere(), await world.admin()
    near, roomy = await world.driver(capacity_kg=4), await world.driver(capacity_kg=40)
    await world.online_at(near, *here)
    await world.online_at(roomy, *north_of(here, 6000))
    single, by_hand, *several = await world.deliveries(*[at(here) | {"package_weight": 3}] * 4)
    await world.deliveries(at(here))
    first = ok(await admin.post(AUTO, {"delivery_id": single["id"]}))
    assert first["assigned_transporter"]["id"] == roomy.transporter_id
    ok(await admin.post(f"/api/deliveries/{by_hand['id']}/assign/", {"transporter_id": roomy.transporter_id}))
    body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in several]}
    ok(await admin.post("/api/deliveries/bulk-operations/", body))

    before = await _kept(world)
    same = await _report(world)
    assert (same["decisions"], same["recomputed"], same["not_recomputed"]) == (3, 2, {"by_hand": 1})
    assert (same["changed"]["deliveries"], same["changes"], same["weights"]) == (0, [], None)
    assert same["before"] == same["after"]

    chart, changes = tmp_path / "days.svg", tmp_path / "changes.csv"
    nearest = await _report(world, "--weights", "1,0,0,0", "--chart", str(chart), "--changes", str(changes))
    moved = {one["delivery_id"]: (one["before"], one["after"]) for one in nearest["changes"]}
    assert moved[single["id"]] == (roomy.transporter_id, near.transporter_id)
    assert nearest["after"]["score_by_tried_weights"] > nearest["before"]["score_by_tried_weights"]
    assert nearest["after"]["distance_km"] < nearest["before"]["distance_km"]
    with changes.open() as lines:
        assert {int(row["delivery_id"]) for row in csv.DictReader(lines)} == moved.keys()
    drawn = ET.fromstring(chart.read_text())  # noqa: S314  ours
    assert drawn.tag.endswith("svg")
    assert len(drawn.findall(".//{*}polyline")) == 8
    assert await _kept(world) == before

    told = await _replayed(world, "--weights", "1,0,0,0")
    assert told.code == 0
    assert "1 were not: a person named the transporter." in told.out
    assert "Others would have had" in told.out
    nothing = await _report(world, "--to", "2020-01-01")
    assert (nothing["decisions"], nothing["days"]) == (0, [])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--weights", "1,2,3"), "--weights"),
        (("--weights", "1,2,3,x"), "--weights"),
        (("--weights", "0,0,0,0"), "--weights"),
        (("--weights", "-1,0,0,1"), "--weights"),
        (("--weights", "nan,1,1,1"), "--weights"),
        (("--weights", "1e9,1,1,1"), "--weights"),
        (("--from", "yesterday"), "--from"),
        (("--to", "2026-13-40"), "--to"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "--from"),
        (("--zone", "Atlantis"), "--zone"),
        (("--chart", "/nowhere/at/all.svg"), "/nowhere/at/all.svg"),
        (("--changes", "/"), "--changes"),
        (("--wieghts", "1,1,1,1"), "--wieghts"),
    ],
)
async def test_an_option_that_cannot_be_is_named_and_nothing_is_read(
    world: World, options: tuple[str, ...], named: str
) -> None:
    done = await _replayed(world, *options)
    assert done.code == 2
    assert named in done.err
    assert "Traceback" not in done.err


async def test_decisions_are_read_a_few_at_a_time_each_once_in_their_order(world: World) -> None:
    here, admin, services = somewhere(), await world.admin(), world.server.services
    driver = await world.driver()
    await world.online_at(driver, *here)
    for delivery in await world.deliveries(*[at(here)] * 3):
        ok(await admin.post(AUTO, {"delivery_id": delivery["id"]}))
    now = services.clock.now()
    period = Period(now.replace(year=now.year - 1), now)
    reader = DecisionReader(services.database, period, at_once=2)
    portions = [portion async for portion in reader.portions()]
    read = [decision.id for portion in portions for decision in portion.decisions]
    assert read == sorted(set(read))
    assert len(read) == await reader.count() >= 3
    assert max(len(portion.decisions) for portion in portions) <= 2
    assert all(portion.ways for portion in portions)
    async with reader._reading() as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("DELETE FROM decisions"))
        await session.rollback()

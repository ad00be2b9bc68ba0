"""Decisions of a time, for dispatchers who look back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import at, somewhere
from tests.support.world import World, ok

PATH = "/api/decisions/"


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """All decisions are listed, so nobody else decides."""
    async with world_of_its_own(server) as own:
        yield own


async def test_decisions_of_a_time_are_listed_newest_first_with_what_they_were_about(world: World) -> None:
    admin, driver, here = await world.admin(), await world.driver(), somewhere()
    await world.online_at(driver, *here)
    single, *many = await world.deliveries(*[at(here)] * 3)
    before = datetime.now(UTC)
    ok(await admin.post("/api/auto-assign/", {"delivery_id": single["id"]}))
    ids = [one["id"] for one in many]
    ok(await admin.post("/api/deliveries/bulk-operations/", {"operation": "auto_assign", "delivery_ids": ids}))
    bulk, first = ok(await admin.get(PATH, date_from=before.isoformat()))["results"]
    assert (bulk["kind"], bulk["deliveries"], bulk["asked_by"]) == ("bulk", 2, admin.user_id)
    assert {one["delivery_id"] for one in bulk["named"]} == set(ids)
    assert bulk["total"] <= bulk["upper_bound"] + 1e-6
    assert (first["kind"], first["online"]) == ("single", 1)
    assert first["named"] == [{"delivery_id": single["id"], "tracking_number": single["tracking_number"]}]
    why = ok(await admin.get(f"/api/deliveries/{single['id']}/decision/", at=first["made_at"]))
    assert why["transporter_id"] == driver.transporter_id
    ends = (before - timedelta(seconds=1)).isoformat()
    assert ok(await admin.get(PATH, date_to=ends))["results"] == []
    page = ok(await admin.get(PATH, page_size=1))
    assert (page["count"], len(page["results"])) == (2, 1)
    refused = await admin.get(PATH, date_from="soon", date_until="now")
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"date_from", "date_until"})

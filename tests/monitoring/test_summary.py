"""How the server does, in one answer for the page of operations."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.monitoring.counted import read_counted
from tests.support.shapes import check, is_int, is_text, is_time
from tests.support.waiting import until
from tests.support.watching import another_world
from tests.support.world import PASSWORD, THAMEL, Person, World, ok

SUMMARY = "/api/v1/operations/summary/"


async def _once(admin: Person, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async def answer() -> dict[str, Any] | None:
        summary: dict[str, Any] = ok(await admin.get(SUMMARY))
        return summary if fits(summary) else None

    found: dict[str, Any] = await until(answer)
    return found


async def test_an_admin_sees_rates_waits_and_queues_in_one_answer(world: World) -> None:
    admin, driver = await world.admin(), await world.driver()
    before = ok(await admin.get(SUMMARY))
    check(
        before["processes"],
        [
            {
                "name": is_text,
                "phones": is_int,
                "watchers": is_int,
                "connections": is_int,
                "database_in_use": is_int,
                "database_pool_size": world.server.settings.database_pool_size,
            }
        ],
    )
    check(before["pings"], {"since": is_time})
    assert before["pings"]["since"] < before["at"]
    check(before, {"at": is_time, "log": {"backlog": is_int, "dead": is_int}})
    assert before["disk"]["total"] > before["disk"]["free"] > 0
    await world.online_at(driver, *THAMEL)
    await world.delivery()
    after = await _once(admin, lambda seen: seen["pings"]["stored"] > before["pings"]["stored"])
    assert after["ping_acks"][-1]["within_s"] is None
    counts = [bucket["count"] for bucket in after["ping_acks"]]
    assert counts == sorted(counts)
    # Both are counted every few seconds, maybe last before these came.
    seen = await _once(
        admin, lambda seen: seen["deliveries"].get("available", 0) > 0 and seen["transporters"]["online"] >= 1
    )
    assert seen["payments_last_day"]["completed"] >= 1
    assert set(seen["dead_letters"]) >= {"payments", "refunds", "messages"}
    assert set(seen["rolling"]) >= {"places", "failing", "waiting", "held", "given", "churn_per_hundred"}


async def test_the_summary_says_what_the_metrics_say(world: World) -> None:
    admin = await world.admin()
    await world.online_at(await world.driver(), *THAMEL)

    async def same() -> bool:
        summary = ok(await admin.get(SUMMARY))
        metrics = (await world.http.get("/metrics")).text
        return f"dispatch_pings_stored_total {float(summary['pings']['stored'])}" in metrics

    await until(same)


async def test_without_its_data_folder_the_server_still_says_how_it_does(world: World, tmp_path: Path) -> None:
    admin = await world.admin()
    folder = tmp_path / "data"
    folder.mkdir()
    async with another_world(world.server, data_dir=folder) as other:
        opened = ok(await other.http.post("/api/v1/auth/token/", json={"email": admin.email, "password": PASSWORD}))
        there = {"Authorization": f"Bearer {opened['access']}"}  # the key of signatures lies in the folder
        assert ok(await other.http.get(SUMMARY, headers=there))["disk"]["free"] > 0
        shutil.rmtree(folder)
        summary = ok(await other.http.get(SUMMARY, headers=there))
    assert summary["disk"] is None
    assert summary["payments_last_day"]["completed"] >= 0


def test_counters_whose_folder_is_gone_are_none_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "gone"))
    assert read_counted().total("dispatch_pings_stored_total") == 0

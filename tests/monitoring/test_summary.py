"""How the server does, in one answer for the page of operations."""

from collections.abc import Callable
from typing import Any

from tests.support.shapes import check, is_int, is_text, is_time
from tests.support.waiting import until
from tests.support.world import THAMEL, Person, World, ok

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
    check(before, {"at": is_time, "log": {"backlog": is_int, "dead": is_int}})
    assert before["disk"]["total"] > before["disk"]["free"] > 0
    await world.online_at(driver, *THAMEL)
    await world.delivery()
    after = await _once(admin, lambda seen: seen["pings"]["stored"] > before["pings"]["stored"])
    assert after["ping_acks"][-1]["within_s"] is None
    counts = [bucket["count"] for bucket in after["ping_acks"]]
    assert counts == sorted(counts)
    seen = await _once(admin, lambda seen: seen["deliveries"].get("available", 0) > 0)
    assert seen["transporters"]["online"] >= 1
    assert seen["payments_last_day"]["completed"] >= 1
    assert set(seen["dead_letters"]) >= {"payments", "refunds", "messages"}


async def test_the_summary_says_what_the_metrics_say(world: World) -> None:
    admin = await world.admin()
    await world.online_at(await world.driver(), *THAMEL)

    async def same() -> bool:
        summary = ok(await admin.get(SUMMARY))
        metrics = (await world.http.get("/metrics")).text
        return f"dispatch_pings_stored_total {float(summary['pings']['stored'])}" in metrics

    await until(same)

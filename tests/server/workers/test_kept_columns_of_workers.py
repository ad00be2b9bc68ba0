"""What workers keep of transporters is the same in each, and the same as what one reads that begins with nothing."""

import asyncio
import os
import signal
import time
from typing import Any

import httpx
import pytest

from realtime.fixes import LoggedFix, encode_fix
from realtime.redis.keys import Keys
from tests.server.workers.server_processes import ServerProcesses
from tests.support.places import at, somewhere
from tests.support.random_changes import change_at_random, people_to_change
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import Person, ok

WORKERS = {"worker 1", "worker 2"}


def _client(of: ServerProcesses) -> httpx.AsyncClient:
    """With a connection of its own, which one of the workers takes."""
    return httpx.AsyncClient(base_url=of.world.server.settings.public_url, timeout=PATIENCE_S)


async def _seen(of: ServerProcesses, who: list[int], place: tuple[float, float]) -> None:
    """Everybody was heard of just now, each a little further away, whatever became of their accounts."""
    services, now_ms = of.world.server.services, time.time() * 1000
    keys = Keys(of.world.server.settings.zone)
    for number, one in enumerate(who):
        fix = LoggedFix(one, "phone", "e", 1, place[0] + number / 1000, place[1], int(now_ms), int(now_ms))
        await services.redis.hset(keys.live, str(one), b"[%d,%b]" % (number + 1, encode_fix(fix)))
        await services.redis.zadd(keys.last_seen, {str(one): now_ms})


def _told(answer: dict[str, Any], who: list[int]) -> list[tuple[Any, ...]]:
    """What is said of these transporters, without times."""
    fitting = [
        (one["transporter"]["id"], one["score_details"], one["active"], one["max_active"], one["free_capacity"])
        for one in answer["candidates"]
    ]
    excluded = [
        (one["transporter_id"], one["name"], one["why"], one["free_capacity"], one["active"], one["vehicle_type"])
        for one in answer["excluded"]
    ]
    return [*fitting, *sorted(one for one in excluded if one[0] in who)]


async def _answers(
    of: ServerProcesses, admin: Person, delivery_id: int, who: list[int]
) -> dict[str, list[tuple[Any, ...]]]:
    """What each worker says of who could carry the delivery."""
    found: dict[str, list[tuple[Any, ...]]] = {}

    async def both() -> bool:
        async with _client(of) as fresh:
            name = ok(await fresh.get("/health/ready"))["process"]["name"]
            reply = await fresh.get(f"/api/deliveries/{delivery_id}/candidates/?top_k=100", headers=admin.headers)
            found[name] = _told(ok(reply), who)
            return set(found) == WORKERS

    await until(both)
    return found


async def _kill(of: ServerProcesses, name: str) -> None:
    """Kill a worker, and wait until another of its name answers."""
    victim = of.processes()[name]
    os.kill(victim, signal.SIGKILL)
    await until(lambda: of.processes().get(name) not in {None, victim})

    async def answers() -> bool:
        try:
            async with _client(of) as fresh:
                return bool(ok(await fresh.get("/health/ready"))["process"]["name"] == name)
        except httpx.TransportError:
            return False

    await until(answers)


@pytest.mark.slow
async def test_amid_changes_and_two_killed_workers_the_columns_of_each_worker_stay_those_of_the_database(
    server_processes: ServerProcesses,
) -> None:
    """Those that lived through the changes say what those say that read everything anew after a kill."""
    world, place = server_processes.world, somewhere()
    admin, [delivery] = await world.admin(), await world.deliveries(at(place) | {"package_weight": 2})
    people = await people_to_change(world, 8)
    who, database = people[0], world.server.services.database

    async def asked_all_the_time() -> None:
        while True:  # so that both keep columns while they change
            try:
                async with _client(server_processes) as fresh:
                    await fresh.get(f"/api/deliveries/{delivery['id']}/candidates/", headers=admin.headers)
            except httpx.TransportError:  # of a worker that was killed
                continue

    await _seen(server_processes, who, place)
    before = await _answers(server_processes, admin, delivery["id"], who)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(asked_all_the_time())
        for seed, name in enumerate(sorted(WORKERS)):
            changing = group.create_task(change_at_random(database, seed, 150, people))
            await _kill(server_processes, name)
            assert await changing > 0
        assert await change_at_random(database, 2, 150, people) > 0
        asking.cancel()
    await _seen(server_processes, who, place)
    kept = await _answers(server_processes, admin, delivery["id"], who)
    assert kept["worker 1"] == kept["worker 2"]
    assert kept["worker 1"] != before["worker 1"]
    for name in sorted(WORKERS):
        await _kill(server_processes, name)
    await _seen(server_processes, who, place)  # who is not heard of for two minutes is gone, and is told otherwise
    assert await _answers(server_processes, admin, delivery["id"], who) == kept

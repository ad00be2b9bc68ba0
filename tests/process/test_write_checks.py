"""Ready means that what must be kept can be written."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from api.adapters.photos import FolderPhotoStore
from api.process.write_checks import WriteCheck, build_write_checks, write_to
from api.routes.operations.health import check_database, check_redis
from api.server.app import create_app
from api.server.serving import RunningServer
from dispatch.database.engine import Database
from tests.support.own_redis import OwnRedis
from tests.support.processes import files_no_larger_than
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import until
from tests.support.world import ok


async def test_a_ready_server_says_that_all_four_take_writes(http: httpx.AsyncClient) -> None:
    all_four = {"database": "ok", "redis": "ok", "data_folder": "ok", "pictures": "ok"}

    async def says_so() -> bool:  # a store of pictures that is just slow to answer is told of for a moment
        return bool(ok(await http.get("/health/ready"))["checks"] == all_four)

    await until(says_so)


@pytest.mark.slow
async def test_a_server_whose_disk_is_full_is_not_ready_until_there_is_room(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", free_port())
    await server.start()
    try:
        assert server.process is not None

        async def told(status: int) -> dict[str, str] | None:
            async with httpx.AsyncClient(timeout=60) as http:
                reply = await http.get(f"{server.url}/health/ready")
            checks: dict[str, str] = reply.json()["checks"]
            return checks if reply.status_code == status else None

        async def is_full() -> bool:
            checks = await told(503)
            return checks is not None and "the data folder takes no writes: the disk is full" in checks["data_folder"]

        async def has_room() -> bool:
            return await told(200) is not None

        with files_no_larger_than(1000, server.process.pid):
            await until(is_full)
        await until(has_room)
    finally:
        await server.end()


async def test_a_redis_that_answers_and_takes_no_writes_is_named(server: RunningServer, tmp_path: Path) -> None:
    services = server.services
    own = OwnRedis(tmp_path)
    await own.start()
    try:
        async with Redis.from_url(own.url) as redis:
            writing = build_write_checks(tmp_path, services.database, redis, services.keys)
            assert await writing.redis.problem() is None
            await redis.config_set("maxmemory", "1")
            again = build_write_checks(tmp_path, services.database, redis, services.keys)
            assert "Redis takes no writes: OutOfMemoryError" in str(await again.redis.problem())
    finally:
        await own.stop()
    assert await check_redis(services.operations) is None


async def test_a_postgresql_that_answers_and_takes_no_writes_is_named(server: RunningServer, tmp_path: Path) -> None:
    services = server.services
    url = services.database.engine.url.render_as_string(hide_password=False)
    standby = Database(url, pool_size=1)
    async with standby.connection() as driver:
        await driver.execute("SET default_transaction_read_only = on")
    writing = build_write_checks(tmp_path, standby, services.redis, services.keys)
    problem = await writing.database.problem()
    await standby.close()
    assert "PostgreSQL takes no writes: ReadOnlySQLTransactionError" in str(problem)
    assert await check_database(services.operations) is None


async def test_many_who_ask_at_once_make_one_trial_and_one_that_hangs_is_not_begun_again() -> None:
    begun = 0
    hanging = asyncio.Event()

    async def hang() -> str | None:
        nonlocal begun
        begun += 1
        await hanging.wait()
        return None

    trial = WriteCheck("a disk", hang)
    answers = await asyncio.gather(*(trial.problem() for _ in range(20)))
    assert set(answers) == {"a disk: no answer to a write within 3 s"}
    assert begun == 1
    hanging.set()
    assert await trial.problem() is None
    assert begun == 1


async def test_what_was_found_last_stands_while_a_slow_try_is_under_way_and_not_once_it_has_taken_too_long() -> None:
    begun, answers = 0, asyncio.Event()
    answers.set()

    async def try_slowly() -> str | None:
        nonlocal begun
        begun += 1
        await answers.wait()
        return None

    trial = WriteCheck("a store", try_slowly)
    assert await trial.problem() is None
    answers.clear()
    found: set[str | None] = set()

    async def a_second_try_is_under_way() -> bool:
        found.add(await trial.problem(within_s=0.01))
        return begun == 2

    await until(a_second_try_is_under_way)
    assert found == {None}, "a store that answers slowly takes writes"
    assert await until(lambda: trial.problem(within_s=0.01)) == "a store: no answer to a write within 0.01 s"
    answers.set()
    assert await trial.problem() is None


async def test_a_store_of_pictures_that_never_answers_does_not_hold_up_who_asks(server: RunningServer) -> None:
    asked, services = asyncio.Event(), server.services

    async def hang() -> str | None:
        asked.set()
        await asyncio.Event().wait()
        return None

    hanging = replace(services.operations.write_checks, pictures=WriteCheck("the store of pictures", hang))
    door: Any = create_app(replace(services, operations=replace(services.operations, write_checks=hanging)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=services.settings.public_url) as http:
        told = await http.get("/health/ready")
    assert asked.is_set()
    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    assert told.json()["checks"]["pictures"].startswith("the store of pictures: no answer to a write within 0.")


def test_a_folder_that_cannot_be_written_leaves_no_trial_behind(tmp_path: Path) -> None:
    write_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        write_to(tmp_path / "missing")


async def test_a_store_of_pictures_that_takes_none_is_named_and_what_needs_none_goes_on(
    server: RunningServer, tmp_path: Path
) -> None:
    services, folder = server.services, tmp_path / "photos"
    folder.write_text("a file where a folder should be")
    stores = [FolderPhotoStore(folder)]
    checks = build_write_checks(tmp_path, services.database, services.redis, services.keys, stores)
    door: Any = create_app(replace(services, operations=replace(services.operations, write_checks=checks)))
    here = httpx.ASGITransport(door)
    async with httpx.AsyncClient(transport=here, base_url=services.settings.public_url) as http:
        told = await http.get("/health/ready")
    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    assert told.json()["checks"]["pictures"].startswith("the store of pictures takes no writes: ")
    assert {told.json()["checks"][name] for name in ("database", "redis", "data_folder")} == {"ok"}
    folder.unlink()
    again = build_write_checks(tmp_path, services.database, services.redis, services.keys, stores)
    assert await again.pictures.problem() is None
    assert list(folder.rglob(".trial-*")) == [], "nothing is left behind"

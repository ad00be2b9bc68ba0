"""PostgreSQL, Redis and the gateway die, freeze and run out of disk under load; nobody restarts anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil  # ships no types
import pytest

from api.server.backing_services import SANDBOX_KEY, find_sandbox
from realtime.protocol import Close
from tests.faults.load import Load, under_load
from tests.support.processes import files_no_larger_than, full, small_file_system
from tests.support.server_process import ServerProcess, free_port
from tests.support.waiting import PATIENCE_S, until


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """One server, which has to live through everything here."""
    server = ServerProcess(tmp_path_factory.mktemp("faults") / "data", free_port())
    await server.start()
    yield server
    await server.end()


async def disk_is_full_for_redis(load: Load, *, deaths: int) -> None:
    """Until Redis has died of it so often; at the end there is room again.

    Counted by who starts it again: on a full disk it may not live long enough to be seen among the processes.
    """
    assert load.server.process is not None
    log_size = max(file.stat().st_size for file in (load.server.data_dir / "redis" / "appendonlydir").iterdir())
    # The server too: what it starts again meanwhile finds the disk as full as before.
    with files_no_larger_than(log_size + 20_000, load.redis.head.pid, load.server.process.pid):
        first = latest = await load.redis_is_started_again()
        while latest < first + deaths - 1:
            latest = await load.redis_is_started_again(latest)
    # Whose pings could not be stored is told so; a phone may hear of it later than this test does.
    await until(lambda: {code for phone in load.phones for code in phone.closes})
    assert {code for phone in load.phones for code in phone.closes} == {Close.UNAVAILABLE}


@pytest.mark.slow
async def test_a_postgresql_that_freezes_and_dies_stops_no_ping_loses_nothing_and_needs_nobody(
    server: ServerProcess,
) -> None:
    async with under_load(server) as load:
        with load.postgres.frozen():
            await load.goes_on(600)
        killed = load.postgres.head
        load.postgres.kill()
        await load.goes_on()
        await load.ready()
        assert load.postgres.head != killed


async def test_kill_9_of_redis_loses_nothing_and_needs_nobody(server: ServerProcess) -> None:
    async with under_load(server) as load:
        killed = load.redis.head
        load.redis.kill()
        await until(lambda: load.redis.members() not in ([], [killed]))


@pytest.mark.slow
async def test_a_full_disk_under_redis_loses_nothing_and_needs_nobody(server: ServerProcess) -> None:
    async with under_load(server) as load:
        await disk_is_full_for_redis(load, deaths=1)


@pytest.mark.heavy
async def test_a_disk_that_stays_full_under_redis_loses_nothing_and_needs_nobody(server: ServerProcess) -> None:
    async with under_load(server) as load:
        await disk_is_full_for_redis(load, deaths=5)


@pytest.mark.heavy
async def test_a_redis_that_freezes_for_long_delays_and_loses_nothing(server: ServerProcess) -> None:
    async with under_load(server) as load:
        with load.redis.frozen():
            # Longer than a call to Redis waits: every phone is told to come back later, and does.
            await until(lambda: all(Close.UNAVAILABLE in phone.closes for phone in load.phones))


@pytest.mark.heavy
async def test_who_asks_a_frozen_postgresql_is_told_to_come_back(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", free_port(), {"DISPATCH_DATABASE_TIMEOUT_S": "2"})
    await server.start()
    try:
        async with under_load(server) as load:
            with load.postgres.frozen():
                told = load.answers["account", 503], load.answers["parcel", 503]
                await until(lambda: load.answers["account", 503] > told[0] and load.answers["parcel", 503] > told[1])
                await load.goes_on()
    finally:
        await server.end()


@pytest.mark.heavy
@pytest.mark.timeout(600)
async def test_one_fault_after_the_other_loses_nothing_and_needs_nobody(server: ServerProcess) -> None:
    async with under_load(server, phones=20, watched=5, rate=20) as load:
        for _ in range(5):
            for service in (load.redis, load.postgres):
                service.kill()
                await load.goes_on(400)
            with load.postgres.frozen(), load.redis.frozen():
                sent = load.sent
                await until(lambda sent=sent: load.sent > sent + 400)  # type: ignore[misc]
            await load.goes_on(400)
        await disk_is_full_for_redis(load, deaths=2)


@pytest.mark.heavy
async def test_a_file_system_that_is_full_loses_nothing_and_needs_nobody(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "data", size_mb=160) as data_dir:
        server = ServerProcess(data_dir, free_port())
        await server.start()
        try:
            async with under_load(server) as load:
                died = load.redis.head, load.postgres.head
                with full(data_dir):
                    await until(lambda: died[0] not in load.redis.members())
                    await until(lambda: any(Close.UNAVAILABLE in phone.closes for phone in load.phones))
        finally:
            await server.end()


async def test_a_killed_sandbox_gateway_comes_back_at_its_address_with_its_payments(server: ServerProcess) -> None:
    before = find_sandbox(server.settings)
    assert before is not None
    order = {"amount": 1300, "purchase_order_id": "1", "purchase_order_name": "rice"}
    async with httpx.AsyncClient(base_url=before.base_url, trust_env=False, timeout=PATIENCE_S) as gateway:
        opened = await gateway.post(
            "/api/v2/epayment/initiate/",
            headers={"Authorization": f"Key {SANDBOX_KEY}"},
            json=order | {"return_url": server.url, "website_url": server.url},
        )
        psutil.Process(before.pid).kill()
        await until(lambda: (again := find_sandbox(server.settings)) is not None and again.pid != before.pid)
        assert find_sandbox(server.settings).base_url == before.base_url  # type: ignore[union-attr]
        assert (await gateway.get(opened.json()["payment_url"])).status_code == httpx.codes.OK

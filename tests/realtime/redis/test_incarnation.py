"""A database that was restored beside a Redis that remembers more: nothing acknowledged is lost, nobody is mixed up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import httpx
import pytest

from api.cli.doctor import examine
from api.process.resources import Addresses
from api.server.services import Services, build_services
from api.server.serving import RunningServer, serving
from api.server.startup_errors import RedisUnusable
from api.server.store_checks import ready_stores
from dispatch.database.incarnation import ADVISORY_LOCK
from dispatch.settings import Settings
from realtime.ingest.runs import Source
from realtime.protocol import Fix
from realtime.redis.incarnation import ALIVE_MS, IncarnationWatch, MemoryMatch
from tests.support.own_redis import OwnRedis
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import beside
from tests.support.world import World, ping

PHONE, EPOCH = "the-same-phone", "the-same-epoch"


class Backup:
    """A database of the test's own, which can go back to what it was."""

    def __init__(self, admin: asyncpg.Connection, name: str) -> None:
        self._admin = admin
        self.name = name

    async def make(self) -> None:
        await self._admin.execute(f"CREATE DATABASE {self.name}_backup TEMPLATE {self.name}")

    async def restore(self) -> None:
        await self._admin.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
        await self._admin.execute(f"CREATE DATABASE {self.name} TEMPLATE {self.name}_backup")


@pytest.fixture
async def backup(server: RunningServer) -> AsyncIterator[Backup]:
    dsn = str(beside(server).database_url).replace("+asyncpg", "")
    admin = await asyncpg.connect(dsn)
    name = f"lives_{uuid4().hex[:8]}"
    await admin.execute(f"CREATE DATABASE {name}")
    yield Backup(admin, name)
    await admin.close()


@pytest.fixture
def own(server: RunningServer, backup: Backup, own_redis: OwnRedis) -> Settings:
    """A zone of its own in a Redis and a database that nobody else uses."""
    settings = beside(server)
    database_url = str(settings.database_url).replace("/dispatch?", f"/{backup.name}?")
    changes = {"database_url": database_url, "redis_url": own_redis.url, "zone": backup.name}
    return settings.model_copy(update=changes)


def _services(own: Settings) -> Services:
    addresses = Addresses(str(own.database_url), str(own.redis_url), str(own.khalti_base_url), "key")
    return build_services(own, addresses)


@asynccontextmanager
async def _nobody_mends(services: Services) -> AsyncIterator[None]:
    """Whoever finds another database in these seconds waits with what it does about it."""
    async with services.database.connection() as holder:
        await holder.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        try:
            yield
        finally:
            await holder.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


def _client(running: RunningServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=running.settings.public_url, timeout=PATIENCE_S)


def _fix(seq: int) -> Fix:
    return Fix(seq, 27.7, 85.3 + seq / 10_000, datetime.now(UTC))


@pytest.mark.slow
async def test_after_a_restore_what_waited_is_stored_and_nobody_new_stands_where_another_stood(
    own: Settings, backup: Backup
) -> None:
    async with serving(own) as running, _client(running) as http:
        world = World(running, http)
        driver = await world.driver()
        driver.device = PHONE
    await backup.make()

    async with serving(own) as running, _client(running) as http:
        world, driver.http = World(running, http), http
        gone = await world.driver()
        gone.device = PHONE
        for one in (driver, gone):
            async with world.phone(one, epoch=EPOCH) as phone:
                for seq in (1, 2):
                    await phone.send(ping(seq, 27.7, 85.3 + seq / 10_000))
                await phone.until_ack(2)
            await world.stored_fixes(one, 2)
    services = _services(own)
    services.sockets.ingest.start()  # acknowledged, and nobody takes it over to the database yet
    source = Source(driver.transporter_id, PHONE, EPOCH)
    assert not (await services.sockets.ingest.keep(source, [_fix(3), _fix(4)])).rejected
    await services.sockets.ingest.stop()
    await services.close()
    await backup.restore()

    async with serving(own) as running, _client(running) as http:
        world, driver.http = World(running, http), http
        services = running.services
        assert await services.live.find_update(gone.transporter_id) is None
        newcomer = await world.driver()
        assert newcomer.transporter_id > gone.transporter_id
        assert await services.live.find_update(newcomer.transporter_id) is None
        fixes = await world.stored_fixes(driver, 2)
        assert sorted(fix["seq"] for fix in fixes) == [3, 4]
        async with world.phone(driver, epoch=EPOCH) as phone:
            assert phone.welcome["last_seq"] == 0
            for seq in (1, 2, 3, 4, 5):  # what an app still has, it sends again
                await phone.send(ping(seq, 27.7, 85.3 + seq / 10_000))
            await phone.until_ack(5)
        fixes = await world.stored_fixes(driver, 5)
        assert sorted(fix["seq"] for fix in fixes) == [1, 2, 3, 4, 5]


async def test_a_database_that_goes_back_under_a_running_server_is_noticed(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(own) as running:
        services = running.services
        await services.redis.set(services.keys.last_seq + "somebody", 7)
        await services.redis.xadd(services.keys.dead, {"fix": "{}", "reason": "kept"})
        async with _nobody_mends(services):
            async with services.database.transaction() as driver:
                await driver.execute("UPDATE database_incarnations SET beat = beat - 50")
            assert await services.operations.incarnation.look() is MemoryMatch.DATABASE_WENT_BACK
            await examine(running.settings, as_json=True)
            assert "went back" in capsys.readouterr().out

        async def is_mended() -> bool:  # by us or by the upkeep, which beats every few seconds
            return await services.operations.incarnation.beat() is MemoryMatch.SAME

        await until(is_mended)
        assert await services.redis.get(services.keys.last_seq + "somebody") is None
        assert await services.redis.xlen(services.keys.dead) == 1
        assert await services.operations.incarnation.look() is MemoryMatch.SAME


async def test_many_processes_that_beat_at_once_never_take_the_database_for_another(own: Settings) -> None:
    services = [_services(own) for _ in range(3)]
    await asyncio.gather(*(ready_stores(one.database, str(own.redis_url), own.zone) for one in services))
    watches = [IncarnationWatch(one.redis, one.keys, one.database) for one in services]
    seen = await asyncio.gather(*(watch.beat() for _ in range(30) for watch in watches))
    assert set(seen) == {MemoryMatch.SAME}
    for one in services:
        await one.close()


async def test_a_redis_that_went_back_gives_offsets_a_new_epoch(own: Settings) -> None:
    services = _services(own)
    await ready_stores(services.database, str(own.redis_url), own.zone)
    await services.redis.set(services.keys.offset_epoch, "before")
    async with services.database.transaction() as driver:
        await driver.execute("UPDATE database_incarnations SET beat = beat + 1000")
    assert await services.operations.incarnation.beat() is MemoryMatch.REDIS_WENT_BACK
    assert await services.redis.get(services.keys.offset_epoch) is None
    assert await services.operations.incarnation.beat() is MemoryMatch.SAME
    await services.close()


async def test_two_databases_whose_servers_run_do_not_share_a_zone(own: Settings, server: RunningServer) -> None:
    services, other = _services(own), _services(own.model_copy(update={"database_url": beside(server).database_url}))
    await ready_stores(services.database, str(own.redis_url), own.zone)
    await services.redis.set(services.keys.last_seq + "somebody", 7)
    assert await other.operations.incarnation.beat() is MemoryMatch.TAKEN
    assert await services.redis.get(services.keys.last_seq + "somebody") == b"7"
    seconds, _ = await services.redis.time()
    await services.redis.hset(services.keys.database, "at_ms", str(seconds * 1000 - 2 * ALIVE_MS))
    assert await other.operations.incarnation.beat() is MemoryMatch.OTHER_DATABASE
    assert await services.redis.get(services.keys.last_seq + "somebody") is None
    await other.close()
    await services.close()


async def test_a_redis_that_is_away_at_the_start_is_said_in_one_sentence(own: Settings) -> None:
    services = _services(own)
    with pytest.raises(RedisUnusable, match=r"Redis at 127\.0\.0\.1:1/0 cannot be used"):
        await ready_stores(services.database, "redis://:secret@127.0.0.1:1/0", own.zone)
    await services.close()

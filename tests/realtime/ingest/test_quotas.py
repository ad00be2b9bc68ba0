"""What one transporter, and all together, may take of Redis; and what the others notice of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from dispatch.database.engine import Database
from dispatch.tracking.store import FixStore
from realtime.history.log_state import read_log_state
from realtime.history.writer import HistoryWriter
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.limits import Quota, left_of_day_s, why_full
from realtime.ingest.runs import Source
from realtime.ingest.submissions import IngestFull, QuotaSpent
from realtime.ingest.throttle import Rates
from realtime.protocol import Fix
from realtime.redis.keys import Keys
from tests.support.own_redis import OwnRedis
from tests.support.waiting import until
from tests.support.world import World

NOW = datetime.now(UTC)


def fixes(*seqs: int) -> list[Fix]:
    return [Fix(seq, 27.7, 85.3, NOW + timedelta(milliseconds=at)) for at, seq in enumerate(seqs)]


@asynccontextmanager
async def ingest_with(redis: Redis, keys: Keys, quota: Quota) -> AsyncIterator[Ingest]:
    made = Ingest(
        redis,
        keys,
        flush_ms=0,
        plausibility=Plausibility(86_400_000, 120_000),
        rates=Rates(1e9, 1e9),
        log_max=1_000_000,
        quota=quota,
    )
    made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
def keys() -> Keys:
    return Keys(f"quota-{uuid4().hex[:8]}")


async def test_a_transporter_has_so_many_pings_a_day_and_the_others_have_theirs(world: World, keys: Keys) -> None:
    redis = world.server.services.redis
    async with ingest_with(redis, keys, Quota(fixes=10, bitmaps=0)) as ingest:
        mine = Source(1, "phone", "a")
        await ingest.keep(mine, fixes(*range(1, 11)))
        with pytest.raises(QuotaSpent) as spent:
            await ingest.keep(mine, fixes(11))
        assert 0 < spent.value.retry_after_s <= 86_400
        results = await asyncio.gather(
            ingest.keep(mine, fixes(12)), ingest.keep(Source(2, "phone", "a"), fixes(1)), return_exceptions=True
        )
        assert [isinstance(one, QuotaSpent) for one in results] == [True, False]
        assert await ingest.resume(Source(1, "phone", "a")) == 10, "nothing is stored behind what was refused"
        assert int(await redis.get(keys.backlog) or 0) == 11


@pytest.mark.parametrize("spread", ["seqs", "epochs", "listed"])
async def test_new_numberings_are_counted_whatever_they_are_spread_over(world: World, keys: Keys, spread: str) -> None:
    redis = world.server.services.redis
    async with ingest_with(redis, keys, Quota(fixes=0, bitmaps=5)) as ingest:
        refused = 0
        for number in range(20):
            source = Source(1, "phone", str(number) if spread == "epochs" else "a")
            seq = 1 + 4096 * number if spread != "epochs" else 1
            some = (seq, seq + 2) if spread == "listed" else (seq,)
            try:
                await ingest.keep(source, fixes(*some))
            except QuotaSpent:
                refused += 1
        assert refused == 15
    assert len([key async for key in redis.scan_iter(f"{keys.seen}*")]) <= 5


async def test_a_days_backlog_fits_the_defaults_many_times(world: World, keys: Keys) -> None:
    settings = world.server.settings
    quota = Quota(settings.ping_quota_per_day, settings.ping_numberings_per_day)
    async with ingest_with(world.server.services.redis, keys, quota) as ingest:
        source = Source(1, "phone", "a")
        for start in range(1, 20_001, 5_000):
            await ingest.keep(source, fixes(*range(start, start + 5_000)))
        assert await ingest.resume(source) == 20_000
    had = await world.server.services.redis.hgetall(keys.had_on(int(datetime.now(UTC).timestamp() // 86_400)))
    assert had == {b"1:bitmaps": b"5"}


async def test_pings_are_refused_before_redis_is_full_and_taken_again_with_room(
    own_redis: OwnRedis, keys: Keys
) -> None:
    async with Redis.from_url(own_redis.url) as redis, ingest_with(redis, keys, Quota(0, 0)) as ingest:
        source = Source(1, "phone", "a")
        await ingest.keep(source, fixes(1))
        limit = int((await redis.config_get("maxmemory"))["maxmemory"] or 0)
        assert limit > 0, "the embedded Redis has a limit"
        await redis.set("ballast", b"x" * 50_000_000)  # so that connections' buffers weigh little
        try:
            assert "MiB" in await until_refused(ingest, source, lambda: leave_little(redis))
            assert int(await redis.xlen(keys.log)) >= 1, "what was acknowledged stays"
        finally:
            await redis.config_set("maxmemory", limit)
            await redis.delete("ballast")
        await until_taken(ingest, source)


async def leave_little(redis: Redis) -> None:
    await redis.config_set("maxmemory", int((await redis.info("memory"))["used_memory"] * 1.05))


async def until_refused(ingest: Ingest, source: Source, fill: Callable[[], Awaitable[None]]) -> str:
    async def refusal() -> str | None:
        await fill()  # again and again: just after it came, the ballast lies in a buffer a second time
        try:
            await ingest.keep(source, fixes(2))
        except IngestFull as error:
            return str(error)
        return None

    return str(await until(refusal))


async def until_taken(ingest: Ingest, source: Source) -> None:
    async def is_taken() -> bool:
        await ingest.keep(source, fixes(3))
        return True

    await until(is_taken, despite=IngestFull)


def test_a_redis_without_a_limit_is_never_called_full() -> None:
    assert why_full({"maxmemory": 0, "used_memory": 10**12}, 0.1) == ""
    assert why_full({"maxmemory": 100, "used_memory": 90}, 0.1) == ""
    assert why_full({"maxmemory": 100, "used_memory": 91}, 0.1)


def test_the_day_ends_at_midnight_of_utc() -> None:
    assert left_of_day_s(datetime(2026, 2, 28, 23, 59, 30, tzinfo=UTC)) == 30
    assert left_of_day_s(datetime(2026, 3, 1, tzinfo=UTC)) == 86_400


class Redis70(Redis):
    """As Redis 7.0 does: who waits for new entries in vain, or finds nothing to take over, is not noted."""

    async def xreadgroup(self, groupname: str, consumername: str, streams: dict, **options: object) -> object:  # type: ignore[override,type-arg]
        [start] = streams.values()
        if start == ">":
            [log] = streams
            [group] = await self.xinfo_groups(log)
            if group["lag"] == 0:
                await asyncio.sleep(0.05)
                return []
        return await super().xreadgroup(groupname, consumername, streams, **options)  # type: ignore[arg-type]

    async def xautoclaim(self, *arguments: object, **options: object) -> object:  # type: ignore[override]
        del arguments, options
        return [b"0-0", [], []]


async def test_a_writer_that_has_nothing_to_do_is_seen_also_where_redis_notes_only_what_it_hands_out(
    own_redis: OwnRedis, keys: Keys, world: World
) -> None:
    database: Database = world.server.services.database

    async def nothing(_rows: object) -> None:
        pass

    async with Redis70.from_url(own_redis.url) as redis:
        writer = HistoryWriter(redis, keys, FixStore(database), nothing)
        writer.start()
        try:

            async def is_seen() -> bool:
                return (await read_log_state(redis, keys)).history_is_active

            await until(is_seen)
        finally:
            await writer.stop()

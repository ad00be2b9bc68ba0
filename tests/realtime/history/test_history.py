"""What the stored positions may rely on: each fix once, whoever writes, whatever is killed."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from alembic import command
from sqlalchemy import Connection, func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.database.migrate import alembic_config, migrate
from dispatch.tracking.models import StoredSeqs
from dispatch.tracking.partitions import existing_days, partition_name
from dispatch.tracking.retention import Retention
from dispatch.tracking.runs import Run
from dispatch.tracking.store import FixStore, StoreUnavailable
from realtime.fixes import encode_run
from realtime.history.writer import HistoryWriter
from realtime.redis.keys import Keys
from tests.realtime.history.writers import NOBODY, logged, nothing, put_in_log, row, stored, until_log_is_empty, writer
from tests.support.waiting import PATIENCE_S
from tests.support.world import World, ok

ROOT = Path(__file__).resolve().parents[3]


async def test_a_fix_that_comes_again_with_another_time_is_stored_once(server: RunningServer) -> None:
    store, epoch, now = FixStore(server.services.database), uuid4().hex, datetime.now(UTC)
    assert await store.write([row(1, now, epoch=epoch), row(1, now, epoch=epoch)]) == 1
    other_worker = FixStore(server.services.database)
    again = [row(1, now - timedelta(days=2), epoch=epoch), row(2, now, epoch=epoch)]
    assert await other_worker.write(again) == 1
    assert await stored(server.services.database, epoch) == [1, 2]


async def test_seqs_far_apart_are_told_apart(server: RunningServer) -> None:
    store, epoch, now = FixStore(server.services.database), uuid4().hex, datetime.now(UTC)
    seqs = [1, 4095, 4096, 8191, 2**53 - 1]
    await store.write([row(seq, now, epoch=epoch) for seq in seqs])
    assert await store.write([row(seq, now, epoch=epoch) for seq in seqs]) == 0
    assert await stored(server.services.database, epoch) == seqs


async def test_writers_that_hold_the_same_fixes_at_once_store_each_once(server: RunningServer) -> None:
    database, epoch, now = server.services.database, uuid4().hex, datetime.now(UTC)
    phones = [f"phone-{number}" for number in range(5)]

    async def write(shift: int) -> int:
        store, new = FixStore(database), 0
        for start in range(0, 200, 20):
            portion = [
                row(seq + 1, now, device=phone, epoch=epoch)
                for phone in (phones if shift % 2 else reversed(phones))
                for seq in range(max(0, start - shift), start + 20)
            ]
            new += await store.write(portion)
        return new

    assert sum(await asyncio.gather(*(write(shift) for shift in range(6)))) == 200 * len(phones)
    assert len(await stored(database, epoch)) == 200 * len(phones)


async def test_two_writers_share_one_log_and_lose_nothing(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex
    batches = [[logged(batch * 10 + step + 1, epoch=epoch) for step in range(10)] for batch in range(60)]
    await put_in_log(server, keys, *batches, *batches[::7])
    async with writer(server, keys), writer(server, keys):
        await until_log_is_empty(server, keys)
    assert await stored(server.services.database, epoch) == list(range(1, 601))


@pytest.mark.slow
async def test_what_a_killed_writer_began_is_finished_once_by_another(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex
    await put_in_log(server, keys, *([logged(seq, epoch=epoch)] for seq in range(1, 21)))
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.realtime.history.stuck_writer", keys.zone),
        *(server.services.database.engine.url.render_as_string(hide_password=False), redis_url(server)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert killed.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await killed.stdout.readline() == b"stored\n"
    killed.kill()
    await killed.wait()
    assert await server.services.redis.xlen(keys.log) == 20
    async with writer(server, keys):
        await until_log_is_empty(server, keys)
    assert await stored(server.services.database, epoch) == list(range(1, 21))


async def test_what_a_writer_began_while_the_database_was_away_it_finishes_itself(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex

    class AwayAtFirst(FixStore):
        tries = 0

        async def write(self, runs: Sequence[Run]) -> int:
            self.tries += 1
            if self.tries <= 2:
                raise StoreUnavailable("the database is starting up")
            return await super().write(runs)

    await put_in_log(server, keys, [logged(1, epoch=epoch)], [logged(2, epoch=epoch)])
    alone = HistoryWriter(server.services.redis, keys, AwayAtFirst(server.services.database), nothing)
    alone.start()
    try:
        await until_log_is_empty(server, keys)
    finally:
        await alone.stop()
    assert await stored(server.services.database, epoch) == [1, 2]


def redis_url(server: RunningServer) -> str:
    options = server.services.redis.connection_pool.connection_kwargs
    return f"unix://{options['path']}" if "path" in options else f"redis://{options['host']}:{options['port']}"


async def test_what_can_never_be_stored_is_set_aside_and_holds_nothing_up(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex
    poisoned = msgspec.structs.replace(logged(3, epoch=epoch), device="nul \x00")
    nowhen = msgspec.structs.replace(logged(4, epoch=epoch), received_ms=10**18)
    good = [logged(seq, epoch=epoch) for seq in (1, 2, 5)]
    await put_in_log(server, keys, [good[0], poisoned, good[1], nowhen], b"not json", b"[[1]]", [good[2]])
    async with writer(server, keys):
        await until_log_is_empty(server, keys)
    assert await stored(server.services.database, epoch) == [1, 2, 5]
    found: Any = await server.services.redis.xrange(keys.dead)
    dead = {fields[b"fix"] for _, fields in found}
    assert dead == {encode_run(poisoned), encode_run(nowhen), b"not json", b"[[1]]"}


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


async def days_of(database: Database) -> set[date]:
    async with database.engine.connect() as connection:
        return await connection.run_sync(existing_days)


async def test_old_days_are_dropped_whole_and_made_again_when_they_are_needed(server: RunningServer) -> None:
    database, epoch = server.services.database, uuid4().hex
    store, today = FixStore(database), datetime.now(UTC)
    old, kept = today - timedelta(days=200), today - timedelta(days=3)
    await store.write([row(1, old, epoch=epoch), row(2, kept, epoch=epoch), row(3, today, epoch=epoch)])
    assert await Retention(database, FixedClock(today), keep_days=90).sweep() >= 1
    assert old.date() not in await days_of(database)
    assert {kept.date(), today.date(), today.date() + timedelta(days=1)} <= await days_of(database)
    assert await stored(database, epoch) == [2, 3]
    await store.write([row(4, old, epoch=epoch)])  # this writer remembers a partition that is gone
    assert await stored(database, epoch) == [2, 3, 4]


async def test_keeping_for_ever_drops_nothing(server: RunningServer) -> None:
    database, epoch = server.services.database, uuid4().hex
    await FixStore(database).write([row(1, datetime.now(UTC) - timedelta(days=300), epoch=epoch)])
    assert await Retention(database, FixedClock(datetime.now(UTC)), keep_days=0).sweep() == 0
    assert await stored(database, epoch) == [1]


async def test_positions_of_before_the_partitions_are_moved_into_them(server: RunningServer) -> None:
    main, name = server.services.database.engine, f"moved_{uuid4().hex[:8]}"
    async with main.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text(f"CREATE DATABASE {name}"))
    engine = create_async_engine(main.url.set(database=name))

    def to_the_first(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "0001")

    try:
        async with engine.connect() as connection:
            await connection.run_sync(to_the_first)
            await connection.execute(
                text(
                    "INSERT INTO stored_fixes (transporter_id, device, epoch, seq, lat, lon, recorded_at, received_at, "
                    "flags) SELECT 1, 'd', 'e', n, 27, 85, now() - n * interval '7 hours', now(), '{}' "
                    "FROM generate_series(1, 50) n"
                )
            )
            await connection.commit()
        await migrate(engine)
        database = Database(engine.url.render_as_string(hide_password=False))
        assert await stored(database, "e") == list(range(1, 51))
        again = [row(seq, datetime.now(UTC), who=1, device="d") for seq in (50, 51)]
        assert await FixStore(database).write(again) == 1
        async with engine.connect() as connection:
            today = partition_name(datetime.now(UTC).date())
            assert await connection.scalar(text(f"SELECT count(*) FROM {today}"))  # noqa: S608  # a name of ours
            assert await connection.scalar(select(func.count()).select_from(StoredSeqs)) == 1
        await database.close()
    finally:
        await engine.dispose()
        async with main.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


async def test_positions_are_paged_oldest_first_within_a_time(world: World) -> None:
    driver, now = await world.driver(), datetime.now(UTC).replace(microsecond=0)
    hours = [now - timedelta(hours=30 - seq) for seq in range(31)]
    fixes = [row(seq, hours[seq], who=driver.transporter_id) for seq in range(1, 31)]
    await FixStore(world.server.services.database).write(fixes[::-1])
    path = f"/api/transporters/{driver.transporter_id}/positions/"
    page = ok(await driver.get(path, page_size=10, page=2))
    assert [fix["seq"] for fix in page["results"]] == list(range(11, 21))
    some = ok(await driver.get(path, **{"from": hours[5].isoformat(), "to": hours[7].isoformat()}))
    assert [fix["seq"] for fix in some["results"]] == [5, 6, 7]


async def test_what_one_transporter_s_fixes_break_is_followed_up_for_the_others(server: RunningServer) -> None:
    services, keys, told = server.services, Keys(f"follow-{uuid4().hex}"), set[int]()

    async def follow(runs: Sequence[Run]) -> None:
        if any(run.transporter_id == NOBODY for run in runs):
            raise KeyError("a defect")
        told.update(run.transporter_id for run in runs)

    others = {NOBODY + 1, NOBODY + 2}
    epoch = uuid4().hex
    await put_in_log(server, keys, [logged(1, who=who, epoch=epoch) for who in (*sorted(others), NOBODY)])
    history = HistoryWriter(services.redis, keys, FixStore(services.database), follow)
    history.start()
    try:
        await until_log_is_empty(server, keys)
    finally:
        await history.stop()
    assert told == others
    assert await stored(services.database, epoch) == [1, 1, 1]

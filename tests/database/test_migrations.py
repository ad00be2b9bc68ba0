"""What the database may rely on."""

import asyncio
from functools import partial

import pytest
from alembic import command
from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.database.migrate import alembic_config, current_revision, migrate, newest_revision
from dispatch.database.work import Work
from tests.support.own_database import database_of_its_own
from tests.support.waiting import until


async def test_migrating_twice_and_from_several_processes_at_once_changes_nothing(server: RunningServer) -> None:
    database = server.services.database
    await asyncio.gather(*(migrate(database.engine) for _ in range(4)))
    assert await current_revision(database.engine) == newest_revision()


async def test_the_newest_migrations_can_be_taken_back_and_made_again(server: RunningServer) -> None:
    url = server.services.database.engine.url
    async with server.services.database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("DROP DATABASE IF EXISTS taken_back"))
        await autocommit.execute(text("CREATE DATABASE taken_back"))
    other = create_async_engine(url.set(database="taken_back"), poolclass=NullPool)
    await migrate(other)
    async with other.connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "0004_audit"))
        await connection.commit()
    assert await current_revision(other) == "0004_audit"
    await migrate(other)
    assert await current_revision(other) == newest_revision()
    await other.dispose()


@pytest.mark.parametrize(
    ("before", "after", "reads", "writes"),
    [
        ("0057_product_weights", "0058_newest_sales", "sales", "sales"),
        ("0069_email_changes", "0070_searches", "deliveries", "deliveries"),
        ("0069_email_changes", "0070_searches", "orders", "orders"),
        ("0069_email_changes", "0070_searches", "deliveries", "orders"),
        ("0069_email_changes", "0070_searches", "orders", "deliveries"),
        ("0070_searches", "0071_replaced_indexes", "orders", "orders"),
        ("0070_searches", "0071_replaced_indexes", "deliveries", "orders"),
    ],
)
async def test_a_migration_waits_for_who_reads_and_then_writes_while_it_runs_and_nobody_in_a_circle(
    server: RunningServer, before: str, after: str, reads: str, writes: str
) -> None:
    async with database_of_its_own(server) as database:
        await migrate(database.engine, after)
        for revision in (before, after):
            async with database.transaction() as request:
                await request.fetchval(f"SELECT count(*) FROM {reads}")  # noqa: S608  ours
                migrating = asyncio.create_task(migrate(database.engine, revision))
                waits_or_is_done = partial(_waits_or_is_done, database, migrating)
                await until(waits_or_is_done, "the migration waits, or needs not")
                await request.execute(f"UPDATE {writes} SET id = id")  # noqa: S608  ours
            await migrating
            assert await current_revision(database.engine) == revision


async def test_while_a_migration_waits_for_a_long_reader_others_get_through(server: RunningServer) -> None:
    async with database_of_its_own(server) as database:
        await migrate(database.engine, "0070_searches")
        async with database.transaction() as backup:
            await backup.fetchval("SELECT count(*) FROM orders")
            migrating = asyncio.create_task(migrate(database.engine, "0071_replaced_indexes"))
            await until(partial(_waits_or_is_done, database, migrating), "the migration waits")
            for _ in range(20):
                async with database.connection() as reader:
                    await reader.fetchval("SELECT count(*) FROM deliveries")
            assert not migrating.done(), "the reader is waited for still"
        await migrating
        assert await current_revision(database.engine) == "0071_replaced_indexes"


async def _waits_or_is_done(database: Database, migrating: asyncio.Task[None]) -> bool:
    if migrating.done():
        return True
    async with database.connection() as driver:
        waits = """SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE d.datname = current_database() AND l.locktype = 'relation' AND NOT l.granted"""
        return bool(await driver.fetchval(waits))


async def test_what_is_published_waits_for_the_commit_and_is_dropped_by_a_rollback(server: RunningServer) -> None:
    told: list[str] = []

    async def tell() -> None:
        told.append("told")

    async with server.services.database.sessions() as session:
        work = Work(session)
        work.after_commit(tell)
        await work.rollback()
        await work.commit()
        assert told == []
        work.after_commit(tell)
        await work.commit()
        await work.commit()
        assert told == ["told"]


async def test_a_publication_that_fails_does_not_undo_the_commit_or_stop_the_next(server: RunningServer) -> None:
    told: list[str] = []

    async def fail() -> None:
        raise ConnectionError("nobody listens")

    async def tell() -> None:
        told.append("told")

    async with server.services.database.work() as work:
        work.after_commit(fail)
        work.after_commit(tell)
    assert told == ["told"]


async def test_values_never_stand_in_database_errors(server: RunningServer) -> None:
    database: Database = server.services.database
    async with database.engine.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("SELECT length(:secret) / 0"), {"secret": "top secret"})
    assert "[SQL parameters hidden" in str(caught.value)
    assert "top secret" not in str(caught.value)
